#include "agent/row_versions.h"

#include <cstdint>
#include <functional>

#include "rollmill/core/release.h"

namespace rollmill::agent {
namespace {

/// Object versions are MAJOR.MINOR, ordered as numbers: 1.9 is older than 1.41.
bool newer(const std::string& one, const std::string& other) {
  const auto left = core::parse_release_number(one);
  const auto right = core::parse_release_number(other);
  return left && right && *left > *right;
}

using Finds = std::function<std::string(const std::string& version, const std::string& newest)>;

std::vector<std::string> find_rows(const Histogram& rows, const ObjectVersions& newest,
                                   const Finds& complaint) {
  std::vector<std::string> found;
  for (const auto& [table, versions] : rows) {
    const auto known = newest.find(table);
    if (known == newest.end()) continue;
    for (const auto& [version, count] : versions) {
      if (version.empty() || count == 0) continue;
      const std::string text = complaint(version, known->second);
      if (text.empty()) continue;
      found.push_back(table + ": " + std::to_string(count) + " rows in " + version + text);
    }
  }
  return found;
}

}  // namespace

std::vector<std::string> rows_newer_than(const Histogram& rows, const ObjectVersions& newest) {
  return find_rows(rows, newest, [](const std::string& version, const std::string& limit) {
    return newer(version, limit) ? ", newer than " + limit : std::string();
  });
}

std::vector<std::string> rows_other_than(const Histogram& rows, const ObjectVersions& newest) {
  return find_rows(rows, newest, [](const std::string& version, const std::string& wanted) {
    return version != wanted ? " instead of " + wanted : std::string();
  });
}

std::string print_row_counts(const Histogram& rows) {
  std::string text;
  for (const auto& [table, versions] : rows) {
    std::uint64_t sum = 0;
    for (const auto& [version, count] : versions) sum += count;
    if (sum == 0) continue;
    text += (text.empty() ? "" : ";") + table + "=" + std::to_string(sum);
  }
  return text;
}

}  // namespace rollmill::agent
