// The answers that come as JSON; the only source of this folder that knows the library.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "drivers/schema/dbsync_text.h"
#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using nlohmann::json;
using ports::CommandResult;
using Schema = ports::SchemaDriver;

json parse_or_discarded(const std::string& text) { return json::parse(text, nullptr, false); }

// The last line of stdout that is a JSON object: log lines come before it, and sometimes after.
json find_object(const std::string& text) {
  const std::vector<std::string> lines = split_lines(text);
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (line->empty() || line->front() != '{') continue;
    json object = parse_or_discarded(*line);
    if (object.is_object()) return object;
  }
  return json(json::value_t::discarded);
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const char* result_name(int result) {
  return result == 0 ? "ok" : result == 1 ? "warning" : "failure";
}

struct Checks {
  int worst = 0;
  std::size_t count = 0;
  std::vector<std::string> complaints;
};

// 0 to 2; nothing for a result that is none of Ironic's: what is not understood has not passed.
std::optional<int> result_of(const json& check) {
  const auto result = check.find("result");
  if (result == check.end() || !result->is_number_integer()) return std::nullopt;
  if (*result < 0 || *result > 2) return std::nullopt;
  return result->get<int>();
}

// Nothing when a check is not of the known shape.
std::optional<Checks> read_checks(const json& object) {
  const auto list = object.find("checks");
  if (list == object.end() || !list->is_array()) return std::nullopt;
  Checks checks;
  for (const json& check : *list) {
    if (!check.is_object()) return std::nullopt;
    const std::optional<int> result = result_of(check);
    if (!result) return std::nullopt;
    checks.worst = std::max(checks.worst, *result);
    ++checks.count;
    if (*result == 0) continue;
    const std::string details = trim(text_of(check, "details"));
    checks.complaints.push_back(text_of(check, "check") + " (" + result_name(*result) + ")" +
                                (details.empty() ? "" : ": " + tail_of(details, 400)));
  }
  return checks;
}

Error wrong_shape(const std::string& what, const std::string& line) {
  return {ErrorCode::DataLoss, "no " + what + " in '" + tail_of(line, 200) + "'"};
}

// The object itself, or the one that it holds under `key`.
json unwrap(json object, const char* key) {
  const auto inner = object.is_object() ? object.find(key) : object.end();
  return inner == object.end() ? object : json(*inner);
}

}  // namespace

Schema::StatusCheck judge_status(const CommandResult& result) {
  const json object = find_object(result.out);
  const std::optional<Checks> checks =
      object.is_object() ? read_checks(object) : std::optional<Checks>();
  const bool ended = !result.interrupted && !result.timed_out && result.exit_code >= 0;
  if (!ended || !checks || result.exit_code > 2) {
    return {255, "ironic-status could not run its checks: " + reason_of(result)};
  }
  const int worst = std::max(checks->worst, result.exit_code);
  if (checks->complaints.empty()) {
    return {worst, std::to_string(checks->count) + " checks, all well"};
  }
  return {worst, join(checks->complaints, "; ")};
}

base::Result<Schema::Histogram> read_histogram(const std::string& line) {
  const json tables = unwrap(parse_or_discarded(line), "row_versions");
  if (!tables.is_object()) return wrong_shape("row versions", line);
  Schema::Histogram histogram;
  for (const auto& [table, versions] : tables.items()) {
    if (table.empty() || !versions.is_object())
      return wrong_shape("row versions of \"" + table + "\"", line);
    const bool unversioned = versions.size() == 1 && versions.contains("");
    if (unversioned) continue;
    auto& rows = histogram[table];
    for (const auto& [version, count] : versions.items()) {
      if (!count.is_number_unsigned()) return wrong_shape("row counts of " + table, line);
      rows[version] = count.get<std::uint64_t>();
    }
  }
  return histogram;
}

base::Result<std::map<std::string, std::string>> read_versions(const std::string& line) {
  const json tables = unwrap(parse_or_discarded(line), "versions");
  if (!tables.is_object()) return wrong_shape("object versions", line);
  std::map<std::string, std::string> versions;
  for (const auto& [table, version] : tables.items()) {
    if (!version.is_string()) return wrong_shape("object version of " + table, line);
    versions[table] = version.get<std::string>();
  }
  return versions;
}

}  // namespace rollmill::drivers
