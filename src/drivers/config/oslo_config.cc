#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "drivers/config/oslo_ini.h"
#include "drivers/drivers.h"
#include "drivers/support/files.h"
#include "drivers/support/text.h"
#include "rollmill/base/digest.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using base::success;
using ports::Setting;

// The first lines of the file, for whoever finds it.
std::vector<std::string> header() {
  return {"Written by rollmill-agent for a rolling upgrade, which removes this file at its end.",
          "Do not remove it by hand: a service of the new release that starts without the pin may",
          "save rows that the old release cannot read, and then nothing leads back.",
          "To end the upgrade run: rollmill upgrade rollback, or: rollmill upgrade abort.",
          "After an abort it may be removed by hand only when every host of the fleet has the new",
          "release and nobody wants to go back.",
          "Do not edit: rollmill refuses to change a file that somebody else has changed."};
}

// What another version of rollmill wrote says the same under another header. Writing it anew would
// look like a change that the running services have not read.
bool holds_same(const std::string& one, const std::string& other) {
  const Result<std::vector<Setting>> settings = parse_oslo_ini(one, "");
  const Result<std::vector<Setting>> others = parse_oslo_ini(other, "");
  return settings && others && *settings == *others;
}

class OsloConfig final : public ports::ConfigDriver {
 public:
  explicit OsloConfig(OsloOptions options) : options_(std::move(options)) {}

  Result<DropIn> read() override;
  Status write(const std::vector<Setting>& settings) override;
  Result<std::optional<std::string>> effective(const std::string& section,
                                               const std::string& key) override;
  Result<base::TimePoint> changed_at() override;

 private:
  std::string folder() const { return options_.folders.front(); }
  std::string path() const { return folder() + "/" + options_.file_name; }
  std::vector<std::string> files() const;
  Result<std::optional<std::string>> content() const;
  bool is_ours(const std::string& content) const;
  Status remember(const std::vector<std::string>& digests) const;
  Status check_not_foreign(const std::optional<std::string>& now) const;
  Status put(const std::string& fresh, const std::optional<std::string>& now) const;
  Status take_away(const std::optional<std::string>& now) const;
  Status check_services_read(const std::string& file) const;

  const OsloOptions options_;
};

// In the order in which oslo.config reads them; a later one wins.
std::vector<std::string> OsloConfig::files() const {
  std::vector<std::string> paths;
  if (exists(options_.main_file)) paths.push_back(options_.main_file);
  for (const std::string& folder : options_.folders) {
    for (const std::string& name : list_folder(folder)) {
      const bool conf = name.size() > 5 && name.compare(name.size() - 5, 5, ".conf") == 0;
      if (conf && name.front() != '.') paths.push_back(folder + "/" + name);
    }
  }
  return paths;
}

Result<std::optional<std::string>> OsloConfig::content() const {
  Result<std::string> text = read_file(path());
  if (text) return std::optional(std::move(*text));
  if (text.error().code == ErrorCode::NotFound) return std::optional<std::string>();
  return text.error();
}

// While a write is under way both its old and its new content are ours: a crash in the middle of
// it must not look like somebody's edit.
bool OsloConfig::is_ours(const std::string& content) const {
  const std::vector<std::string> digests = split_words(read_file(options_.state_file).value_or(""));
  return std::find(digests.begin(), digests.end(), base::sha256_hex(content)) != digests.end();
}

Status OsloConfig::remember(const std::vector<std::string>& digests) const {
  const Status made = make_folders(folder_of(options_.state_file));
  if (!made) return made;
  return write_file(options_.state_file, join(digests, "\n") + "\n");
}

Status OsloConfig::check_not_foreign(const std::optional<std::string>& now) const {
  if (!now || is_ours(*now)) return success();
  return Error{ErrorCode::FailedPrecondition,
               path() +
                   " is not what rollmill wrote last: somebody has changed it. Look at it, "
                   "then move it away or put back what was there"};
}

Status OsloConfig::put(const std::string& fresh, const std::optional<std::string>& now) const {
  std::vector<std::string> digests = {base::sha256_hex(fresh)};
  if (now) digests.push_back(base::sha256_hex(*now));
  const Status remembered = remember(digests);
  if (!remembered) return remembered;
  const Status made = make_folders(folder(), {0755, options_.group});
  if (!made) return made;
  const Status written = write_file(path(), fresh, {options_.permissions, options_.group});
  if (!written) return written;
  return remember({base::sha256_hex(fresh)});
}

/// Services can read the main file; what they may do elsewhere follows from its owner and group.
Status OsloConfig::check_services_read(const std::string& file) const {
  struct stat main {};
  const bool known = stat(options_.main_file.c_str(), &main) == 0;
  const auto allows = [&](const std::string& path, mode_t rights) {
    struct stat entry {};
    if (stat(path.c_str(), &entry) != 0) return false;
    const auto has = [&](unsigned shift) { return (entry.st_mode >> shift & rights) == rights; };
    return has(0) || (known && entry.st_gid == main.st_gid && has(3)) ||
           (known && entry.st_uid == main.st_uid && has(6));
  };
  const auto refuse = [&](const std::string& path, const std::string& mode) {
    return Error{ErrorCode::FailedPrecondition,
                 "the services may not read " + path + ", so they would start without what "
                 "rollmill writes there and say nothing; run: chmod " + mode + " " + path};
  };
  constexpr mode_t kRead = 4;
  constexpr mode_t kEnter = 5;
  if (!allows(folder(), kEnter)) return refuse(folder(), "a+rx");
  if (!allows(file, kRead)) return refuse(file, "a+r");
  return success();
}

Status OsloConfig::take_away(const std::optional<std::string>& now) const {
  if (now) {
    const Status removed = remove_file(path());
    if (!removed) return removed;
  }
  return remove_file(options_.state_file);
}

Result<ports::ConfigDriver::DropIn> OsloConfig::read() {
  const Result<std::optional<std::string>> now = content();
  if (!now) return now.error();
  DropIn drop_in;
  if (!*now) return drop_in;
  drop_in.present = true;
  drop_in.foreign_edit = !is_ours(**now);
  drop_in.changed_at = modified_at(path()).value_or(base::TimePoint());
  Result<std::vector<Setting>> settings = parse_oslo_ini(**now, path());
  if (!settings) return settings.error();
  drop_in.settings = std::move(*settings);
  return drop_in;
}

Status OsloConfig::write(const std::vector<Setting>& settings) {
  const Result<std::optional<std::string>> now = content();
  if (!now) return now.error();
  const Status foreign = check_not_foreign(*now);
  if (!foreign) return foreign;
  if (settings.empty()) return take_away(*now);
  const Result<std::string> fresh = print_oslo_ini(settings, header());
  if (!fresh) return fresh.error();
  const bool there = *now && holds_same(**now, *fresh);
  const Status put_there = there ? success() : put(*fresh, *now);
  return put_there ? check_services_read(path()) : put_there;
}

Result<std::optional<std::string>> OsloConfig::effective(const std::string& section,
                                                         const std::string& key) {
  const Status readable = exists(path()) ? check_services_read(path()) : success();
  if (!readable) return readable.error();
  std::optional<std::string> value;
  for (const std::string& file : files()) {
    const Result<std::string> text = read_file(file);
    if (!text) return text.error();
    const Result<std::vector<Setting>> settings = parse_oslo_ini(*text, file);
    if (!settings) return settings.error();
    for (const Setting& setting : *settings) {
      if (setting.section == normal_section(section) && setting.key == key) value = setting.value;
    }
  }
  return value;
}

Result<base::TimePoint> OsloConfig::changed_at() {
  // The folders count too: taking a file away changes what is effective.
  std::vector<std::string> paths = files();
  paths.insert(paths.end(), options_.folders.begin(), options_.folders.end());
  base::TimePoint newest{};
  for (const std::string& each : paths) {
    newest = std::max(newest, modified_at(each).value_or(base::TimePoint()));
  }
  if (newest == base::TimePoint()) {
    return Error{ErrorCode::NotFound, "neither " + options_.main_file + " nor a drop-in exists"};
  }
  return newest;
}

}  // namespace

std::shared_ptr<ports::ConfigDriver> make_oslo_config(OsloOptions options) {
  ROLLMILL_CHECK(!options.folders.empty());
  return std::make_shared<OsloConfig>(std::move(options));
}

}  // namespace rollmill::drivers
