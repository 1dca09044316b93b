#include "sim/program/replay.h"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <optional>

#include "codec/fact_codec.h"
#include "rollmill/core/engine.h"
#include "sim/checks/coverage.h"
#include "sim/world/last_words.h"
#include "store/sqlite_journal.h"

namespace rollmill::sim {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;

/// A copy that goes when this does.
class Copy {
 public:
  explicit Copy(const std::string& file)
      : folder_(fs::temp_directory_path() / ("rollmill-replay-" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
    for (const char* ending : {"", "-wal"}) {
      if (fs::exists(file + ending)) fs::copy_file(file + ending, path() + ending);
    }
  }
  ~Copy() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;
  std::string path() const { return (folder_ / "journal.db").string(); }
  /// Says the name that the person knows.
  Error told(Error error, const std::string& original) const {
    if (const auto at = error.message.find(path()); at != std::string::npos)
      error.message.replace(at, path().size(), original);
    return error;
  }

 private:
  const fs::path folder_;
};

/// All upgrades of one journal, fact by fact.
class Fold {
 public:
  base::Status take(const ports::Record& record) {
    if (!record.stream.starts_with("upgrades/")) return base::success();
    const auto fact = codec_->decode(record);
    if (!fact.ok()) return fact.error();
    const std::string place =
        "fact " + std::to_string(record.sequence) + " (" + record.kind + "): ";
    try {
      apply(upgrades_[record.stream], *fact);
    } catch (const BrokenAssumption& assumption) {
      return Error{ErrorCode::FailedPrecondition, place + "broken assumption " + assumption.text};
    }
    const auto broken = core::check_invariants(upgrades_[record.stream]);
    if (broken.empty()) return base::success();
    return Error{ErrorCode::FailedPrecondition, "after " + place + broken.front()};
  }
  bool empty() const { return facts_ == 0; }

  std::string report() const {
    std::string text = std::to_string(facts_) + " facts, every state keeps the promises\n";
    for (const auto& [stream, upgrade] : upgrades_) {
      text += stream + ": " + core::to_string(upgrade.state);
      const auto blocked = core::explain(upgrade, upgrade.finished_at);
      text += (blocked ? ", " + blocked->code + ": " + blocked->reason : "") + "\n";
    }
    Coverage taken;
    transitions_.add_to(taken);
    return text + "transitions taken: " + std::to_string(taken.counts.size()) + " of " +
           std::to_string(all_transitions().counts.size()) + "\n";
  }

 private:
  void apply(core::Upgrade& upgrade, const core::Fact& fact) {
    transitions_.note(upgrade, fact.body);
    core::evolve(upgrade, fact);
    ++facts_;
  }

  Scheduler nobody_;
  LastWords last_words_{nobody_};
  const std::unique_ptr<ports::FactCodec> codec_ = codec::make_fact_codec();
  std::map<std::string, core::Upgrade> upgrades_;
  Transitions transitions_;
  std::uint64_t facts_ = 0;
};

}  // namespace

base::Result<std::string> replay(const std::string& journal) {
  if (!fs::exists(journal)) return Error{ErrorCode::NotFound, "there is no file " + journal};
  const Copy copy(journal);
  const auto opened = store::open_sqlite_journal(copy.path(), store::kHandover);
  if (!opened.ok()) return copy.told(opened.error(), journal);
  Fold fold;
  std::optional<Error> wrong;
  const base::Status read = (*opened)->read(0, "", [&](const ports::Record& record) {
    const base::Status taken = fold.take(record);
    if (!taken.ok()) wrong = taken.error();
    return taken.ok();
  });
  if (wrong) return *wrong;
  if (!read.ok()) return copy.told(read.error(), journal);
  if (fold.empty()) {
    return Error{ErrorCode::NotFound,
                 journal + " holds no upgrade: is it an agent's journal? Name rollmilld's"};
  }
  return fold.report();
}

}  // namespace rollmill::sim
