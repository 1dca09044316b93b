#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "drivers/support/files.h"
#include "drivers/support/process_table.h"
#include "rollmill/base/result.h"
#include "rollmill/ports/host.h"

/// One command's folder, the meeting place of the agent and the command's keeper:
///
///   spec      what to run; written by the agent, durable before the keeper starts
///   lock      held by the keeper as long as it lives
///   started   made once and only once, before the command begins
///   child     the command's process
///   out.N err.N   what it prints (output_store.h)
///   rc        how it ended; its presence is the end
namespace rollmill::drivers {

enum class SlotKind {
  Effect,   ///< Run once per task, however often the task is repeated.
  Reading,  ///< Run anew each time.
  Note,     ///< No command: lines of our own, in `out`.
};

struct SlotSpec {
  SlotKind kind = SlotKind::Reading;
  ports::CommandSpec command;
};

/// How a command ended.
struct SlotEnd {
  int exit_code = -1;
  bool timed_out = false;
};

/// Stored form of a spec: fields as `tag length\nbytes\n`. Pure.
std::string encode_spec(const SlotSpec& spec);
/// Nothing for text that is damaged or of another version.
std::optional<SlotSpec> decode_spec(std::string_view text);

std::optional<SlotSpec> read_spec(const std::string& folder);
base::Status write_end(const std::string& folder, const SlotEnd& end);
std::optional<SlotEnd> read_end(const std::string& folder);
base::Status write_child(const std::string& folder, const ProcessEntry& child);
/// The command's process, when the machine has not been started anew since.
std::optional<ProcessEntry> read_child(const std::string& folder);

/// Makes `started`, the proof that the command may have begun; exactly one caller ever gets true.
bool mark_started(const std::string& folder);

/// Takes the keeper's lock; nothing when another keeper holds it. Freed when the Fd closes.
std::optional<Fd> take_lock(const std::string& folder);
/// Does a keeper live? Asks without taking the lock, so that it never drives a keeper away.
bool is_locked(const std::string& folder);

}  // namespace rollmill::drivers
