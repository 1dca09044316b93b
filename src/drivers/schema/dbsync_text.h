#pragma once

#include <string>

#include "rollmill/base/result.h"
#include "rollmill/ports/host.h"

/// What ironic-dbsync and ironic-status say, told apart. Their exit codes are ambiguous (1 is "run
/// me again" and any exception; 2 is a refusal and a usage error), so the text decides with them.
/// Pure. THREAD: any.
namespace rollmill::drivers {

/// `ironic-dbsync version`: the revision; empty text for an empty database (it prints "None").
base::Result<std::string> read_revision(const ports::CommandResult& result);

/// `ironic-dbsync upgrade`. Never says Done for a run that was cut off.
ports::SchemaDriver::UpgradeResult judge_upgrade(const ports::CommandResult& result);

/// `ironic-dbsync online_data_migrations`, all functions added up.
ports::SchemaDriver::MigrateBatch judge_migrate(const ports::CommandResult& result);

/// `ironic-status upgrade check --json`: the worst of the checks and of the exit code.
ports::SchemaDriver::StatusCheck judge_status(const ports::CommandResult& result);

/// JSON {table: {version: rows}}, alone or under "row_versions". Tables whose rows carry no version
/// at all are left out: Ironic never fills those (conductor_hardware_interfaces, runbook_steps).
base::Result<ports::SchemaDriver::Histogram> read_histogram(const std::string& line);

/// JSON {table: version}, alone or under "versions".
base::Result<std::map<std::string, std::string>> read_versions(const std::string& line);

/// The sentence a person needs: the last line that tells a reason, without warnings and logs.
std::string reason_of(const ports::CommandResult& result);

}  // namespace rollmill::drivers
