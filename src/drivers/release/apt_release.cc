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

Error stage_again(Error error) {
  error.message +=
      ". Abort the upgrade and start it again: its stage phase then fetches what lacks";
  return error;
}

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
  Result<std::optional<Staged>> kept(const core::ReleaseNumber& release);
  Result<Words> install_words(const std::string& version);
  Status prove_enough(const std::string& version);
  Result<Installed> install_guarded(const std::string& version, const Words& apt_words);

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
  Words argv = tools_.fetch_words(folder);
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
    const Status updated = tools_.run_well(tools_.update_words());
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
  const Status enough = prove_enough(*version);
  if (!enough) return enough.error();
  return keep_manifest(*version, *digest, *code);
}

bool AptRelease::still_holds(const StageManifest& manifest, const std::string& folder) {
  if (manifest.digest == kInstalled + manifest.version) {
    const Result<Installed> now = installed();
    return now && now->version == manifest.version && now->clean;
  }
  return digest_of(folder).value_or("") == manifest.digest;
}

// What was staged and has not changed since.
Result<std::optional<ports::ReleaseDriver::Staged>> AptRelease::kept(
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

// Not staged any more, too, when the host has changed so that the files are not enough: to stage
// again fetches what lacks.
Result<std::optional<ports::ReleaseDriver::Staged>> AptRelease::staged(
    const core::ReleaseNumber& release) {
  Result<std::optional<Staged>> there = kept(release);
  if (!there || !*there || (*there)->digest == kInstalled + (*there)->version) return there;
  const Status enough = prove_enough((*there)->version);
  if (enough) return there;
  if (enough.error().code != ErrorCode::FailedPrecondition) return enough.error();
  return std::optional<Staged>();
}

Result<Words> AptRelease::install_words(const std::string& version) {
  const auto packages = tools_.packages();
  if (!packages) return packages.error();
  Words names;
  for (const DebianPackage& each : *packages) names.push_back(each.name);
  const std::string folder = folder_of_version(version);
  PackageFiles files = sort_package_files(list_folder(folder), names, version);
  for (const DebianPackage& each : *packages) {
    if (each.version == version) std::erase(files.lacking, each.name);  // Nothing was to fetch.
  }
  if (files.lacking.empty()) return tools_.install_words(folder, files);
  return Error{ErrorCode::FailedPrecondition, "no package file of " + join(files.lacking, ", ") +
                                                  " " + version + " is staged in " + folder};
}

// Asks apt what an installation would do now. It would fail, too, where a file had to be fetched.
Status AptRelease::prove_enough(const std::string& version) {
  Result<Words> argv = install_words(version);
  if (!argv) return argv.error();
  argv->insert(argv->begin() + 1, "--simulate");
  const Result<CommandResult> result = tools_.read(*argv);
  if (!result) return result.error();
  if (result->exit_code == 0 && !result->timed_out && !result->interrupted) return success();
  return Error{ErrorCode::FailedPrecondition,
               "what is staged in " + folder_of_version(version) +
                   " is not enough to install it on this host as it is now: " +
                   tail_of(trim(result->out + result->err), 600)};
}

// apt first: after a crash of ours that is the kept result of the run. Only when the read-back is
// not as wanted is an interrupted dpkg finished, and apt run once more.
Result<ports::ReleaseDriver::Installed> AptRelease::install_guarded(const std::string& version,
                                                                    const Words& apt_words) {
  std::string said;
  for (int round = 0; round < 2; ++round) {
    const Result<CommandResult> apt = tools_.run(apt_words);
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
  const Result<std::optional<Staged>> ready = kept(release);
  if (!ready) return ready.error();
  if (!*ready) {
    return stage_again({ErrorCode::FailedPrecondition,
                        "release " + core::to_string(release) +
                            " is not staged on this host, or what was staged has changed since"});
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
  const Result<Words> apt_words = install_words(version);
  if (!apt_words) return stage_again(apt_words.error());
  const Status placed = guard_.place();
  if (!placed) return placed.error();
  Result<Installed> after = install_guarded(version, *apt_words);
  const Status removed = guard_.remove();
  if (after && !removed) return removed.error();
  if (after) {
    after->left_over.clear();
    return after;
  }
  const Status enough = prove_enough(version);
  return enough ? after : stage_again(enough.error());
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
