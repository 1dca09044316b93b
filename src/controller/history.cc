#include "controller/history.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "rollmill/core/engine.h"

namespace rollmill::controller {
namespace {

using base::Error;
using base::ErrorCode;
using base::Status;
using ports::Record;

const std::string kUpgradeStream = "upgrades/";
const std::string kPlanStream = "plans/";
const std::string kControllerStream = "controller";
const std::string kPlanShown = "PlanShown";

std::optional<std::string> after_prefix(const std::string& text, const std::string& prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

Error senseless(const Record& record, const std::string& what) {
  return {ErrorCode::DataLoss, "fact " + std::to_string(record.sequence) + " (" + record.kind +
                                   ") of the journal makes no sense: " + what +
                                   ". Put back the last backup of the journal"};
}

}  // namespace

Status History::replay() {
  ROLLMILL_CHECK(runs_.empty());
  std::optional<Error> wrong;
  const Status read = journal_.read(0, "", [&](const Record& record) {
    const Status taken = take(record);
    if (!taken.ok()) wrong = taken.error();
    return taken.ok();
  });
  if (wrong) return *wrong;
  if (!read.ok()) return read;
  const auto open = std::count_if(runs_.begin(), runs_.end(), [](const auto& run) {
    return !run->put_away() && !is_final(run->upgrade.state);
  });
  if (open > 1) {
    return Error{ErrorCode::DataLoss,
                 "the journal has " + std::to_string(open) +
                     " unfinished upgrades; it can have one. Put back its last backup"};
  }
  return base::success();
}

Status History::take(const Record& record) {
  if (record.stream.starts_with(kUpgradeStream)) return take_upgrade_fact(record);
  if (const auto plan = after_prefix(record.stream, kPlanStream)) {
    keep_plan(base::PlanId{*plan}, record.body);
    return base::success();
  }
  if (record.stream != kControllerStream) {
    return Error{ErrorCode::FailedPrecondition,
                 "the journal holds \"" + record.stream +
                     "\", which no controller writes: is it an agent's? Name another file"};
  }
  const auto fact = codec_.decode(record);
  if (!fact.ok()) return fact.error();
  const auto* started = std::get_if<core::ControllerStarted>(&fact->body);
  if (started == nullptr) return senseless(record, "it does not belong to the controller");
  last_epoch_ = std::max(last_epoch_, started->epoch);
  return base::success();
}

Status History::take_upgrade_fact(const Record& record) {
  const auto fact = codec_.decode(record);
  if (!fact.ok()) return fact.error();
  const base::UpgradeId id{record.stream.substr(kUpgradeStream.size())};
  const bool first = std::holds_alternative<core::UpgradePlanned>(fact->body);
  Run* run = find(id);
  if (first != (run == nullptr)) {
    return senseless(record, "an upgrade begins with UpgradePlanned, once");
  }
  if (run == nullptr) run = &add_run(id);
  if (run->put_away() && !first) {
    return senseless(record, "upgrade " + id.text + " ended long before");
  }
  if (const auto* started = std::get_if<core::ControllerStarted>(&fact->body)) {
    last_epoch_ = std::max(last_epoch_, started->epoch);
  }
  apply(*run, record.sequence, *fact);
  return base::success();
}

Run* History::unfinished() {
  for (auto run = runs_.rbegin(); run != runs_.rend() && !(*run)->put_away(); ++run) {
    if (!is_final((*run)->upgrade.state)) return run->get();
  }
  return nullptr;
}

Run* History::find(const base::UpgradeId& id) {
  const auto found =
      std::find_if(runs_.begin(), runs_.end(), [&](const auto& run) { return run->id == id; });
  return found == runs_.end() ? nullptr : found->get();
}

Run& History::begin(const base::UpgradeId& id, const std::vector<core::Fact>& facts) {
  ROLLMILL_CHECK(find(id) == nullptr && unfinished() == nullptr);
  Run& run = add_run(id);
  append(run, facts);
  return run;
}

void History::append(Run& run, const std::vector<core::Fact>& facts) {
  if (facts.empty()) return;
  const base::Sequence first = journal_.next();
  write(encode(run.id, facts));
  for (std::size_t i = 0; i < facts.size(); ++i) apply(run, first + i, facts[i]);
}

void History::take_epoch(base::Epoch epoch, base::TimePoint now) {
  ROLLMILL_CHECK(epoch > last_epoch_);
  ports::EncodedFact fact = codec_.encode({now, core::ControllerStarted{epoch}});
  write({{0, now, kControllerStream, std::move(fact.kind), std::move(fact.body)}});
  last_epoch_ = epoch;
}

void History::write(const std::vector<Record>& records) {
  const Status written = journal_.append(journal_.next(), records);
  if (!written.ok()) base::lost_durability(written.error().message.c_str());
}

std::vector<Record> History::encode(const base::UpgradeId& id,
                                    const std::vector<core::Fact>& facts) const {
  std::vector<Record> records;
  records.reserve(facts.size());
  for (const core::Fact& fact : facts) {
    ports::EncodedFact text = codec_.encode(fact);
    records.push_back(
        {0, fact.at, kUpgradeStream + id.text, std::move(text.kind), std::move(text.body)});
  }
  return records;
}

Run& History::add_run(const base::UpgradeId& id) {
  put_away_old_runs();
  auto run = std::make_unique<Run>();
  run->id = id;
  return *runs_.emplace_back(std::move(run));
}

void History::put_away_old_runs() {
  for (std::size_t i = 0; i + kLoadedRuns <= runs_.size(); ++i) {
    Run& run = *runs_[i];
    if (run.put_away() || !is_final(run.upgrade.state)) continue;
    run.summary = core::make_view(run.upgrade, run.upgrade.finished_at, core::Detail::Summary);
    run.upgrade = {};
    run.events = {};
    run.events_complete = false;
  }
}

void History::apply(Run& run, base::Sequence sequence, const core::Fact& fact) {
  core::evolve(run.upgrade, fact);
  run.request_id = run.upgrade.request_id;
  run.events.push_back(core::make_event(run.upgrade, sequence, fact));
  if (run.events.size() <= kKeptEvents) return;
  run.events.pop_front();
  run.events_complete = false;
}

void History::remember_plan(const core::Plan& plan, base::TimePoint now) {
  for (const ShownPlan& shown : plans_) {
    if (shown.id == plan.id) return;
  }
  std::string text = codec_.encode_plan(plan);
  write({{0, now, kPlanStream + plan.id.text, kPlanShown, text}});
  keep_plan(plan.id, std::move(text));
}

void History::keep_plan(base::PlanId id, std::string text) {
  plans_.push_back({std::move(id), std::move(text)});
  if (plans_.size() > kShownPlans) plans_.pop_front();
}

base::Result<core::Plan> History::shown_plan(const base::PlanId& id) const {
  for (const ShownPlan& shown : plans_) {
    if (shown.id == id) return codec_.decode_plan(shown.text);
  }
  return Error{ErrorCode::NotFound, "plan " + id.text + " is not known here"};
}

Status History::fold(const base::UpgradeId& id, core::Upgrade& into, const Visit& visit) const {
  std::optional<Error> wrong;
  const Status read = journal_.read(0, kUpgradeStream + id.text, [&](const Record& record) {
    const auto fact = codec_.decode(record);
    if (!fact.ok()) {
      wrong = fact.error();
      return false;
    }
    core::evolve(into, *fact);
    return visit(into, record.sequence, *fact);
  });
  if (wrong) return *wrong;
  return read;
}

base::Result<std::shared_ptr<const core::Upgrade>> History::state_of(const Run& run) const {
  // Not owned: a run stays where it is for the life of the controller.
  if (!run.put_away())
    return std::shared_ptr<const core::Upgrade>{std::shared_ptr<void>{}, &run.upgrade};
  auto upgrade = std::make_shared<core::Upgrade>();
  const Status folded = fold(run.id, *upgrade, [](const auto&, auto, const auto&) { return true; });
  if (!folded.ok()) return folded.error();
  return std::shared_ptr<const core::Upgrade>{std::move(upgrade)};
}

base::Result<std::vector<core::EventView>> History::events(const Run& run, base::Sequence after,
                                                           std::size_t limit) const {
  std::vector<core::EventView> found;
  const bool in_memory =
      run.events_complete || (!run.events.empty() && run.events.front().sequence <= after + 1);
  if (in_memory) {
    auto event = std::upper_bound(
        run.events.begin(), run.events.end(), after,
        [](base::Sequence sequence, const auto& view) { return sequence < view.sequence; });
    for (; event != run.events.end() && found.size() < limit; ++event) found.push_back(*event);
    return found;
  }
  core::Upgrade upgrade;
  const Status folded =
      fold(run.id, upgrade, [&](const auto& state, base::Sequence sequence, const auto& fact) {
        if (sequence > after) found.push_back(core::make_event(state, sequence, fact));
        return found.size() < limit;
      });
  if (!folded.ok()) return folded.error();
  return found;
}

}  // namespace rollmill::controller
