#include "tidy/documents.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <regex>

namespace rollmill::tidy {
namespace {

/// Blanks fenced blocks and `code`, where brackets are no links.
std::string without_code(std::string_view markdown) {
  static const std::regex kInline("`[^`]*`");
  std::string kept;
  bool fenced = false;
  for (const std::string_view line : lines_of(markdown)) {
    const bool fence = starts_with(line, "```");
    if (fence) fenced = !fenced;
    if (!fence && !fenced) kept += std::regex_replace(std::string(line), kInline, "");
    kept += "\n";
  }
  return kept;
}

/// "## The house, `dev`" -> "the-house-dev".
std::string slug(std::string_view heading) {
  std::string text;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == ' ')
      text.push_back('-');
    else if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte >= 0x80)
      text.push_back(static_cast<char>(std::tolower(byte)));
  }
  return text;
}

struct Link {
  int line = 0;
  std::string target;
};

std::vector<Link> links_of(std::string_view markdown) {
  static const std::regex kLink(R"(\]\(\s*<?([^)\s>]+)>?[^)]*\))");
  std::vector<Link> links;
  const std::string text = without_code(markdown);
  int number = 0;
  for (const std::string_view view : lines_of(text)) {
    ++number;
    const std::string line(view);
    for (std::sregex_iterator at(line.begin(), line.end(), kLink), end; at != end; ++at) {
      links.push_back({number, (*at)[1]});
    }
  }
  return links;
}

bool is_outside(const std::string& target) {
  return target.find("://") != std::string::npos || starts_with(target, "mailto:");
}

class Checker {
 public:
  explicit Checker(const std::vector<SourceFile>& tree) {
    for (const SourceFile& file : tree) remember(file);
  }

  /// Why the link is broken; empty when it is not.
  std::string judge(const std::string& from, const std::string& target) const {
    const std::size_t hash = target.find('#');
    const std::string file = target.substr(0, hash);
    const std::string path = file.empty() ? from : resolve(from, file);
    if (!exists(path)) return "link to '" + target + "': there is no " + path;
    if (hash == std::string::npos || !ends_with(path, ".md")) return "";
    const auto& anchors = anchors_.at(path);
    if (std::find(anchors.begin(), anchors.end(), target.substr(hash + 1)) != anchors.end())
      return "";
    return "link to '" + target + "': " + path + " has no such heading";
  }

 private:
  void remember(const SourceFile& file) {
    anchors_[file.path] =
        ends_with(file.path, ".md") ? anchors_of(file.text) : std::vector<std::string>{};
  }

  static std::string resolve(const std::string& from, const std::string& target) {
    const auto path = std::filesystem::path(from).parent_path() / target;
    return path.lexically_normal().generic_string();
  }

  bool exists(const std::string& path) const {
    if (anchors_.count(path) != 0) return true;
    const std::string folder = ends_with(path, "/") ? path : path + "/";
    const auto below = anchors_.lower_bound(folder);
    return below != anchors_.end() && starts_with(below->first, folder);
  }

  std::map<std::string, std::vector<std::string>> anchors_;  ///< By path; of every text file.
};

}  // namespace

std::vector<std::string> anchors_of(std::string_view markdown) {
  static const std::regex kId(R"re(<a (id|name)="([^"]+)")re");
  std::vector<std::string> anchors;
  bool fenced = false;
  for (const std::string_view view : lines_of(markdown)) {
    if (starts_with(view, "```")) fenced = !fenced;
    if (fenced) continue;
    const std::string line(view);
    const std::size_t text = line.find_first_not_of('#');
    if (text != 0 && text != std::string::npos && line[text] == ' ') {
      anchors.push_back(slug(std::string_view(line).substr(text + 1)));
    }
    std::smatch id;
    if (std::regex_search(line, id, kId)) anchors.push_back(id[2]);
  }
  return anchors;
}

Findings check_links(const std::vector<SourceFile>& tree) {
  Findings findings;
  const Checker checker(tree);
  for (const SourceFile& file : tree) {
    if (!ends_with(file.path, ".md")) continue;
    for (const Link& link : links_of(file.text)) {
      if (is_outside(link.target)) continue;
      const std::string message = checker.judge(file.path, link.target);
      if (!message.empty()) findings.push_back({file.path, link.line, message});
    }
  }
  return findings;
}

}  // namespace rollmill::tidy
