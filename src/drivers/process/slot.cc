#include "drivers/process/slot.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <sstream>

#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

constexpr std::string_view kVersion = "rollmill-command-1\n";

void put(std::string& text, const std::string& tag, const std::string& bytes) {
  text += tag + " " + std::to_string(bytes.size()) + "\n" + bytes + "\n";
}

struct Field {
  std::string tag;
  std::string bytes;
};

// Takes the first field off `text`; nothing when it is damaged.
std::optional<Field> take_field(std::string_view& text) {
  const std::size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos) return std::nullopt;
  const std::vector<std::string> words = split_words(text.substr(0, line_end));
  std::size_t length = 0;
  if (words.size() != 2) return std::nullopt;
  const auto [end, failure] =
      std::from_chars(words[1].data(), words[1].data() + words[1].size(), length);
  if (failure != std::errc()) return std::nullopt;
  if (text.size() - line_end - 1 < length + 1) return std::nullopt;
  Field field{words[0], std::string(text.substr(line_end + 1, length))};
  text.remove_prefix(line_end + 1 + length + 1);
  return field;
}

const char* kind_name(SlotKind kind) {
  switch (kind) {
    case SlotKind::Effect:
      return "effect";
    case SlotKind::Reading:
      return "reading";
    case SlotKind::Note:
      return "note";
  }
  return "";
}

SlotKind parse_kind(const std::string& name) {
  if (name == "effect") return SlotKind::Effect;
  return name == "note" ? SlotKind::Note : SlotKind::Reading;
}

void apply(SlotSpec& spec, Field field) {
  if (field.tag == "kind") spec.kind = parse_kind(field.bytes);
  if (field.tag == "user") spec.command.user = std::move(field.bytes);
  if (field.tag == "input") spec.command.input = std::move(field.bytes);
  if (field.tag == "argv") spec.command.argv.push_back(std::move(field.bytes));
  if (field.tag == "limit") spec.command.time_limit = base::Duration(std::stoll(field.bytes));
  if (field.tag == "env") {
    const std::size_t equal = field.bytes.find('=');
    spec.command.environment[field.bytes.substr(0, equal)] = field.bytes.substr(equal + 1);
  }
}

struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

std::string encode_spec(const SlotSpec& spec) {
  std::string text(kVersion);
  put(text, "kind", kind_name(spec.kind));
  put(text, "user", spec.command.user);
  put(text, "limit", std::to_string(spec.command.time_limit.count()));
  for (const std::string& word : spec.command.argv) put(text, "argv", word);
  for (const auto& [name, value] : spec.command.environment) put(text, "env", name + "=" + value);
  put(text, "input", spec.command.input);
  return text;
}

std::optional<SlotSpec> decode_spec(std::string_view text) {
  if (text.substr(0, kVersion.size()) != kVersion) return std::nullopt;
  text.remove_prefix(kVersion.size());
  SlotSpec spec;
  while (!text.empty()) {
    std::optional<Field> field = take_field(text);
    if (!field) return std::nullopt;
    apply(spec, std::move(*field));
  }
  return spec;
}

std::optional<SlotSpec> read_spec(const std::string& folder) {
  const auto text = read_file(folder + "/spec");
  return text ? decode_spec(*text) : std::nullopt;
}

base::Status write_end(const std::string& folder, const SlotEnd& end) {
  return write_file(folder + "/rc",
                    std::to_string(end.exit_code) + (end.timed_out ? " timed-out\n" : " ended\n"));
}

std::optional<SlotEnd> read_end(const std::string& folder) {
  const auto text = read_file(folder + "/rc");
  if (!text) return std::nullopt;
  std::istringstream words(*text);
  SlotEnd end;
  std::string how;
  if (!(words >> end.exit_code >> how)) return std::nullopt;
  end.timed_out = how == "timed-out";
  return end;
}

base::Status write_child(const std::string& folder, const ProcessEntry& child) {
  return write_file(
      folder + "/child",
      std::to_string(child.pid) + " " + std::to_string(child.start_ticks) + " " + boot_id() + "\n");
}

std::optional<ProcessEntry> read_child(const std::string& folder) {
  const auto text = read_file(folder + "/child");
  if (!text) return std::nullopt;
  std::istringstream words(*text);
  ProcessEntry child;
  std::string boot;
  if (!(words >> child.pid >> child.start_ticks >> boot) || boot != boot_id()) return std::nullopt;
  return child;
}

bool mark_started(const std::string& folder) {
  const Fd fd(open((folder + "/started").c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.ok()) return false;
  const std::string text = std::to_string(getpid()) + "\n";
  return write_all(fd.get(), text) && fsync(fd.get()) == 0 && sync_folder(folder).ok();
}

std::optional<Fd> take_lock(const std::string& folder) {
  Fd fd(open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  struct flock lock = whole_file(F_WRLCK);
  if (!fd.ok() || fcntl(fd.get(), F_OFD_SETLK, &lock) != 0) return std::nullopt;
  return fd;
}

bool is_locked(const std::string& folder) {
  const Fd fd(open((folder + "/lock").c_str(), O_RDWR | O_CLOEXEC));
  struct flock lock = whole_file(F_WRLCK);
  if (!fd.ok() || fcntl(fd.get(), F_OFD_GETLK, &lock) != 0) return false;
  return lock.l_type != F_UNLCK;
}

}  // namespace rollmill::drivers
