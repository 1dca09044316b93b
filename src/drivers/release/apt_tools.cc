#include "drivers/release/apt_tools.h"

#include <algorithm>
#include <utility>

#include "drivers/support/files.h"
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

// Nothing when it ended well.
std::optional<Error> failure_of(const Words& argv, const Result<CommandResult>& result) {
  if (!result) return result.error();
  if (result->exit_code == 0 && !result->timed_out && !result->interrupted) return std::nullopt;
  return Error{ErrorCode::Unavailable, join(argv, " ") + " ended with " +
                                           std::to_string(result->exit_code) + ": " +
                                           tail_of(trim(result->err), 400)};
}

}  // namespace

CommandSpec AptTools::spec(Words argv) const {
  CommandSpec made;
  made.argv = std::move(argv);
  made.environment = {{"DEBIAN_FRONTEND", "noninteractive"},
                      {"APT_LISTCHANGES_FRONTEND", "none"},
                      {"NEEDRESTART_SUSPEND", "1"}};
  made.time_limit = options_.time_limit;
  return made;
}

Result<CommandResult> AptTools::run(Words argv) { return commands_->run(spec(std::move(argv))); }

Status AptTools::run_well(Words argv) {
  const auto failure = failure_of(argv, run(argv));
  return failure ? Status(*failure) : success();
}

Result<CommandResult> AptTools::read_well(const CommandSpec& asked) {
  Result<CommandResult> result = commands_->read(asked);
  if (const auto failure = failure_of(asked.argv, result)) return *failure;
  return result;
}

Result<CommandResult> AptTools::read(Words argv) { return commands_->read(spec(std::move(argv))); }

Words AptTools::apt_words() const {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(options_.lock_timeout).count();
  return {"/usr/bin/apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=" + std::to_string(seconds)};
}

Words AptTools::update_words() const {
  Words words = apt_words();
  words.emplace_back("update");
  return words;
}

Words AptTools::folder_words(const std::string& folder) const {
  Words words = apt_words();
  for (const std::string& option :
       {"Dir::Cache::archives=" + folder + "/", std::string("APT::Sandbox::User=root"),
        std::string("APT::Install-Recommends=false"),
        std::string("Dpkg::Options::=--force-confdef"),
        std::string("Dpkg::Options::=--force-confold")}) {
    words.insert(words.end(), {"-o", option});
  }
  // Every package is named with its version, and a rollback names older ones than are here.
  words.insert(words.end(), {"--no-remove", "--allow-downgrades"});
  return words;
}

Words AptTools::fetch_words(const std::string& folder) const {
  Words words = folder_words(folder);
  words.insert(words.end(), {"--download-only", "install"});
  return words;
}

// Dependencies are only offered (--with-source): apt takes those that it needs, leaves one alone
// that is newer on the host by now, and does not mark them as asked for by a person. The caches are
// not kept, since they would be of no use to an apt with sources; a default release that the host
// names would be unknown here.
Words AptTools::install_words(const std::string& folder, const PackageFiles& files) const {
  Words words = folder_words(folder);
  for (const char* option :
       {"Dir::Etc::SourceList=/dev/null", "Dir::Etc::SourceParts=/dev/null",
        "Dir::Cache::pkgcache=", "Dir::Cache::srcpkgcache=", "APT::Default-Release="}) {
    words.insert(words.end(), {"-o", option});
  }
  words.emplace_back("--no-download");
  for (const std::string& file : files.others) {
    words.insert(words.end(), {"--with-source", folder + "/" + file});
  }
  words.emplace_back("install");
  for (const std::string& file : files.named) words.push_back(folder + "/" + file);
  return words;
}

Result<std::vector<DebianPackage>> AptTools::packages() {
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
  return Error{ErrorCode::NotFound,
               "the package " + options_.code_package +
                   " is not installed on this host: " + tail_of(trim(result->err), 200)};
}

Result<Words> AptTools::package_names() {
  const auto found = packages();
  if (!found) return found.error();
  Words names;
  for (const DebianPackage& each : *found) names.push_back(each.name);
  return names;
}

Result<bool> AptTools::is_clean(const std::vector<DebianPackage>& found) {
  for (const DebianPackage& each : found) {
    if (!each.configured || each.version != found.front().version) return false;
  }
  const Result<CommandResult> audit = read_well(spec({"/usr/bin/dpkg", "--audit"}));
  if (!audit) return audit.error();
  return trim(audit->out).empty();
}

base::TimePoint AptTools::changed_at(const std::vector<DebianPackage>& found) const {
  base::TimePoint newest{};
  for (const DebianPackage& each : found) {
    const auto at = modified_at(options_.dpkg_folder + "/" + each.name + ".list");
    newest = std::max(newest, at.value_or(base::TimePoint()));
  }
  return newest;
}

Result<ports::ReleaseDriver::Installed> AptTools::installed() {
  const auto found = packages();
  if (!found) return found.error();
  const Result<bool> clean = is_clean(*found);
  if (!clean) return clean.error();
  ports::ReleaseDriver::Installed now;
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

Result<std::string> AptTools::available_version(const core::ReleaseNumber& release) {
  const Result<Words> names = package_names();
  if (!names) return names.error();
  Words argv = {"/usr/bin/apt-cache", "madison"};
  argv.insert(argv.end(), names->begin(), names->end());
  const Result<CommandResult> madison = read_well(spec(argv));
  if (!madison) return madison.error();
  return choose_version(read_madison(madison->out), *names, options_.code_package, release);
}

// With that answer the packages would run `ironic-dbsync` by themselves, at a time of their own.
Status AptTools::check_debconf() {
  const Result<CommandResult> answer =
      commands_->read(spec({"/usr/bin/debconf-show", "ironic-common"}));
  if (!answer) return answer.error();
  if (!migrates_database(answer->out)) return success();
  return Error{ErrorCode::FailedPrecondition,
               "the package ironic-common is told to migrate the database by itself. Run: echo "
               "'ironic-common ironic/configure_db boolean false' | debconf-set-selections"};
}

Result<Words> AptTools::read_pins_of(const std::string& path) {
  CommandSpec asked = spec({options_.python, "-I", "-", path});
  asked.input = kPinsProgram;
  const Result<CommandResult> result = read_well(asked);
  if (!result) return result.error().with_context("the pins of " + path);
  return read_pins(last_line(result->out));
}

}  // namespace rollmill::drivers
