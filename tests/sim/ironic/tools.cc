#include "sim/ironic/tools.h"

#include "drivers/schema/dbsync_text.h"

namespace rollmill::sim {
namespace {

using base::Error;
using base::ErrorCode;
using base::success;
using ports::CommandResult;

// LAB.md 6, "Tools, quiet".
constexpr base::Duration kVersion{1100};
constexpr base::Duration kStatus{1800};
constexpr base::Duration kMigrate{1600};
constexpr base::Duration kQuery{300};
constexpr std::uint64_t kRoom = 20000;
constexpr std::uint64_t kLittleRoom = 100;

CommandResult cut_off() {
  CommandResult result;
  result.interrupted = true;
  return result;
}

}  // namespace

Tools::Tools(Site& site, MachineState& machine, Keeper& keeper, Packages& packages)
    : site_(site),
      machine_(machine),
      keeper_(keeper),
      packages_(packages),
      random_(site.random.fork("tools", machine.place)) {}

base::Status Tools::ask(base::Duration takes) {
  site_.rest_until(site_.time.now() + takes);
  if (site_.time.now() < site_.database_back_at)
    return Error{ErrorCode::Unavailable, "(2002, \"Can't connect to MySQL server\")"};
  if (packages_.clean()) return success();
  return Error{ErrorCode::Unavailable,
               "ImportError: the packages of " + machine_.name + " are half configured"};
}

base::Result<std::string> Tools::revision() {
  if (const auto asked = ask(kVersion); !asked) return asked.error();
  return site_.ironic.database.version();
}

base::Result<std::string> Tools::head() {
  if (const auto asked = ask(kVersion); !asked) return asked.error();
  return model_of(packages_.release()).head;
}

base::Result<ports::SchemaDriver::UpgradeResult> Tools::upgrade() {
  const ReleaseId code = packages_.release();
  const base::Duration takes = model_of(code).expand_takes * random_.between(80, 200) / 100;
  const CommandResult result = keeper_.run({Deed::Expand, code, 0}, takes, [this, code] {
    if (!std::exchange(cut_next_, false)) return site_.ironic.database.upgrade(code);
    site_.ironic.database.cut_upgrade(code);
    return cut_off();
  });
  return drivers::judge_upgrade(result);
}

base::Result<ports::SchemaDriver::StatusCheck> Tools::status_check() {
  if (const auto asked = ask(kStatus); !asked) return asked.error();
  return drivers::judge_status(site_.ironic.database.status_check(packages_.release()));
}

base::Result<ports::SchemaDriver::MigrateBatch> Tools::migrate(std::uint32_t max_count) {
  const ReleaseId code = packages_.release();
  const CommandResult result =
      keeper_.run({Deed::Migrate, code, max_count}, kMigrate, [this, code, max_count] {
        site_.promises.contracts(machine_.place, code);
        return site_.ironic.migrate(code, max_count);
      });
  return drivers::judge_migrate(result);
}

base::Result<ports::SchemaDriver::Histogram> Tools::histogram() {
  if (const auto asked = ask(kQuery); !asked) return asked.error();
  return site_.ironic.database.histogram();
}

base::Result<std::map<std::string, std::string>> Tools::versions_of(
    const core::ReleaseNumber& release) {
  if (const auto asked = ask(kQuery); !asked) return asked.error();
  const auto id = release_id(release);
  if (!id || *id > packages_.release())
    return Error{ErrorCode::Unavailable,
                 "the installed code knows no release " + core::to_string(release)};
  std::map<std::string, std::string> versions;
  for (std::size_t i = 0; i < kTables; ++i) {
    const auto table = static_cast<Table>(i);
    const std::string version = version_of(table, rank_of(table, *id));
    if (!version.empty()) versions[table_name(table)] = version;
  }
  return versions;
}

base::Result<std::string> Tools::database_version() {
  if (const auto asked = ask(kQuery); !asked) return asked.error();
  return std::string("10.11.14-MariaDB");
}

base::Result<std::uint64_t> Disk::free_megabytes() {
  return machine_.disk_full ? kLittleRoom : kRoom;
}

base::Status Disk::keep(const std::string& name, const std::string& text) {
  if (machine_.disk_full) return Error{ErrorCode::Unavailable, "no space left on device"};
  notes_[name] = text;
  return success();
}

base::Result<std::optional<std::string>> Disk::kept(const std::string& name) {
  const auto found = notes_.find(name);
  if (found == notes_.end()) return std::optional<std::string>();
  return std::optional<std::string>(found->second);
}

}  // namespace rollmill::sim
