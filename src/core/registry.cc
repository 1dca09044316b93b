#include "core/registry.h"

#include <algorithm>

namespace rollmill::core {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

}  // namespace

std::vector<RegistryRow> read_registry(const FleetFacts& facts) {
  const std::string* newest = nullptr;
  base::TimePoint newest_at{};
  for (const auto& [name, host] : facts) {
    const auto found = host.details.find("api.conductors");
    if (found == host.details.end() || (newest != nullptr && host.read_at <= newest_at)) continue;
    newest = &found->second;
    newest_at = host.read_at;
  }
  std::vector<RegistryRow> rows;
  if (newest == nullptr) return rows;
  for (const std::string& text : split(*newest, ';')) {
    const std::vector<std::string> fields = split(text, '|');
    if (fields.size() < 4) continue;
    RegistryRow row{fields[0], fields[1], fields[2] == "alive", {}};
    if (!fields[3].empty()) row.drivers = split(fields[3], ',');
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace rollmill::core
