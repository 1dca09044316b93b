#include "tidy/source.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace rollmill::tidy {
namespace {

enum class Kind : char { Code, Comment, Literal, Directive };

/// Walks C++ text once and says of each character what it belongs to.
class Classifier {
 public:
  explicit Classifier(std::string_view text) : text_(text), kinds_(text.size(), Kind::Code) {}

  std::vector<Kind> run() {
    while (at_ < text_.size()) step();
    return std::move(kinds_);
  }

 private:
  void step() {
    const char c = text_[at_];
    if (looking_at("//")) {
      mark_to(end_of_line(at_), Kind::Comment);
    } else if (looking_at("/*")) {
      mark_to(after(text_.find("*/", at_ + 2), 2), Kind::Comment);
    } else if (c == '#' && only_blanks_before()) {
      directive();
    } else if (c == '"') {
      literal();
    } else if (c == '\'' && !in_number()) {
      quoted('\'');
    } else {
      ++at_;
    }
  }

  /// Up to the end of the line, or of the last continued one; comments in it stay comments.
  void directive() {
    while (at_ < text_.size() && text_[at_] != '\n') {
      if (looking_at("\\\n"))
        mark_to(at_ + 2, Kind::Directive);
      else if (looking_at("//"))
        mark_to(end_of_line(at_), Kind::Comment);
      else if (looking_at("/*"))
        mark_to(after(text_.find("*/", at_ + 2), 2), Kind::Comment);
      else
        mark_to(at_ + 1, Kind::Directive);
    }
  }

  void literal() {
    if (at_ == 0 || text_[at_ - 1] != 'R') return quoted('"');
    const std::size_t open = text_.find('(', at_);
    if (open == std::string_view::npos) return quoted('"');
    const std::string close = ")" + std::string(text_.substr(at_ + 1, open - at_ - 1)) + "\"";
    mark_to(after(text_.find(close, open), close.size()), Kind::Literal);
  }

  void quoted(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
      end += text_[end] == '\\' ? 2 : 1;
    }
    mark_to(end + 1, Kind::Literal);
  }

  void mark_to(std::size_t end, Kind kind) {
    for (end = std::min(end, text_.size()); at_ < end; ++at_) kinds_[at_] = kind;
  }
  bool looking_at(std::string_view what) const { return text_.substr(at_, what.size()) == what; }
  std::size_t end_of_line(std::size_t from) const { return after(text_.find('\n', from), 0); }
  std::size_t after(std::size_t found, std::size_t size) const {
    return found == std::string_view::npos ? text_.size() : found + size;
  }
  bool only_blanks_before() const {
    std::size_t i = at_;
    while (i > 0 && (text_[i - 1] == ' ' || text_[i - 1] == '\t')) --i;
    return i == 0 || text_[i - 1] == '\n';
  }
  bool in_number() const {  // 1'000
    return at_ > 0 && std::isxdigit(static_cast<unsigned char>(text_[at_ - 1])) != 0;
  }

  std::string_view text_;
  std::vector<Kind> kinds_;
  std::size_t at_ = 0;
};

std::string keep_only(std::string_view text, Kind wanted) {
  const std::vector<Kind> kinds = Classifier(text).run();
  std::string kept(text);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kinds[i] != wanted && kept[i] != '\n') kept[i] = ' ';
  }
  return kept;
}

bool skipped_folder(const std::string& name) {
  constexpr std::array<std::string_view, 4> kSkipped = {".git", "build", ".cache", "__pycache__"};
  return std::find(kSkipped.begin(), kSkipped.end(), name) != kSkipped.end();
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

std::string print(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += finding.path + ":" + std::to_string(finding.line) + ": " + finding.message + "\n";
  }
  return text;
}

std::vector<SourceFile> read_tree(const std::string& root) {
  std::vector<SourceFile> files;
  auto entry = std::filesystem::recursive_directory_iterator(root);
  for (const auto end = std::filesystem::end(entry); entry != end; ++entry) {
    if (entry->is_directory() && skipped_folder(entry->path().filename())) {
      entry.disable_recursion_pending();
    }
    if (entry->is_symlink() || !entry->is_regular_file()) continue;
    SourceFile file{std::filesystem::relative(entry->path(), root).generic_string(),
                    read_file(entry->path())};
    if (file.text.find('\0') != std::string::npos) file.text.clear();  // a picture
    files.push_back(std::move(file));
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_header(const SourceFile& file) { return ends_with(file.path, ".h"); }

bool is_cpp(const SourceFile& file) { return is_header(file) || ends_with(file.path, ".cc"); }

bool is_script(const SourceFile& file) {
  return ends_with(file.path, ".py") || ends_with(file.path, ".sh") || starts_with(file.text, "#!");
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string code_only(std::string_view text) { return keep_only(text, Kind::Code); }

std::string comments_only(std::string_view text) { return keep_only(text, Kind::Comment); }

std::vector<Include> includes_of(std::string_view text) {
  std::vector<Include> includes;
  const std::string directives = keep_only(text, Kind::Directive);
  int number = 0;
  for (const std::string_view line : lines_of(directives)) {
    ++number;
    const std::size_t word = line.find("include");
    const std::size_t open = line.find_first_of("<\"");
    if (word == std::string_view::npos || open == std::string_view::npos || open < word) continue;
    const std::size_t close = line.find_first_of(">\"", open + 1);
    if (close == std::string_view::npos) continue;
    includes.push_back(
        {number, std::string(line.substr(open + 1, close - open - 1)), line[open] == '"'});
  }
  return includes;
}

}  // namespace rollmill::tidy
