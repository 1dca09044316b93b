#include "apps/crash/journal.h"

#include <utility>

#include "apps/crash/points.h"

namespace rollmill::apps::crash {
namespace {

std::string kinds(const std::vector<ports::Record>& records) {
  std::string text;
  for (const ports::Record& record : records) text += (text.empty() ? "" : ",") + record.kind;
  return text;
}

class JournalWithPoints final : public ports::Journal {
 public:
  explicit JournalWithPoints(std::unique_ptr<ports::Journal> journal)
      : journal_(std::move(journal)) {
    const auto visit = [](const ports::Record& record) {
      see(record, record.sequence);
      return true;
    };
    if (!journal_->read(0, "", visit).ok()) return;  // whoever reads it next says what is wrong
  }

  base::Status append(base::Sequence expected_next,
                      const std::vector<ports::Record>& records) override {
    const base::Sequence last = expected_next + records.size() - 1;
    pass("journal-before", expected_next, last, kinds(records));
    base::Status done = journal_->append(expected_next, records);
    pass("journal-after", expected_next, last, kinds(records));
    if (done.ok()) see_all(expected_next, records);
    return done;
  }
  base::Sequence next() const override { return journal_->next(); }
  base::Status read(base::Sequence after, const std::string& stream,
                    const std::function<bool(const ports::Record&)>& visit) const override {
    return journal_->read(after, stream, visit);
  }

 private:
  static void see(const ports::Record& record, base::Sequence sequence) {
    if (record.kind == "TaskTaken") task_taken(sequence);
  }
  static void see_all(base::Sequence sequence, const std::vector<ports::Record>& records) {
    for (const ports::Record& record : records) see(record, sequence++);
  }

  const std::unique_ptr<ports::Journal> journal_;
};

}  // namespace

std::unique_ptr<ports::Journal> with_points(std::unique_ptr<ports::Journal> journal) {
  return std::make_unique<JournalWithPoints>(std::move(journal));
}

}  // namespace rollmill::apps::crash
