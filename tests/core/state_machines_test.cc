#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "rollmill/core/engine.h"

namespace rollmill::core {
namespace {

/// With ROLLMILL_REWRITE=1 the document is printed anew.
TEST(StateMachines, document_is_printed_from_the_tables) {
  const std::string path = std::string(ROLLMILL_DOCS_DIR) + "/state_machines.md";
  if (std::getenv("ROLLMILL_REWRITE") != nullptr) {
    std::ofstream(path) << print_state_machines();
  } else {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    EXPECT_EQ(text.str(), print_state_machines()) << "ROLLMILL_REWRITE=1 prints it anew";
  }
}

}  // namespace
}  // namespace rollmill::core
