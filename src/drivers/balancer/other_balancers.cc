// The balancers that are not talked to: a health file, the operator's commands, none at all.
#include <charconv>
#include <set>
#include <utility>

#include "drivers/drivers.h"
#include "drivers/support/files.h"
#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using base::success;
using State = ports::BalancerDriver::State;

class HealthFileBalancer final : public ports::BalancerDriver {
 public:
  HealthFileBalancer(HealthFileOptions options, Pace pace)
      : options_(std::move(options)), pace_(std::move(pace)) {}

  Result<State> state(const std::string&) override {
    const bool there = exists(options_.path);
    return State{!there, 0, there ? "DISABLED BY FILE" : "no file"};
  }

  Status take_out(const std::string&) override {
    const mode_t mode = options_.group.empty() ? 0644 : 0640;
    if (!exists(options_.path)) {
      const Status written =
          write_file(options_.path, "taken out by rollmill-agent for a rolling upgrade\n",
                     {mode, options_.group});
      if (!written) return written;
    }
    pace_.rest(options_.notice);
    return success();
  }

  Status put_in(const std::string&) override {
    if (!exists(options_.path)) return success();
    const Status removed = remove_file(options_.path);
    if (!removed) return removed;
    pace_.rest(options_.notice);
    return success();
  }

 private:
  const HealthFileOptions options_;
  const Pace pace_;
};

// "UP 3"
Result<State> read_state(const std::string& line) {
  const std::vector<std::string> words = split_words(line);
  if (words.size() == 2) {
    State state{words[0] == "UP", 0, words[0]};
    const char* const end = words[1].data() + words[1].size();
    const auto [stop, failure] = std::from_chars(words[1].data(), end, state.connections);
    if (failure == std::errc() && stop == end) return state;
  }
  return Error{ErrorCode::DataLoss,
               "the balancer's `state` command must end with a line like "
               "`UP 3` (its word, requests in flight); it said '" +
                   tail_of(line, 200) + "'"};
}

class ScriptBalancer final : public ports::BalancerDriver {
 public:
  ScriptBalancer(ScriptBalancerOptions options, SharedCommands commands)
      : options_(std::move(options)), commands_(std::move(commands)) {}

  Result<State> state(const std::string& service) override {
    const auto result = commands_->read(spec(options_.state, service));
    const Status well = judge(result, "state");
    if (!well) return well.error();
    return read_state(last_line(result->out));
  }
  Status take_out(const std::string& service) override {
    return judge(commands_->run(spec(options_.take_out, service)), "take_out");
  }
  Status put_in(const std::string& service) override {
    return judge(commands_->run(spec(options_.put_in, service)), "put_in");
  }

 private:
  ports::CommandSpec spec(const Words& words, const std::string& service) const {
    ports::CommandSpec made;
    made.argv = fill_in(words, "service", service);
    made.time_limit = options_.time_limit;
    return made;
  }

  static Status judge(const Result<ports::CommandResult>& result, const std::string& what) {
    if (!result) return result.error();
    if (result->exit_code == 0) return success();
    return Error{ErrorCode::Unavailable, "the balancer's `" + what + "` command failed with " +
                                             std::to_string(result->exit_code) + ": " +
                                             last_line(result->err)};
  }

  const ScriptBalancerOptions options_;
  const SharedCommands commands_;
};

class NoBalancer final : public ports::BalancerDriver {
 public:
  Result<State> state(const std::string& service) override {
    const bool serving = out_.count(service) == 0;
    return State{serving, 0, "no balancer"};
  }
  Status take_out(const std::string& service) override {
    out_.insert(service);
    return success();
  }
  Status put_in(const std::string& service) override {
    out_.erase(service);
    return success();
  }

 private:
  std::set<std::string> out_;
};

}  // namespace

std::shared_ptr<ports::BalancerDriver> make_health_file_balancer(HealthFileOptions options,
                                                                 Pace pace) {
  return std::make_shared<HealthFileBalancer>(std::move(options), std::move(pace));
}

std::shared_ptr<ports::BalancerDriver> make_script_balancer(ScriptBalancerOptions options,
                                                            SharedCommands commands) {
  return std::make_shared<ScriptBalancer>(std::move(options), std::move(commands));
}

std::shared_ptr<ports::BalancerDriver> make_no_balancer() { return std::make_shared<NoBalancer>(); }

}  // namespace rollmill::drivers
