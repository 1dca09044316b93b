// The house rules over the tree itself. A rule that fails here prints file, line and what to mend.
#include <gtest/gtest.h>

#include <algorithm>

#include "tidy/budgets.h"
#include "tidy/documents.h"
#include "tidy/layers.h"
#include "tidy/source.h"
#include "tidy/words.h"

namespace rollmill::tidy {
namespace {

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> kTree = read_tree(ROLLMILL_ROOT);
  return kTree;
}

std::vector<SourceFile> files_below(const std::vector<std::string>& folders, const char* ending) {
  std::vector<SourceFile> files;
  for (const SourceFile& file : tree()) {
    const bool below = std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
      return starts_with(file.path, folder);
    });
    if (below && ends_with(file.path, ending)) files.push_back(file);
  }
  return files;
}

/// Fails with what is found, each with file and line.
void expect_none(const Findings& findings) { EXPECT_TRUE(findings.empty()) << print(findings); }

void expect_none_in_tree(Findings (*check)(const SourceFile&)) {
  Findings all;
  for (const SourceFile& file : tree()) {
    for (Finding& finding : check(file)) all.push_back(std::move(finding));
  }
  expect_none(all);
}

TEST(TidyTree, is_there) {
  EXPECT_GT(files_below({"src/", "include/"}, "").size(), 10U) << "not in " << ROLLMILL_ROOT;
}
TEST(TidyTree, columns) { expect_none_in_tree(check_columns); }
TEST(TidyTree, file_lengths) { expect_none_in_tree(check_file_length); }
TEST(TidyTree, function_lengths) { expect_none_in_tree(check_function_length); }
TEST(TidyTree, median_function) {
  expect_none(check_median_function(files_below({"src/"}, ".cc")));
}
TEST(TidyTree, header_comments) {
  expect_none(check_header_comments(
      files_below({"include/rollmill/core/", "include/rollmill/ports/"}, ".h")));
}
TEST(TidyTree, layers) { expect_none_in_tree(check_layers); }
TEST(TidyTree, core_words) { expect_none_in_tree(check_core_words); }
TEST(TidyTree, core_catch_alls) { expect_none_in_tree(check_core_defaults); }
TEST(TidyTree, left_over_words) { expect_none_in_tree(check_tree_words); }
TEST(TidyTree, every_source_is_listed) { expect_none(check_listed(tree())); }
TEST(TidyTree, links_resolve) { expect_none(check_links(tree())); }

}  // namespace
}  // namespace rollmill::tidy
