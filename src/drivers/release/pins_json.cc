#include <nlohmann/json.hpp>

#include "drivers/release/apt_text.h"
#include "drivers/support/text.h"

namespace rollmill::drivers {

base::Result<std::vector<std::string>> read_pins(const std::string& line) {
  const nlohmann::json list = nlohmann::json::parse(line, nullptr, false);
  std::vector<std::string> pins;
  if (list.is_array()) {
    for (const nlohmann::json& each : list) {
      if (each.is_string()) pins.push_back(each.get<std::string>());
    }
    if (!pins.empty() && pins.size() == list.size()) return pins;
  }
  return base::Error{base::ErrorCode::DataLoss,
                     "no list of pin values in '" + tail_of(line, 200) + "'"};
}

}  // namespace rollmill::drivers
