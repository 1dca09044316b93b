#include <algorithm>
#include <utility>

#include "drivers/drivers.h"
#include "drivers/release/apt_text.h"
#include "drivers/release/apt_tools.h"
#include "drivers/release/policy_guard.h"
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
using ports::CommandResult;

constexpr char kManifest[] = "manifest";
constexpr char kInstalled[] = "installed:";  ///< Digest of what had not to be fetched.

class AptRelease final : public ports::ReleaseDriver {
 public:
  AptRelease(AptOptions options, SharedCommands commands)
      : options_(options), tools_(options, commands), guard_(options.policy_file) {}

  Result<Installed> installed() override;
  Result<std::optional<Staged>> staged(const core::ReleaseNumber& release) override;
  Result<Staged> stage(const core::ReleaseNumber& release) override;
  Result<Installed> install(const core::ReleaseNumber& release) override;
  Status finish_install() override;
  /// Files of a running service are replaced under it.
  bool side_by_side() const override { return false; }

 private:
  std::string folder_of_version(const std::string& version) const;
  Status download(const std::string& version);
  Result<std::string> digest_of(const std::string& folder) const;
  Result<std::string> code_of(const std::string& version) const;
  Result<Staged> keep_manifest(const std::string& version, const std::string& digest,
                               const std::string& code);
  bool still_holds(const StageManifest& manifest, const std::string& folder);
  Result<Installed> install_guarded(const std::string& version);
  Result<CommandResult> run_install(const std::string& version);

  const AptOptions options_;
  AptTools tools_;
  const PolicyGuard guard_;
};

Result<ports::ReleaseDriver::Installed> AptRelease::installed() {
  Result<Installed> now = tools_.installed();
  if (now && guard_.left_over()) now->left_over = guard_.path();
  return now;
}

std::string AptRelease::folder_of_version(const std::string& version) const {
  std::string name = version;
  std::replace(name.begin(), name.end(), ':', '_');
  return options_.stage_folder + "/" + name;
}

Status AptRelease::download(const std::string& version) {
  const std::string folder = folder_of_version(version);
  const Status made = make_folders(folder + "/partial", {0755, ""});
  if (!made) return made;
  const Result<Words> names = tools_.package_names();
  if (!names) return names.error();
  Words argv = tools_.apt_words(folder, true);
  for (const std::string& name : *names) argv.push_back(name + "=" + version);
  return tools_.run_well(argv);
}

// One digest over names and contents of all package files, in order of their names.
Result<std::string> AptRelease::digest_of(const std::string& folder) const {
  std::string list;
  for (const std::string& name : list_folder(folder)) {
    if (name.size() < 4 || name.compare(name.size() - 4, 4, ".deb") != 0) continue;
    const Result<std::string> content = read_file(folder + "/" + name, std::size_t{1} << 30U);
    if (!content) return content.error();
    list += base::sha256_hex(*content) + "  " + name + "\n";
  }
  if (list.empty()) return std::string();
  return "sha256:" + base::sha256_hex(list);
}

// The package file that holds the new code; apt writes an epoch's colon as %3a.
Result<std::string> AptRelease::code_of(const std::string& version) const {
  const std::string folder = folder_of_version(version);
  std::string start = options_.code_package + "_" + version;
  if (const std::size_t colon = start.find(':'); colon != std::string::npos) {
    start.replace(colon, 1, "%3a");
  }
  for (const std::string& name : list_folder(folder)) {
    if (name.rfind(start, 0) == 0) return folder + "/" + name;
  }
  return Error{ErrorCode::FailedPrecondition,
               "apt fetched no " + options_.code_package + " " + version + " into " + folder +
                   ": are its sources of the kind file:? Use copy: or http: instead"};
}

Result<ports::ReleaseDriver::Staged> AptRelease::keep_manifest(const std::string& version,
                                                               const std::string& digest,
                                                               const std::string& code) {
  const Result<Words> pins = tools_.read_pins_of(code);
  if (!pins) return pins.error();
  const std::string folder = folder_of_version(version);
  const Status made = make_folders(folder, {0755, ""});
  if (!made) return made.error();
  const Status kept =
      write_file(folder + "/" + kManifest, print_manifest({version, digest, *pins}));
  if (!kept) return kept.error();
  return Staged{version, digest, *pins};
}

Result<ports::ReleaseDriver::Staged> AptRelease::stage(const core::ReleaseNumber& release) {
  const Status debconf = tools_.check_debconf();
  if (!debconf) return debconf.error();
  if (options_.update_lists) {
    Words update = tools_.apt_words("", true);
    update.emplace_back("update");
    const Status updated = tools_.run_well(update);
    if (!updated) return updated.error();
  }
  const Result<std::string> version = tools_.available_version(release);
  if (!version) return version.error();
  const Result<Installed> now = installed();
  if (!now) return now.error();
  if (now->version == *version && now->clean) {
    return keep_manifest(*version, kInstalled + *version,
                         "/usr/lib/python3/dist-packages/ironic/common/release_mappings.py");
  }
  const Status downloaded = download(*version);
  if (!downloaded) return downloaded.error();
  const Result<std::string> code = code_of(*version);
  if (!code) return code.error();
  const Result<std::string> digest = digest_of(folder_of_version(*version));
  if (!digest) return digest.error();
  return keep_manifest(*version, *digest, *code);
}

bool AptRelease::still_holds(const StageManifest& manifest, const std::string& folder) {
  if (manifest.digest == kInstalled + manifest.version) {
    const Result<Installed> now = installed();
    return now && now->version == manifest.version && now->clean;
  }
  return digest_of(folder).value_or("") == manifest.digest;
}

Result<std::optional<ports::ReleaseDriver::Staged>> AptRelease::staged(
    const core::ReleaseNumber& release) {
  std::optional<StageManifest> newest;
  base::TimePoint newest_at{};
  for (const std::string& name : list_folder(options_.stage_folder)) {
    const std::string path = options_.stage_folder + "/" + name + "/" + kManifest;
    const auto manifest = read_manifest(read_file(path, 1U << 20U).value_or(""));
    if (!manifest || core::parse_release_number(manifest->version) != release) continue;
    const base::TimePoint at = modified_at(path).value_or(base::TimePoint());
    if (newest && at < newest_at) continue;
    newest = manifest;
    newest_at = at;
  }
  if (!newest || !still_holds(*newest, folder_of_version(newest->version))) {
    return std::optional<Staged>();
  }
  return std::optional(Staged{newest->version, newest->digest, newest->pins});
}

Result<CommandResult> AptRelease::run_install(const std::string& version) {
  const Result<Words> names = tools_.package_names();
  if (!names) return names.error();
  Words argv = tools_.apt_words(folder_of_version(version), false);
  for (const std::string& name : *names) argv.push_back(name + "=" + version);
  return tools_.run(argv);
}

// apt first: after a crash of ours that is the kept result of the run. Only when the read-back is
// not as wanted is an interrupted dpkg finished, and apt run once more.
Result<ports::ReleaseDriver::Installed> AptRelease::install_guarded(const std::string& version) {
  std::string said;
  for (int round = 0; round < 2; ++round) {
    const Result<CommandResult> apt = run_install(version);
    if (!apt) return apt.error();
    Result<Installed> now = installed();
    if (!now || (now->version == version && now->clean)) return now;
    said = tail_of(trim(apt->err.empty() ? apt->out : apt->err), 600);
    if (round == 1) break;
    const auto configured =
        tools_.run({"/usr/bin/dpkg", "--force-confdef", "--force-confold", "--configure", "-a"});
    if (!configured) return configured.error();
  }
  return Error{ErrorCode::Unavailable,
               "after the installation this host does not have " + version + " whole: " + said};
}

Result<ports::ReleaseDriver::Installed> AptRelease::install(const core::ReleaseNumber& release) {
  const Result<std::optional<Staged>> ready = staged(release);
  if (!ready) return ready.error();
  if (!*ready) {
    return Error{ErrorCode::FailedPrecondition,
                 "release " + core::to_string(release) +
                     " is not staged on this host, or what was staged has changed since"};
  }
  const Status debconf = tools_.check_debconf();
  if (!debconf) return debconf.error();
  const std::string& version = (*ready)->version;
  // Our guard still there: an installation of ours was cut off and may still run.
  if (guard_.left_over()) {
    if (const Status over = tools_.await_begun(); !over) return over.error();
  }
  const Result<Installed> now = installed();
  if (now && now->version == version && now->clean && now->left_over.empty()) return now;
  const Status placed = guard_.place();
  if (!placed) return placed.error();
  Result<Installed> after = install_guarded(version);
  const Status removed = guard_.remove();
  if (after && !removed) return removed.error();
  if (after) after->left_over.clear();
  return after;
}

// The guard must outlive the apt that it was placed for.
Status AptRelease::finish_install() {
  if (!guard_.left_over()) return success();
  const Status over = tools_.await_begun();
  return over ? guard_.remove() : over;
}

}  // namespace

std::shared_ptr<ports::ReleaseDriver> make_apt_release(AptOptions options,
                                                       SharedCommands commands) {
  return std::make_shared<AptRelease>(std::move(options), std::move(commands));
}

}  // namespace rollmill::drivers
