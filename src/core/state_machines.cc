#include "core/transitions.h"
#include "rollmill/core/engine.h"

namespace rollmill::core {
namespace {

template <typename Table>
std::string print_table(const std::string& title, const std::string& comment, const Table& table) {
  std::string text = "## " + title + "\n\n" + comment + "\n\n";
  text += "| from | cause | to |\n| --- | --- | --- |\n";
  for (const auto& row : table) {
    text += std::string("| ") + to_string(row.from) + " | " + to_string(row.cause) + " | " +
            to_string(row.to) + " |\n";
  }
  return text + "\n";
}

}  // namespace

std::string print_state_machines() {
  return "# State machines\n\n"
         "Printed from the tables in `src/core/transitions.h`; a test compares. "
         "A pair of state and cause\nthat is not listed is refused with a reason.\n\n" +
         print_table("Upgrade", "The whole run.", kUpgradeTable) +
         print_table("Phase", "One of preflight to verify. Left: the upgrade turned round.",
                     kPhaseTable) +
         print_table("Wave", "Services taken together.", kWaveTable) +
         print_table("Turn", "The steps of one service, or of one host, in a wave.", kTurnTable) +
         print_table("Step", "One verb on one host. `succeed` from `failed` is a success that came "
                             "after its deadline.", kStepTable);
}

}  // namespace rollmill::core
