#include "tidy/words.h"

#include <regex>
#include <utility>

namespace rollmill::tidy {
namespace {

struct Ban {
  std::regex pattern;
  std::string message;
};

bool in_core(const SourceFile& file) {
  return is_cpp(file) &&
         (starts_with(file.path, "src/core/") || starts_with(file.path, "include/rollmill/core/"));
}

Findings find_bans(const std::string& path, const std::string& text, const std::vector<Ban>& bans) {
  Findings findings;
  int number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    for (const Ban& ban : bans) {
      if (std::regex_search(line.begin(), line.end(), ban.pattern)) {
        findings.push_back({path, number, ban.message});
      }
    }
  }
  return findings;
}

const std::vector<Ban>& core_bans() {
  static const std::vector<Ban> kBans = [] {
    std::vector<Ban> bans;
    for (const auto& [word, what] : std::vector<std::pair<std::string, std::string>>{
             {R"(::now\s*\()", "the clock"},
             {R"(\bstd::(this_)?j?thread\b)", "threads"},
             {R"(\bstd::(recursive_|shared_|timed_)?mutex\b)", "locks"},
             {R"(\b(secure_)?getenv\b)", "the environment"},
             {R"(\bs?rand\b|\brandom_device\b|\bmt19937)", "chance"},
             {R"(\b[io]?fstream\b|\bfopen\b|\bstd::(cout|cerr|clog|cin)\b)", "files and streams"},
             {R"(\bnlohmann\b)", "JSON"},
             {R"(\bspdlog\b)", "logs"},
             {R"(\bgrpc\b)", "the network"}}) {
      bans.push_back({std::regex(word), "core is pure and may not reach for " + what});
    }
    return bans;
  }();
  return kBans;
}

// The words are put together from halves, so that this file does not hold them.
const std::vector<Ban>& tree_bans() {
  static const std::vector<Ban> kBans = {
      {std::regex("\\b(TO"
                  "DO|FIX"
                  "ME|X"
                  "XX)\\b"),
       "a left-over note: do it or open an issue"},
      {std::regex("GTEST_"
                  "SKIP|\\bDIS"
                  "ABLED_"),
       "a test that is switched off"},
      {std::regex("(^|[^\\w./~-])/(wo"
                  "rk|ho"
                  "me/[a-z]+|Us"
                  "ers)/"),
       "a path of one machine"},
  };
  return kBans;
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

bool lists(const std::string& cmake_text, const std::string& relative) {
  const std::size_t at = cmake_text.find(relative);
  if (at == std::string::npos) return false;
  const bool starts =
      at == 0 || std::string_view(" \t\n(\"").find(cmake_text[at - 1]) != std::string::npos;
  return starts || lists(cmake_text.substr(at + 1), relative);
}

bool is_listed(const SourceFile& source, const std::vector<SourceFile>& tree) {
  for (std::string folder = parent_of(source.path); !folder.empty(); folder = parent_of(folder)) {
    for (const SourceFile& file : tree) {
      if (file.path != folder + "/CMakeLists.txt") continue;
      if (lists(file.text, source.path.substr(folder.size() + 1))) return true;
    }
  }
  return false;
}

}  // namespace

Findings check_core_words(const SourceFile& file) {
  if (!in_core(file)) return {};
  return find_bans(file.path, code_only(file.text), core_bans());
}

Findings check_core_defaults(const SourceFile& file) {
  if (!in_core(file)) return {};
  static const std::vector<Ban> kBans = {
      {std::regex(R"(\bdefault\s*:)"), "a catch-all: name every enumerator instead"}};
  return find_bans(file.path, code_only(file.text), kBans);
}

Findings check_tree_words(const SourceFile& file) {
  return find_bans(file.path, file.text, tree_bans());
}

Findings check_listed(const std::vector<SourceFile>& tree) {
  Findings findings;
  for (const SourceFile& file : tree) {
    if (!ends_with(file.path, ".cc") || is_listed(file, tree)) continue;
    findings.push_back({file.path, 0, "no CMakeLists.txt names this file: list it or remove it"});
  }
  return findings;
}

}  // namespace rollmill::tidy
