#include "scenarios/files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace rollmill::test {
namespace {

const std::filesystem::path kFolder = ROLLMILL_SCENARIOS_DIR;

std::string read_text(const std::string& name) {
  std::ifstream in(kFolder / (name + ".txt"));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

std::vector<std::string> scenario_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() == ".txt" && name != "CMakeLists") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Script script_named(const std::string& name) {
  std::istringstream in(read_text(name));
  return read_script(in);
}

void rewrite(const std::string& name, const std::string& output) {
  std::string inputs = read_text(name);
  const std::size_t dashes = inputs.find("\n----\n");
  if (dashes != std::string::npos) inputs.erase(dashes + 1);
  std::ofstream(kFolder / (name + ".txt")) << inputs << "----\n" << output;
}

}  // namespace rollmill::test
