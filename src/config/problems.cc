#include "config/problems.h"

#include <algorithm>
#include <utility>

namespace rollmill::config {
namespace {

constexpr std::size_t kShown = 20;

}  // namespace

void Problems::add(const std::string& pointer, std::string text) {
  if (has(pointer)) return;
  places_.insert(pointer);
  problems_.push_back({pointer, std::move(text)});
}

bool Problems::has(const std::string& pointer) const {
  for (std::string place = pointer; !place.empty(); place.resize(place.rfind('/'))) {
    if (places_.contains(place)) return true;
  }
  return places_.contains("");
}

base::Error Problems::to_error(
    const std::string& file, const std::function<std::size_t(const std::string&)>& line_of) const {
  std::vector<std::pair<std::size_t, const Problem*>> lines;
  for (const Problem& problem : problems_) lines.emplace_back(line_of(problem.pointer), &problem);
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string message;
  for (std::size_t i = 0; i < std::min(kShown, lines.size()); ++i) {
    const Problem& problem = *lines[i].second;
    if (i > 0) message += '\n';
    message += file + ":" + std::to_string(lines[i].first) + ": " +
               (problem.pointer.empty() ? "/" : problem.pointer) + ": " + problem.text;
  }
  if (lines.size() > kShown) {
    message += "\n" + file + ": and " + std::to_string(lines.size() - kShown) +
               " more; mend these first, then look again";
  }
  return {base::ErrorCode::InvalidArgument, message};
}

std::string join_pointer(const std::string& parent, const std::string& key) {
  std::string pointer = parent + "/";
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

std::string join_pointer(const std::string& parent, std::size_t index) {
  return parent + "/" + std::to_string(index);
}

}  // namespace rollmill::config
