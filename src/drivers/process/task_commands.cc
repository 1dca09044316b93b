#include "drivers/process/task_commands.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "drivers/process/keeper_process.h"
#include "drivers/process/output_store.h"
#include "drivers/process/slot.h"
#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using base::success;
using ports::CommandResult;
using ports::CommandSpec;

constexpr std::size_t kPartBytes = 64U << 10U;
constexpr std::size_t kLineBytes = 4096;
constexpr char kBetweenTasks[] = "between-tasks";

std::string slot_name(std::uint32_t number) {
  const std::string digits = std::to_string(number);
  return std::string(6 - std::min<std::size_t>(6, digits.size()), '0') + digits;
}

// The numbers of a task's commands, ascending.
std::vector<std::uint32_t> list_slots(const std::string& task_folder) {
  std::vector<std::uint32_t> numbers;
  for (const std::string& name : list_folder(task_folder)) {
    std::uint32_t number = 0;
    const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (failure == std::errc() && end == name.data() + name.size()) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Error no_command() {
  return {ErrorCode::InvalidArgument, "a command that is needed here is empty in the agent file"};
}

bool same_command(const CommandSpec& one, const CommandSpec& other) {
  return one.argv == other.argv && one.input == other.input && one.user == other.user;
}

// One number holds both streams' offsets; each is far below 4 GiB.
struct StreamOffsets {
  std::uint64_t out = 0;
  std::uint64_t err = 0;
};
StreamOffsets unpack(std::uint64_t offset) { return {offset & 0xffffffffU, offset >> 32U}; }
std::uint64_t pack(const StreamOffsets& at) { return (at.err << 32U) | (at.out & 0xffffffffU); }

class KeptCommands final : public TaskCommands {
 public:
  explicit KeptCommands(TaskCommandsOptions options) : options_(std::move(options)) {}

  Status bind(const std::optional<core::TaskKey>& key) override;
  Result<bool> settle(const core::TaskKey& key) override;
  void say(const std::string& line) override;
  Result<CommandResult> run(const CommandSpec& spec) override;
  Result<CommandResult> read(const CommandSpec& spec) override;
  Status await_begun() override;
  Result<std::optional<ports::OutputPart>> read(const core::TaskKey& key,
                                                ports::OutputPosition& position) override;

 private:
  struct Slot {
    SlotSpec spec;
    bool used = false;
  };

  Result<std::string> task_folder(const core::TaskKey& key) const;
  /// Between tasks; of this process alone, so that no keeper of an older one writes into it.
  std::string own_folder() const {
    return options_.folder + "/" + kBetweenTasks + "/" + std::to_string(getpid());
  }
  std::string slot_folder(std::uint32_t number) const { return folder_ + "/" + slot_name(number); }
  Result<std::uint32_t> make_slot(SlotSpec spec);
  Result<CommandResult> start(std::uint32_t number, base::Duration time_limit);
  Result<CommandResult> finish(std::uint32_t number, const CommandSpec& spec);
  std::optional<std::uint32_t> find_effect(const CommandSpec& spec) const;
  Status settle_others();
  static Result<bool> settle_folder(const std::string& task_folder);
  void load_slots();
  void drop_old_tasks() const;
  void drop_old_readings();
  static bool is_over(const std::string& task_folder, std::uint32_t number, const SlotSpec& spec,
                      bool newest);

  const TaskCommandsOptions options_;
  // THREAD: task.
  std::string folder_;  ///< Of the bound task; empty between tasks.
  bool bound_ = false;
  std::map<std::uint32_t, Slot> slots_;
  std::uint32_t next_ = 1;
  std::set<std::string> settled_;  ///< Folders of tasks in which nothing runs any more.
};

Result<std::string> KeptCommands::task_folder(const core::TaskKey& key) const {
  if (!is_plain_name(key.upgrade.text)) {
    return Error{ErrorCode::InvalidArgument,
                 "the upgrade's name '" + key.upgrade.text + "' is no plain name"};
  }
  return options_.folder + "/" + key.upgrade.text + "-" + std::to_string(key.step.value) + "-" +
         std::to_string(key.attempt);
}

Status KeptCommands::bind(const std::optional<core::TaskKey>& key) {
  bound_ = key.has_value();
  folder_ = own_folder();
  if (key) {
    const Result<std::string> folder = task_folder(*key);
    if (!folder) return folder.error();
    folder_ = *folder;
    if (const Status settled = settle_others(); !settled) return settled;
  } else {
    // As far as it goes: keepers of an agent that was killed may still be writing there.
    (void)remove_tree(options_.folder + "/" + kBetweenTasks);
  }
  const Status made = make_folders(folder_);
  if (!made) return made;
  load_slots();
  drop_old_tasks();
  return success();
}

/// A task whose agent was killed may have ended before its repeat came to a command that had been
/// started: that one must not work beside whatever follows. Only when a task begins: between tasks
/// the one that was cut off is still to be repeated, and takes its own commands up again.
Status KeptCommands::settle_others() {
  for (const std::string& name : list_folder(options_.folder)) {
    const std::string path = options_.folder + "/" + name;
    if (path == folder_ || name == kBetweenTasks || settled_.contains(path)) continue;
    if (const Result<bool> settled = settle_folder(path); !settled) return settled.error();
    settled_.insert(path);
  }
  settled_.erase(folder_);
  return success();
}

Result<bool> KeptCommands::settle(const core::TaskKey& key) {
  const Result<std::string> folder = task_folder(key);
  return folder ? settle_folder(*folder) : Result<bool>(folder.error());
}

Result<bool> KeptCommands::settle_folder(const std::string& task_folder) {
  bool begun = false;
  for (const std::uint32_t number : list_slots(task_folder)) {
    const std::string slot = task_folder + "/" + slot_name(number);
    const std::optional<SlotSpec> spec = read_spec(slot);
    // What had not begun never will: its keeper finds the mark.
    if (!spec || spec->kind != SlotKind::Effect || mark_started(slot)) continue;
    begun = true;
    const auto end = await_end(slot, spec->command.time_limit);
    if (!end) return end.error();
  }
  return begun;
}

void KeptCommands::load_slots() {
  slots_.clear();
  next_ = 1;
  for (const std::uint32_t number : list_slots(folder_)) {
    next_ = number + 1;
    if (std::optional<SlotSpec> spec = read_spec(slot_folder(number))) {
      slots_[number] = Slot{std::move(*spec), false};
    }
  }
}

void KeptCommands::drop_old_tasks() const {
  std::vector<std::pair<base::TimePoint, std::string>> tasks;
  for (const std::string& name : list_folder(options_.folder)) {
    const std::string path = options_.folder + "/" + name;
    if (path == folder_) continue;
    if (const auto at = modified_at(path)) tasks.emplace_back(*at, path);
  }
  std::sort(tasks.rbegin(), tasks.rend());
  for (std::size_t i = options_.kept_tasks; i < tasks.size(); ++i) {
    (void)remove_tree(tasks[i].second);
  }
}

void KeptCommands::drop_old_readings() {
  std::size_t readings = 0;
  for (const auto& [number, slot] : slots_) {
    if (slot.spec.kind == SlotKind::Reading) ++readings;
  }
  for (auto slot = slots_.begin(); slot != slots_.end() && readings > options_.kept_readings;) {
    if (slot->second.spec.kind != SlotKind::Reading) {
      ++slot;
      continue;
    }
    (void)remove_tree(slot_folder(slot->first));
    slot = slots_.erase(slot);
    --readings;
  }
}

Result<std::uint32_t> KeptCommands::make_slot(SlotSpec spec) {
  if (folder_.empty()) {
    const Status bound = bind(std::nullopt);
    if (!bound) return bound.error();
  }
  const std::uint32_t number = next_++;
  const Status made = make_folders(slot_folder(number));
  if (!made) return made.error();
  const Status written = write_file(slot_folder(number) + "/spec", encode_spec(spec));
  if (!written) return written.error();
  slots_[number] = Slot{std::move(spec), true};
  return number;
}

Result<CommandResult> KeptCommands::start(std::uint32_t number, base::Duration time_limit) {
  const std::string folder = slot_folder(number);
  const Status kept = run_keeper(options_.keeper, folder, time_limit + std::chrono::minutes(1));
  if (!kept) return kept.error();
  if (!was_started(folder)) {
    return Error{ErrorCode::Internal, "the keeper " + options_.keeper + " did not start " +
                                          slots_[number].spec.command.argv[0]};
  }
  return await_end(folder, time_limit);
}

Result<CommandResult> KeptCommands::finish(std::uint32_t number, const CommandSpec& spec) {
  if (was_started(slot_folder(number))) return await_end(slot_folder(number), spec.time_limit);
  return start(number, spec.time_limit);
}

std::optional<std::uint32_t> KeptCommands::find_effect(const CommandSpec& spec) const {
  for (const auto& [number, slot] : slots_) {
    if (slot.spec.kind == SlotKind::Effect && !slot.used && same_command(slot.spec.command, spec)) {
      return number;
    }
  }
  return std::nullopt;
}

Result<CommandResult> KeptCommands::run(const CommandSpec& spec) {
  if (spec.argv.empty()) return no_command();
  if (!bound_) {
    return Error{ErrorCode::FailedPrecondition,
                 "an effect was asked for between tasks: " + join(spec.argv, " ")};
  }
  if (const std::optional<std::uint32_t> kept = find_effect(spec)) {
    slots_[*kept].used = true;
    return finish(*kept, spec);
  }
  const Result<std::uint32_t> number = make_slot({SlotKind::Effect, spec});
  if (!number) return number.error();
  return start(*number, spec.time_limit);
}

Result<CommandResult> KeptCommands::read(const CommandSpec& spec) {
  if (spec.argv.empty()) return no_command();
  const Result<std::uint32_t> number = make_slot({SlotKind::Reading, spec});
  if (!number) return number.error();
  Result<CommandResult> result = start(*number, spec.time_limit);
  if (!bound_) {
    (void)remove_tree(slot_folder(*number));
    slots_.erase(*number);
  }
  drop_old_readings();
  return result;
}

Status KeptCommands::await_begun() {
  if (!bound_) {
    return Error{ErrorCode::FailedPrecondition,
                 "between tasks there are no effects of a task to wait for"};
  }
  const Result<bool> settled = settle_folder(folder_);
  return settled ? success() : Status(settled.error());
}

void KeptCommands::say(const std::string& line) {
  if (!bound_) return;
  const bool goes_on = !slots_.empty() && slots_.rbegin()->second.spec.kind == SlotKind::Note;
  std::uint32_t number = goes_on ? slots_.rbegin()->first : 0;
  if (!goes_on) {
    const Result<std::uint32_t> made = make_slot({SlotKind::Note, {}});
    if (!made) return;
    number = *made;
  }
  OutputWriter(slot_folder(number), "out").append(line.substr(0, kLineBytes) + "\n");
}

bool KeptCommands::is_over(const std::string& task_folder, std::uint32_t number,
                           const SlotSpec& spec, bool newest) {
  const std::string folder = task_folder + "/" + slot_name(number);
  if (spec.kind == SlotKind::Note) return !newest;
  return exists(folder + "/rc") || (exists(folder + "/started") && !is_locked(folder));
}

Result<std::optional<ports::OutputPart>> KeptCommands::read(const core::TaskKey& key,
                                                            ports::OutputPosition& position) {
  const Result<std::string> folder = task_folder(key);
  if (!folder) return folder.error();
  const std::vector<std::uint32_t> numbers = list_slots(*folder);
  for (const std::uint32_t number : numbers) {
    if (number < position.command) continue;
    if (number > position.command) position = {number, 0};
    const std::string slot = *folder + "/" + slot_name(number);
    const std::optional<SlotSpec> spec = read_spec(slot);
    if (!spec) continue;
    const bool over = is_over(*folder, number, *spec, number == numbers.back());
    StreamOffsets at = unpack(position.offset);
    std::string text = read_output(slot, "out", at.out, kPartBytes);
    if (text.empty()) text = read_output(slot, "err", at.err, kPartBytes);
    position.offset = pack(at);
    if (!text.empty()) {
      return std::optional(ports::OutputPart{join(spec->command.argv, " "), std::move(text)});
    }
    if (!over) break;
  }
  return std::optional<ports::OutputPart>();
}

}  // namespace

std::shared_ptr<TaskCommands> make_task_commands(TaskCommandsOptions options) {
  return std::make_shared<KeptCommands>(std::move(options));
}

}  // namespace rollmill::drivers
