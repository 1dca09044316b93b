#include "tidy/documents.h"

#include <gtest/gtest.h>

namespace rollmill::tidy {
namespace {

TEST(TidyAnchors, headings_become_anchors_outside_of_code) {
  const std::vector<std::string> expected = {"the-house-dev", "no_redundancy", "by-hand"};
  EXPECT_EQ(anchors_of("# The house, `dev`\n```\n# no heading\n```\n### NO_REDUNDANCY\n#tag\n"
                       "<a id=\"by-hand\"></a>\n"),
            expected);
}

std::string broken(const std::string& markdown) {
  return print(check_links({{"README.md", "# Use\n"},
                            {"docs/a.md", markdown},
                            {"docs/adr/0001.md", "# First\n"},
                            {"docs/b.png", ""}}));
}

TEST(TidyLinks, files_folders_and_headings_that_exist_are_fine) {
  EXPECT_EQ(broken("[a](../README.md) [b](../README.md#use) ![c](b.png) [d](adr/) [e](adr)\n"), "");
  EXPECT_EQ(broken("# Here\n[a](#here) [b](adr/0001.md#first \"title\")\n"), "");
}

TEST(TidyLinks, outside_links_and_code_are_not_looked_at) {
  EXPECT_EQ(broken("[a](https://example.org/x) [b](mailto:a@b.c) `[c](d)`\n```\n[e](f)\n```\n"),
            "");
}

TEST(TidyLinks, missing_file_is_found) {
  EXPECT_EQ(broken("\n[a](c.md)\n"), "docs/a.md:2: link to 'c.md': there is no docs/c.md\n");
}

TEST(TidyLinks, missing_heading_is_found) {
  EXPECT_EQ(broken("[a](../README.md#build)"),
            "docs/a.md:1: link to '../README.md#build': README.md has no such heading\n");
  EXPECT_EQ(broken("[a](#nowhere)"),
            "docs/a.md:1: link to '#nowhere': docs/a.md has no such heading\n");
}

}  // namespace
}  // namespace rollmill::tidy
