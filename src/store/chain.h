#pragma once

#include <string>

#include "rollmill/ports/journal.h"

namespace rollmill::store {

/// What the first fact's hash is chained to: 64 zeros.
const std::string& chain_start();

/// The hash of a record, chained to the one before it; 64 hexadecimal digits. Covers everything
/// stored of the record (docs/formats/journal.md), so that a changed, lost, added or moved fact
/// breaks the chain. Pure.
std::string chain_hash(const std::string& previous, const ports::Record& record);

}  // namespace rollmill::store
