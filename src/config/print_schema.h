#pragma once

#include <string>

#include "config/table.h"

namespace rollmill::config {

/// The JSON Schema (2020-12) of a file, as kept in docs/schema; ends with a newline. The agent
/// file's required keys may come from its preset, so the schema asks for none inside a section.
std::string print_schema(const Table& table, const std::string& name);

/// The keys of a file as Markdown tables, as kept in docs/formats/files.md.
std::string print_reference(const Table& table);

}  // namespace rollmill::config
