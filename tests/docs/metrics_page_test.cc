#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "http/metrics.h"

namespace rollmill {
namespace {

/// An upgrade that has something to say in every family.
core::UpgradeView telling_upgrade() {
  core::UpgradeView view;
  view.id = "u-7f3a";
  view.state = "PAUSED";
  core::PhaseView phase;
  phase.name = "conductors";
  view.phases = {phase};
  view.hosts = {core::HostView{}};
  view.blocked = core::Blocked{"NODES_BUSY", "", base::TimePoint{}, "nobody", "", ""};
  return view;
}

/// "`a`, `b`" of the labels of a sample: rollmill_x{a="1",b="2"} 1.
std::string labels_of(const std::string& sample) {
  std::string labels;
  std::size_t at = sample.find('{');
  while (at != std::string::npos && at + 1 < sample.size()) {
    const std::size_t equals = sample.find("=\"", at);
    if (equals == std::string::npos) break;
    labels += (labels.empty() ? "`" : ", `") + sample.substr(at + 1, equals - at - 1) + "`";
    at = sample.find("\",", equals);
    if (at != std::string::npos) ++at;
  }
  return labels;
}

/// The rows of the table as the endpoint would write them.
std::set<std::string> rows_of_endpoint() {
  const core::UpgradeView view = telling_upgrade();
  std::istringstream page(http::print_metrics("0.1.0", {}, &view));
  std::set<std::string> rows;
  std::string name;
  std::string help;
  std::string type;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("# HELP ")) {
      const std::size_t end = line.find(' ', 7);
      name = line.substr(7, end - 7);
      help = line.substr(end + 1);
    } else if (line.starts_with("# TYPE ")) {
      type = line.substr(line.rfind(' ') + 1);
    } else {
      rows.insert("| `" + name + "` | " + type + " | " + labels_of(line) + " | " + help + " |");
    }
  }
  return rows;
}

std::set<std::string> rows_of_page() {
  std::ifstream page(std::string(ROLLMILL_ROOT) + "/docs/formats/metrics.md");
  std::set<std::string> rows;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("| `rollmill_")) rows.insert(line);
  }
  return rows;
}

TEST(MetricsPage, lists_exactly_the_metrics_of_the_endpoint) {
  EXPECT_EQ(rows_of_page(), rows_of_endpoint());
}

}  // namespace
}  // namespace rollmill
