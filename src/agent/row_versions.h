#pragma once

#include <map>
#include <string>
#include <vector>

#include "rollmill/ports/host.h"

/// How to read the histogram of row versions. Pure. THREAD: any.
namespace rollmill::agent {

using Histogram = ports::SchemaDriver::Histogram;
using ObjectVersions = std::map<std::string, std::string>;  ///< Table -> newest version.

/// Rows that a release cannot read, because their version is newer than the newest it knows:
/// "nodes: 3 rows in 1.44, newer than 1.41". Tables that the release does not know, and rows
/// without a version (child tables, never filled), do not count.
std::vector<std::string> rows_newer_than(const Histogram& rows, const ObjectVersions& newest);

/// Rows that are not in the release's newest version: "nodes: 3 rows in 1.41 instead of 1.44".
std::vector<std::string> rows_other_than(const Histogram& rows, const ObjectVersions& newest);

/// "nodes=20;ports=20;...": rows per table, tables without rows left out.
std::string print_row_counts(const Histogram& rows);

}  // namespace rollmill::agent
