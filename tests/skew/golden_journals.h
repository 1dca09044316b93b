#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rollmill/ports/journal.h"

/// Journals in tests/skew/golden, as some version of rollmill wrote them: `VERSION-NAME.db`. A
/// file that is there is never written again. For a new release: ROLLMILL_GOLDEN_VERSION=v2 in the
/// environment of skew_test writes a set of that version, which is then added to the tree.
namespace rollmill::test {

/// Versions that have a golden journal of this name, oldest first.
std::vector<std::string> golden_versions(const std::string& name);

/// The facts of a golden journal, read by the journal as a program would, from a copy.
std::vector<ports::Record> golden_facts(const std::string& version, const std::string& name);

/// The version to write a new set for, when the environment asks for one.
std::optional<std::string> version_to_write();
/// Writes a golden journal; fails the test when it is there already.
void write_golden(const std::string& name, const std::vector<ports::Record>& facts);

}  // namespace rollmill::test
