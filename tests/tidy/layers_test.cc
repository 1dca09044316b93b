#include "tidy/layers.h"

#include <gtest/gtest.h>

namespace rollmill::tidy {
namespace {

std::size_t count(const std::string& path, const std::string& include) {
  return check_layers({path, "#include " + include + "\n"}).size();
}

TEST(TidyLayers, folders_of_both_trees_name_the_layer) {
  EXPECT_EQ(layer_of("include/rollmill/core/plan.h"), "core");
  EXPECT_EQ(layer_of("src/store/sqlite.cc"), "store");
  EXPECT_EQ(layer_of("tests/core/plan_test.cc"), "");
}

TEST(TidyLayers, lower_layers_may_be_included) {
  EXPECT_EQ(count("src/core/a.cc", "\"rollmill/base/ids.h\""), 0U);
  EXPECT_EQ(count("src/core/a.cc", "\"core/b.h\""), 0U);
  EXPECT_EQ(count("src/controller/a.cc", "\"rollmill/ports/clock.h\""), 0U);
  EXPECT_EQ(count("src/store/a.cc", "\"rollmill/ports/journal.h\""), 0U);
  EXPECT_EQ(count("src/apps/a.cc", "\"store/store.h\""), 0U);
}

TEST(TidyLayers, higher_layers_may_not) {
  EXPECT_EQ(count("include/rollmill/base/a.h", "\"rollmill/core/plan.h\""), 1U);
  EXPECT_EQ(count("src/core/a.cc", "\"rollmill/ports/clock.h\""), 1U);
  EXPECT_EQ(count("include/rollmill/ports/a.h", "\"controller/controller.h\""), 1U);
  EXPECT_EQ(count("src/store/a.cc", "\"apps/a.h\""), 1U);
}

TEST(TidyLayers, adapters_and_loops_meet_only_at_ports) {
  EXPECT_EQ(count("src/rpc/a.cc", "\"store/store.h\""), 1U);
  EXPECT_EQ(count("src/http/a.cc", "\"controller/controller.h\""), 1U);
  EXPECT_EQ(count("src/drivers/a.cc", "\"rollmill/agent/executor.h\""), 1U);
  EXPECT_EQ(count("src/controller/a.cc", "\"rollmill/agent/executor.h\""), 1U);
  EXPECT_EQ(count("src/agent/a.cc", "\"rpc/rpc.h\""), 1U);
}

TEST(TidyLayers, libraries_stay_in_adapters) {
  EXPECT_EQ(count("src/core/a.cc", "<vector>"), 0U);
  EXPECT_EQ(count("src/core/a.cc", "<nlohmann/json.hpp>"), 1U);
  EXPECT_EQ(count("src/core/a.cc", "<unistd.h>"), 1U);
  EXPECT_EQ(count("src/agent/a.cc", "<boost/asio/post.hpp>"), 1U);
  EXPECT_EQ(count("src/rpc/a.cc", "<grpcpp/grpcpp.h>"), 0U);
  EXPECT_EQ(count("src/drivers/a.cc", "<sys/wait.h>"), 0U);
}

TEST(TidyLayers, generated_code_stays_in_adapters) {
  EXPECT_EQ(count("src/rpc/a.cc", "\"rollmill/agent/v1/agent.grpc.pb.h\""), 0U);
  EXPECT_EQ(count("src/core/a.cc", "\"rollmill/v1/common.pb.h\""), 1U);
}

TEST(TidyLayers, unknown_folders_and_bare_names_are_refused) {
  EXPECT_EQ(count("src/rpc/a.cc", "\"helpers/a.h\""), 1U);
  EXPECT_EQ(count("src/rpc/a.cc", "\"rpc.h\""), 1U);
  EXPECT_EQ(count("src/rpc/a.cc", "<rollmill/base/ids.h>"), 1U);
  EXPECT_EQ(count("src/util/a.cc", "<vector>"), 1U);
}

TEST(TidyLayers, a_finding_names_the_line) {
  const Findings expected = {
      {"src/core/a.cc", 2, "core may not include store (docs/ARCHITECTURE.md, the floor plan)"}};
  EXPECT_EQ(check_layers({"src/core/a.cc", "// Why.\n#include \"store/store.h\"\n"}), expected);
}

}  // namespace
}  // namespace rollmill::tidy
