#include <algorithm>
#include <utility>

#include "drivers/drivers.h"
#include "drivers/release/apt_text.h"
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
using ports::CommandSpec;

constexpr char kManifest[] = "manifest";
constexpr char kInstalled[] = "installed:";  ///< Digest of what had not to be fetched.

class AptRelease final : public ports::ReleaseDriver {
 public:
  AptRelease(AptOptions options, SharedCommands commands)
      : options_(std::move(options)),
        commands_(std::move(commands)),
        guard_(options_.policy_file) {}

  Result<Installed> installed() override;
  Result<std::optional<Staged>> staged(const core::ReleaseNumber& release) override;
  Result<Staged> stage(const core::ReleaseNumber& release) override;
  Result<Installed> install(const core::ReleaseNumber& release) override;
  /// Files of a running service are replaced under it.
  bool side_by_side() const override { return false; }

 private:
  CommandSpec spec(Words argv) const;
  Words apt_words(const std::string& folder, bool download) const;
  Result<CommandResult> read_well(const CommandSpec& spec);
  Status run_well(const CommandSpec& spec);

  Result<std::vector<DebianPackage>> packages();
  Result<Words> package_names();
  Result<bool> is_clean(const std::vector<DebianPackage>& found);
  base::TimePoint changed_at(const std::vector<DebianPackage>& found) const;

  std::string folder_of_version(const std::string& version) const;
  Result<std::string> available_version(const core::ReleaseNumber& release);
  Status check_debconf();
  Status download(const std::string& version);
  Result<std::string> digest_of(const std::string& folder) const;
  Result<std::string> code_of(const std::string& version) const;
  Result<Words> read_accepted_pins(const std::string& path);
  Result<Staged> keep_manifest(const std::string& version, const std::string& digest,
                               const std::string& code);
  bool still_holds(const StageManifest& manifest, const std::string& folder);

  Result<Installed> install_guarded(const std::string& version);
  Result<CommandResult> run_install(const std::string& version);

  const AptOptions options_;
  const SharedCommands commands_;
  const PolicyGuard guard_;
};

CommandSpec AptRelease::spec(Words argv) const {
  CommandSpec made;
  made.argv = std::move(argv);
  made.environment = {{"DEBIAN_FRONTEND", "noninteractive"},
                      {"APT_LISTCHANGES_FRONTEND", "none"},
                      {"NEEDRESTART_SUSPEND", "1"}};
  made.time_limit = options_.time_limit;
  return made;
}

Words AptRelease::apt_words(const std::string& folder, bool download) const {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(options_.lock_timeout).count();
  Words words = {"/usr/bin/apt-get", "-q", "-y", "-o",
                 "DPkg::Lock::Timeout=" + std::to_string(seconds)};
  if (folder.empty()) return words;
  for (const std::string& word :
       {std::string("-o"), "Dir::Cache::archives=" + folder + "/", std::string("-o"),
        std::string("APT::Sandbox::User=root"), std::string("-o"),
        std::string("APT::Install-Recommends=false"), std::string("-o"),
        std::string("Dpkg::Options::=--force-confdef"), std::string("-o"),
        std::string("Dpkg::Options::=--force-confold"), std::string("--no-remove"),
        std::string(download ? "--download-only" : "--no-download"), std::string("install")}) {
    words.push_back(word);
  }
  return words;
}

Result<CommandResult> AptRelease::read_well(const CommandSpec& asked) {
  Result<CommandResult> result = commands_->read(asked);
  if (!result || (result->exit_code == 0 && !result->timed_out && !result->interrupted)) {
    return result;
  }
  return Error{ErrorCode::Unavailable,
               join(asked.argv, " ") + " ended with " + std::to_string(result->exit_code) + ": " +
                   tail_of(trim(result->err), 400)};
}

Status AptRelease::run_well(const CommandSpec& asked) {
  const Result<CommandResult> result = commands_->run(asked);
  if (!result) return result.error();
  if (result->exit_code == 0 && !result->timed_out && !result->interrupted) return success();
  return Error{ErrorCode::Unavailable,
               join(asked.argv, " ") + " ended with " + std::to_string(result->exit_code) + ": " +
                   tail_of(trim(result->err), 400)};
}

Result<std::vector<DebianPackage>> AptRelease::packages() {
  Words argv = {"/usr/bin/dpkg-query", "-W", "-f", "${Package} ${Version} ${db:Status-Abbrev}\\n"};
  argv.insert(argv.end(), options_.packages.begin(), options_.packages.end());
  // Ends with 1 when one of them is unknown to dpkg: what it knows is printed all the same.
  const Result<CommandResult> result = commands_->read(spec(argv));
  if (!result) return result.error();
  std::vector<DebianPackage> found = read_packages(result->out);
  const bool has_code = std::any_of(found.begin(), found.end(), [&](const DebianPackage& each) {
    return each.name == options_.code_package;
  });
  if (has_code) return found;
  return Error{ErrorCode::NotFound, "the package " + options_.code_package +
                                        " is not installed on this host: " +
                                        tail_of(trim(result->err), 200)};
}

Result<Words> AptRelease::package_names() {
  const auto found = packages();
  if (!found) return found.error();
  Words names;
  for (const DebianPackage& each : *found) names.push_back(each.name);
  return names;
}

Result<bool> AptRelease::is_clean(const std::vector<DebianPackage>& found) {
  for (const DebianPackage& each : found) {
    if (!each.configured || each.version != found.front().version) return false;
  }
  const Result<CommandResult> audit = read_well(spec({"/usr/bin/dpkg", "--audit"}));
  if (!audit) return audit.error();
  return trim(audit->out).empty();
}

base::TimePoint AptRelease::changed_at(const std::vector<DebianPackage>& found) const {
  base::TimePoint newest{};
  for (const DebianPackage& each : found) {
    const auto at = modified_at(options_.dpkg_folder + "/" + each.name + ".list");
    newest = std::max(newest, at.value_or(base::TimePoint()));
  }
  return newest;
}

Result<ports::ReleaseDriver::Installed> AptRelease::installed() {
  const auto found = packages();
  if (!found) return found.error();
  const Result<bool> clean = is_clean(*found);
  if (!clean) return clean.error();
  Installed now;
  for (const DebianPackage& each : *found) {
    if (each.name == options_.code_package) now.version = each.version;
  }
  const auto number = core::parse_release_number(now.version);
  if (!number) {
    return Error{ErrorCode::DataLoss, "the version of " + options_.code_package +
                                          " begins with no release: " + now.version};
  }
  now.number = *number;
  now.clean = *clean;
  now.changed_at = changed_at(*found);
  return now;
}

std::string AptRelease::folder_of_version(const std::string& version) const {
  std::string name = version;
  std::replace(name.begin(), name.end(), ':', '_');
  return options_.stage_folder + "/" + name;
}

Result<std::string> AptRelease::available_version(const core::ReleaseNumber& release) {
  const Result<Words> names = package_names();
  if (!names) return names.error();
  Words argv = {"/usr/bin/apt-cache", "madison"};
  argv.insert(argv.end(), names->begin(), names->end());
  const Result<CommandResult> madison = read_well(spec(argv));
  if (!madison) return madison.error();
  return choose_version(read_madison(madison->out), *names, options_.code_package, release);
}

// With that answer the packages would run `ironic-dbsync` by themselves, at a time of their own.
Status AptRelease::check_debconf() {
  const Result<CommandResult> answer =
      commands_->read(spec({"/usr/bin/debconf-show", "ironic-common"}));
  if (!answer) return answer.error();
  if (!migrates_database(answer->out)) return success();
  return Error{ErrorCode::FailedPrecondition,
               "the package ironic-common is told to migrate the database by itself. Run: echo "
               "'ironic-common ironic/configure_db boolean false' | debconf-set-selections"};
}

Status AptRelease::download(const std::string& version) {
  const std::string folder = folder_of_version(version);
  const Status made = make_folders(folder + "/partial", {0755, ""});
  if (!made) return made;
  const Result<Words> names = package_names();
  if (!names) return names.error();
  Words argv = apt_words(folder, true);
  for (const std::string& name : *names) argv.push_back(name + "=" + version);
  return run_well(spec(argv));
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

Result<Words> AptRelease::read_accepted_pins(const std::string& path) {
  CommandSpec asked = spec({options_.python, "-I", "-", path});
  asked.input = kPinsProgram;
  const Result<CommandResult> result = read_well(asked);
  if (!result) return result.error().with_context("the pins of " + path);
  return read_pins(last_line(result->out));
}

Result<ports::ReleaseDriver::Staged> AptRelease::keep_manifest(const std::string& version,
                                                               const std::string& digest,
                                                               const std::string& code) {
  const Result<Words> pins = read_accepted_pins(code);
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
  const Status debconf = check_debconf();
  if (!debconf) return debconf.error();
  if (options_.update_lists) {
    Words update = apt_words("", true);
    update.emplace_back("update");
    const Status updated = run_well(spec(update));
    if (!updated) return updated.error();
  }
  const Result<std::string> version = available_version(release);
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
  const Result<Words> names = package_names();
  if (!names) return names.error();
  Words argv = apt_words(folder_of_version(version), false);
  for (const std::string& name : *names) argv.push_back(name + "=" + version);
  return commands_->run(spec(argv));
}

// apt first: after a crash of ours this waits for the run that is still going on. Only when the
// read-back is not as wanted is an interrupted dpkg finished, and apt run once more.
Result<ports::ReleaseDriver::Installed> AptRelease::install_guarded(const std::string& version) {
  std::string said;
  for (int round = 0; round < 2; ++round) {
    const Result<CommandResult> apt = run_install(version);
    if (!apt) return apt.error();
    Result<Installed> now = installed();
    if (!now || (now->version == version && now->clean)) return now;
    said = tail_of(trim(apt->err.empty() ? apt->out : apt->err), 600);
    if (round == 1) break;
    const auto configured = commands_->run(
        spec({"/usr/bin/dpkg", "--force-confdef", "--force-confold", "--configure", "-a"}));
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
  const Status debconf = check_debconf();
  if (!debconf) return debconf.error();
  const std::string& version = (*ready)->version;
  // Our guard still there: an installation of ours was cut off and may still run.
  const Result<Installed> now = installed();
  if (!guard_.in_place() && now && now->version == version && now->clean) return now;
  const Status placed = guard_.place();
  if (!placed) return placed.error();
  Result<Installed> after = install_guarded(version);
  const Status removed = guard_.remove();
  if (after && !removed) return removed.error();
  return after;
}

}  // namespace

std::shared_ptr<ports::ReleaseDriver> make_apt_release(AptOptions options,
                                                       SharedCommands commands) {
  return std::make_shared<AptRelease>(std::move(options), std::move(commands));
}

}  // namespace rollmill::drivers
