#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/records.h"

/// What every journal promises. Included once by each program that instantiates it with its own
/// journals: INSTANTIATE_TEST_SUITE_P(Name, JournalContract, testing::Values(JournalMaker{...})).
namespace rollmill::test {

/// Makes an empty journal; a file, if it needs one, goes to the path given.
struct JournalMaker {
  const char* name;
  std::function<std::unique_ptr<ports::Journal>(const std::string& path)> make;
};
inline void PrintTo(const JournalMaker& maker, std::ostream* out) { *out << maker.name; }

class JournalContract : public testing::TestWithParam<JournalMaker> {
 protected:
  void SetUp() override {
    std::string folder = testing::TempDir() + "journal-XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    journal_ = GetParam().make(folder_ + "/journal.db");
    ASSERT_NE(journal_, nullptr);
  }
  void TearDown() override {
    journal_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string folder_;
  std::unique_ptr<ports::Journal> journal_;
};

TEST_P(JournalContract, begins_empty_at_one) {
  EXPECT_EQ(journal_->next(), 1U);
  EXPECT_TRUE(read_all(*journal_).empty());
}

TEST_P(JournalContract, gives_sequences_without_gaps) {
  ASSERT_TRUE(journal_->append(1, {record("a", "X", "1"), record("b", "Y", "2")}).ok());
  ASSERT_TRUE(journal_->append(3, {record("a", "Z", "3")}).ok());
  EXPECT_EQ(journal_->next(), 4U);
  const auto records = read_all(*journal_);
  ASSERT_EQ(records.size(), 3U);
  for (std::size_t i = 0; i < records.size(); ++i) EXPECT_EQ(records[i].sequence, i + 1);
}

TEST_P(JournalContract, gives_back_what_was_written) {
  ports::Record written = record("upgrades/u-1", "StepSucceeded", "{\"a\":\"ü\\n\"}");
  ASSERT_TRUE(journal_->append(1, {written}).ok());
  written.sequence = 1;
  EXPECT_EQ(read_all(*journal_), std::vector<ports::Record>{written});
}

TEST_P(JournalContract, keeps_empty_and_big_bodies) {
  const std::string big(std::size_t{3} << 20U, 'x');
  ASSERT_TRUE(journal_->append(1, {record("a", "X", ""), record("a", "Y", big)}).ok());
  const auto records = read_all(*journal_);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].body, "");
  EXPECT_EQ(records[1].body, big);
}

TEST_P(JournalContract, refuses_another_place_than_the_next) {
  ASSERT_TRUE(journal_->append(1, {record("a", "X", "1")}).ok());
  for (const base::Sequence wrong : {0U, 1U, 3U}) {
    const base::Status refused = journal_->append(wrong, {record("a", "Y", "2")});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, base::ErrorCode::Aborted);
  }
  EXPECT_EQ(read_all(*journal_).size(), 1U);
  EXPECT_TRUE(journal_->append(2, {record("a", "Y", "2")}).ok());
}

TEST_P(JournalContract, shows_nothing_of_a_refused_append) {
  const std::vector<ports::Record> bad = {
      record("", "X", "1"), record("a", "", "1"), record("a\nb", "X", "1"), record("a", "X\n", "1"),
      record("a", "X", std::string((std::size_t{64} << 20U) + 1, 'x'))};
  for (const ports::Record& broken : bad) {
    const base::Status refused = journal_->append(1, {record("a", "X", "fine"), broken});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, base::ErrorCode::InvalidArgument);
  }
  EXPECT_EQ(journal_->next(), 1U);
  EXPECT_TRUE(read_all(*journal_).empty());
}

TEST_P(JournalContract, takes_an_append_of_nothing) {
  EXPECT_TRUE(journal_->append(1, {}).ok());
  EXPECT_EQ(journal_->next(), 1U);
}

TEST_P(JournalContract, reads_after_a_sequence) {
  ASSERT_TRUE(
      journal_->append(1, {record("a", "X", "1"), record("a", "X", "2"), record("a", "X", "3")})
          .ok());
  EXPECT_EQ(read_all(*journal_, 1).size(), 2U);
  EXPECT_EQ(read_all(*journal_, 1).front().body, "2");
  EXPECT_TRUE(read_all(*journal_, 3).empty());
  EXPECT_TRUE(read_all(*journal_, 99).empty());
}

TEST_P(JournalContract, reads_one_stream) {
  ASSERT_TRUE(
      journal_->append(1, {record("a", "X", "1"), record("ab", "X", "2"), record("a", "X", "3")})
          .ok());
  const auto records = read_all(*journal_, 0, "a");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[1].sequence, 3U);
  EXPECT_EQ(read_all(*journal_, 1, "a").size(), 1U);
  EXPECT_TRUE(read_all(*journal_, 0, "none").empty());
}

TEST_P(JournalContract, ends_reading_when_told) {
  ASSERT_TRUE(journal_->append(1, {record("a", "X", "1"), record("a", "X", "2")}).ok());
  int seen = 0;
  EXPECT_TRUE(journal_->read(0, "", [&](const ports::Record&) { return ++seen < 1; }).ok());
  EXPECT_EQ(seen, 1);
}

TEST_P(JournalContract, shows_an_append_at_once) {
  for (base::Sequence i = 1; i <= 50; ++i) {
    ASSERT_TRUE(journal_->append(i, {record("a", "X", std::to_string(i))}).ok());
    EXPECT_EQ(read_all(*journal_, i - 1).size(), 1U);
  }
}

}  // namespace rollmill::test
