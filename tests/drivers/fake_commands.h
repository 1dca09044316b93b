#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "drivers/support/text.h"
#include "rollmill/ports/host.h"

namespace rollmill::drivers {

inline ports::CommandResult printed(std::string out, int exit_code = 0, std::string err = "") {
  ports::CommandResult result;
  result.exit_code = exit_code;
  result.out = std::move(out);
  result.err = std::move(err);
  return result;
}

/// Commands that only exist in a test: one function answers them all; what was run is recorded
/// ("run: ..." for effects, "read: ..." for readings,
/// "await" when the end of earlier effects was waited for).
class FakeCommands final : public ports::Commands {
 public:
  using Answer = std::function<base::Result<ports::CommandResult>(const ports::CommandSpec&)>;
  explicit FakeCommands(Answer answer) : answer_(std::move(answer)) {}

  base::Result<ports::CommandResult> run(const ports::CommandSpec& spec) override {
    log.push_back("run: " + join(spec.argv, " "));
    return answer_(spec);
  }
  base::Result<ports::CommandResult> read(const ports::CommandSpec& spec) override {
    log.push_back("read: " + join(spec.argv, " "));
    return answer_(spec);
  }

  base::Status await_begun() override {
    log.push_back("await");
    return await_answer;
  }

  std::vector<std::string> log;
  base::Status await_answer = base::success();

 private:
  Answer answer_;
};

}  // namespace rollmill::drivers
