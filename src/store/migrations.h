#pragma once

#include <cstdint>
#include <span>

#include "rollmill/base/result.h"
#include "store/sqlite.h"

namespace rollmill::store {

/// One change of the schema: takes a file from `version` - 1 to `version`.
struct Migration {
  std::int64_t version;
  const char* sql;
};

/// In the order in which they are run, versions 1, 2, ... without gaps. Never changed once
/// released.
std::span<const Migration> migrations();

/// The schema version of a file; 0 for an empty one.
base::Result<std::int64_t> schema_version(const Database& database);

/// FailedPrecondition for a file newer than the last of `all`, naming both versions.
base::Status check_known(const Database& database, std::span<const Migration> all);

/// Runs those of `all` that the file lacks, each in one transaction with its version number.
/// A file that check_known refuses stays as it is.
base::Status migrate(Database& database, std::span<const Migration> all);

}  // namespace rollmill::store
