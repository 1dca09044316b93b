#include <gtest/gtest.h>

#include "store/journal_contract.h"
#include "store/sqlite_journal.h"
#include "support/memory_journal.h"

namespace rollmill::test {
namespace {

std::unique_ptr<ports::Journal> make_sqlite(const std::string& path) {
  auto journal = store::open_sqlite_journal(path, {});
  EXPECT_TRUE(journal.ok()) << journal.error().message;
  return journal.ok() ? std::move(journal).value() : nullptr;
}

std::unique_ptr<ports::Journal> make_memory(const std::string& /*path*/) {
  return std::make_unique<MemoryJournal>();
}

INSTANTIATE_TEST_SUITE_P(Journals, JournalContract,
                         testing::Values(JournalMaker{"memory", make_memory},
                                         JournalMaker{"sqlite", make_sqlite}),
                         [](const auto& maker) { return std::string{maker.param.name}; });

}  // namespace
}  // namespace rollmill::test
