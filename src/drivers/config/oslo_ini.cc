#include "drivers/config/oslo_ini.h"

#include <algorithm>
#include <cctype>

#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using ports::Setting;

std::string without_end_space(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) {
    line.remove_suffix(1);
  }
  return std::string(line);
}

std::string without_quotes(const std::string& value) {
  const bool quoted = !value.empty() && value.front() == value.back() &&
                      (value.front() == '"' || value.front() == '\'');
  if (!quoted) return value;
  return value.size() < 2 ? "" : value.substr(1, value.size() - 2);
}

class IniReader {
 public:
  explicit IniReader(std::string name) : name_(std::move(name)) {}

  base::Status take(const std::string& line) {
    ++number_;
    if (line.empty()) {
      open_value_ = false;
      return base::success();
    }
    if (line.front() == ' ' || line.front() == '\t') return take_continuation(line);
    open_value_ = false;
    if (line.front() == '[') return take_section(line);
    if (line.front() == '#' || line.front() == ';') return base::success();
    return take_assignment(line);
  }

  std::vector<Setting> settings() && { return std::move(settings_); }

 private:
  Error error(const std::string& what) const {
    return {ErrorCode::InvalidArgument, name_ + ":" + std::to_string(number_) + ": " + what};
  }

  base::Status take_continuation(const std::string& line) {
    if (!open_value_) return error("a line begins with white space but continues no value");
    settings_.back().value += "\n" + trim(line);
    return base::success();
  }

  base::Status take_section(const std::string& line) {
    if (line.back() != ']') return error("a section must end with ']'");
    if (line.size() <= 2) return error("a section has no name");
    section_ = normal_section(line.substr(1, line.size() - 2));
    return base::success();
  }

  base::Status take_assignment(const std::string& line) {
    const std::size_t sign = line.find_first_of("=:");
    if (sign == std::string::npos) return error("neither '=' nor ':' in an assignment");
    const std::string key = trim(line.substr(0, sign));
    if (key.empty()) return error("a setting has no name");
    if (section_.empty()) return error("the setting '" + key + "' stands before any [section]");
    settings_.push_back({section_, key, without_quotes(trim(line.substr(sign + 1)))});
    open_value_ = true;
    return base::success();
  }

  std::string name_;
  int number_ = 0;
  std::string section_;
  bool open_value_ = false;
  std::vector<Setting> settings_;
};

bool is_word(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  });
}

base::Status check_writable(const Setting& setting) {
  const std::string place = "[" + setting.section + "] " + setting.key;
  if (!is_word(setting.section) || !is_word(setting.key)) {
    return Error{ErrorCode::InvalidArgument, "no name of a setting: " + place};
  }
  const std::string& value = setting.value;
  if (contains(value, "\n") || contains(value, "\r") || trim(value) != value ||
      without_quotes(value) != value) {
    return Error{ErrorCode::InvalidArgument,
                 "the value of " + place + " cannot be written as one line: '" + value + "'"};
  }
  return base::success();
}

}  // namespace

std::string normal_section(const std::string& section) {
  if (section == "DEFAULT") return section;
  std::string lower = section;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

Result<std::vector<Setting>> parse_oslo_ini(std::string_view text, const std::string& name) {
  IniReader reader(name);
  for (const std::string& line : split(text, '\n')) {
    const base::Status taken = reader.take(without_end_space(line));
    if (!taken) return taken.error();
  }
  return std::move(reader).settings();
}

Result<std::string> print_oslo_ini(const std::vector<Setting>& settings,
                                   const std::vector<std::string>& header) {
  std::string text;
  for (const std::string& line : header) text += "# " + line + "\n";
  std::vector<std::string> sections;
  for (const Setting& setting : settings) {
    const base::Status writable = check_writable(setting);
    if (!writable) return writable.error();
    if (std::find(sections.begin(), sections.end(), setting.section) == sections.end()) {
      sections.push_back(setting.section);
    }
  }
  for (const std::string& section : sections) {
    text += "\n[" + section + "]\n";
    for (const Setting& setting : settings) {
      if (setting.section == section) text += setting.key + " = " + setting.value + "\n";
    }
  }
  return text;
}

}  // namespace rollmill::drivers
