#include "sim/world/disk.h"

#include <cstring>
#include <utility>

#include "rollmill/base/check.h"

namespace rollmill::sim {
namespace {

/// A place as a body of eight bytes, which a std::string holds without allocating.
std::string place(std::size_t index) {
  std::string body(sizeof index, '\0');
  std::memcpy(body.data(), &index, sizeof index);
  return body;
}

std::size_t index_in(const std::string& body) {
  std::size_t index = 0;
  ROLLMILL_CHECK(body.size() == sizeof index);
  std::memcpy(&index, body.data(), sizeof index);
  return index;
}

}  // namespace

ports::EncodedFact FactStore::encode(const core::Fact& fact) const {
  facts_.push_back(fact);
  return {core::fact_kind(fact.body), place(facts_.size() - 1)};
}

const core::Fact& FactStore::at(const ports::Record& record) const {
  return facts_.at(index_in(record.body));
}

base::Result<core::Fact> FactStore::decode(const ports::Record& record) const { return at(record); }

std::string FactStore::encode_plan(const core::Plan& plan) const {
  plans_.push_back(plan);
  return place(plans_.size() - 1);
}

base::Result<core::Plan> FactStore::decode_plan(const std::string& text) const {
  return plans_.at(index_in(text));
}

ports::EncodedTaskFact TaskFactStore::encode(const core::TaskFact& fact) const {
  facts_.push_back(fact);
  return {"", place(facts_.size() - 1)};
}

const core::TaskFact& TaskFactStore::at(const ports::Record& record) const {
  return facts_.at(index_in(record.body));
}

base::Result<core::TaskFact> TaskFactStore::decode(const ports::Record& record) const {
  return at(record);
}

DiskJournal::DiskJournal(std::shared_ptr<Disk> disk, Program& writer, Decide decide, Stored stored,
                         Stand stand)
    : disk_(std::move(disk)),
      writer_(writer),
      decide_(std::move(decide)),
      stored_(std::move(stored)),
      stand_(std::move(stand)),
      seen_(disk_->records.size()) {}

base::Status DiskJournal::fail(const char* why) {
  failed_ = true;
  return base::Error{base::ErrorCode::Unavailable, why};
}

void DiskJournal::store(const std::vector<ports::Record>& records) {
  for (ports::Record record : records) {
    record.sequence = disk_->records.size() + 1;
    disk_->records.push_back(std::move(record));
  }
  seen_ = disk_->records.size();
  if (stored_) stored_(records);
}

base::Status DiskJournal::append(base::Sequence expected_next,
                                 const std::vector<ports::Record>& records) {
  ROLLMILL_CHECK(!failed_);
  if (expected_next != disk_->records.size() + 1) {
    failed_ = true;
    return base::Error{base::ErrorCode::Aborted, "somebody else has written"};
  }
  const AppendOrder order = decide_ ? decide_(records) : AppendOrder{};
  if (order.slow > base::Duration{0}) stand_(order.slow);
  switch (order.fate) {
    case AppendFate::Durable:
      store(records);
      return base::success();
    case AppendFate::KilledBefore:
      writer_.kill();
      return fail("killed");
    case AppendFate::KilledAfter:
      store(records);
      writer_.kill();
      return fail("killed");
    case AppendFate::Refused:
      return fail("no space left on the disk");
    case AppendFate::RefusedLate:
      store(records);
      return fail("the disk could not be synchronised");
  }
  return fail("no fate");
}

base::Status DiskJournal::read(base::Sequence after, const std::string& stream,
                               const std::function<bool(const ports::Record&)>& visit) const {
  for (std::size_t i = after; i < disk_->records.size(); ++i) {
    const ports::Record& record = disk_->records[i];
    if (!stream.empty() && record.stream != stream) continue;
    if (!visit(record)) break;
  }
  return base::success();
}

}  // namespace rollmill::sim
