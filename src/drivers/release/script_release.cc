#include <utility>

#include "drivers/drivers.h"
#include "drivers/release/apt_text.h"
#include "drivers/support/files.h"
#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using ports::CommandResult;

class ScriptRelease final : public ports::ReleaseDriver {
 public:
  ScriptRelease(ScriptReleaseOptions options, SharedCommands commands)
      : options_(std::move(options)), commands_(std::move(commands)) {}

  Result<Installed> installed() override;
  Result<std::optional<Staged>> staged(const core::ReleaseNumber& release) override;
  Result<Staged> stage(const core::ReleaseNumber& release) override;
  Result<Installed> install(const core::ReleaseNumber& release) override;
  /// The operator's command leaves nothing of ours.
  Status finish_install() override { return base::success(); }
  bool side_by_side() const override { return options_.side_by_side; }

 private:
  ports::CommandSpec spec(const Words& words, const std::string& release) const {
    ports::CommandSpec made;
    made.argv = fill_in(words, "release", release);
    made.time_limit = options_.time_limit;
    return made;
  }
  Result<std::string> read(const Words& words, const std::string& release) {
    const Result<CommandResult> result = commands_->read(spec(words, release));
    if (!result) return result.error();
    if (result->exit_code != 0) return complaint(words, *result);
    return result->out;
  }
  static Error complaint(const Words& words, const CommandResult& result) {
    return {ErrorCode::Unavailable, join(words, " ") + " ended with " +
                                        std::to_string(result.exit_code) + ": " +
                                        tail_of(trim(result.err), 400)};
  }

  const ScriptReleaseOptions options_;
  const SharedCommands commands_;
};

Result<ports::ReleaseDriver::Installed> ScriptRelease::installed() {
  const Result<std::string> out = read(options_.installed, "");
  if (!out) return out.error();
  const std::string version = last_line(*out);
  const auto number = core::parse_release_number(version);
  if (!number) {
    return Error{ErrorCode::DataLoss,
                 "the `installed` command did not end with a release but with '" + version + "'"};
  }
  // Without it every process would seem younger than the release, and so of it.
  const auto changed = modified_at(options_.changed_file);
  if (!changed) {
    return Error{ErrorCode::NotFound, options_.changed_file +
                                          " is not there, so nobody can tell when the release was "
                                          "last changed; correct `changed_file` in the agent file"};
  }
  return Installed{*number, version, *changed, true};
}

Result<std::optional<ports::ReleaseDriver::Staged>> ScriptRelease::staged(
    const core::ReleaseNumber& release) {
  const Result<std::string> out = read(options_.staged, "");
  if (!out) return out.error();
  for (const std::string& line : split_lines(*out)) {
    const std::vector<std::string> words = split_words(line);
    if (words.size() != 2 || core::parse_release_number(words[0]) != release) continue;
    const Result<std::string> answer = read(options_.pins, core::to_string(release));
    if (!answer) return answer.error();
    const auto pins = read_pins(last_line(*answer));
    if (!pins) return pins.error();
    return std::optional(Staged{words[0], words[1], *pins});
  }
  return std::optional<Staged>();
}

Result<ports::ReleaseDriver::Staged> ScriptRelease::stage(const core::ReleaseNumber& release) {
  const auto result = commands_->run(spec(options_.stage, core::to_string(release)));
  if (!result) return result.error();
  const auto found = staged(release);
  if (!found) return found.error();
  if (*found) return **found;
  return complaint(options_.stage, *result);
}

Result<ports::ReleaseDriver::Installed> ScriptRelease::install(const core::ReleaseNumber& release) {
  const Result<Installed> before = installed();
  if (before && before->number == release) return before;
  const auto result = commands_->run(spec(options_.install, core::to_string(release)));
  if (!result) return result.error();
  Result<Installed> after = installed();
  if (!after || after->number == release) return after;
  return complaint(options_.install, *result);
}

}  // namespace

std::shared_ptr<ports::ReleaseDriver> make_script_release(ScriptReleaseOptions options,
                                                          SharedCommands commands) {
  return std::make_shared<ScriptRelease>(std::move(options), std::move(commands));
}

}  // namespace rollmill::drivers
