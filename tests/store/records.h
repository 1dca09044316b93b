#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rollmill/ports/journal.h"

namespace rollmill::test {

inline ports::Record record(const std::string& stream, const std::string& kind,
                            const std::string& body) {
  return {0, base::TimePoint{base::Duration{1234567890123}}, stream, kind, body};
}

inline std::vector<ports::Record> read_all(const ports::Journal& journal, base::Sequence after = 0,
                                           const std::string& stream = "") {
  std::vector<ports::Record> records;
  const base::Status done = journal.read(after, stream, [&](const ports::Record& found) {
    records.push_back(found);
    return true;
  });
  EXPECT_TRUE(done.ok()) << done.error().message;
  return records;
}

}  // namespace rollmill::test
