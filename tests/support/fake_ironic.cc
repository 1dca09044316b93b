#include "support/fake_ironic.h"

#include <algorithm>

namespace rollmill::test {
namespace {

using base::Error;
using base::ErrorCode;
using base::success;

const std::map<core::ReleaseNumber, std::string> kHeads = {
    {{29, 0}, "21c48150dea9"}, {{35, 0}, "2a3b4c5d6e7f"}, {{39, 0}, "9fb44677ef15"}};

const std::map<core::ReleaseNumber, std::map<std::string, std::string>> kVersions = {
    {{29, 0}, {{"nodes", "1.41"}, {"conductors", "1.4"}, {"node_history", "1.0"}}},
    {{35, 0}, {{"nodes", "1.44"}, {"conductors", "1.6"}, {"node_history", "1.1"}}},
    {{39, 0}, {{"nodes", "1.44"}, {"conductors", "1.6"}, {"node_history", "1.3"}}}};

constexpr base::Duration kBeat = std::chrono::seconds{10};

FakeApi::Beating* find(FakeApi::Deployment& deployment, const std::string& hostname) {
  for (FakeApi::Beating& each : deployment.conductors)
    if (each.row.hostname == hostname) return &each;
  return nullptr;
}

}  // namespace

FakeSchema::FakeSchema(FakeWorld& world, const core::ReleaseNumber& installed)
    : rows{{"nodes", {{"1.44", 20}}},
           {"conductors", {{"1.6", 2}}},
           {"node_history", {{"1.1", 36}}},
           {"runbook_steps", {{"", 1}}}},
      world_(world),
      installed_(installed) {}

base::Result<std::string> FakeSchema::revision() {
  if (const auto failed = world_.failure("schema.revision")) return *failed;
  return at;
}

base::Result<std::string> FakeSchema::head() {
  if (const auto failed = world_.failure("schema.head")) return *failed;
  return kHeads.at(installed_);
}

base::Result<ports::SchemaDriver::UpgradeResult> FakeSchema::upgrade() {
  if (const auto failed = world_.failure("schema.upgrade")) return *failed;
  if (upgrade_result.state != UpgradeState::Done) return upgrade_result;
  if (at == kHeads.at(installed_)) return upgrade_result;
  at = kHeads.at(installed_);
  world_.effect("upgrade to " + at);
  return upgrade_result;
}

base::Result<ports::SchemaDriver::StatusCheck> FakeSchema::status_check() {
  if (const auto failed = world_.failure("schema.status_check")) return *failed;
  return check;
}

base::Result<ports::SchemaDriver::MigrateBatch> FakeSchema::migrate(std::uint32_t max_count) {
  if (const auto failed = world_.failure("schema.migrate")) return *failed;
  if (migrate_result != MigrateState::Done) return MigrateBatch{migrate_result, 0, 0, "refused"};
  const auto& newest = kVersions.at(installed_);
  MigrateBatch batch{MigrateState::Done, 0, 0, ""};
  for (const auto& [table, wanted] : newest) {
    for (auto& [version, count] : rows[table]) {
      if (version == wanted || count == 0 || table == overlooks) continue;
      batch.total += count;
      const std::uint64_t room = max_count == 0 ? count : max_count - batch.migrated;
      const std::uint64_t moved = moves_nothing ? 0 : std::min(room, count);
      count -= moved;
      rows[table][wanted] += moved;
      batch.migrated += moved;
    }
  }
  if (batch.migrated < batch.total) batch.state = MigrateState::MoreToDo;
  if (batch.migrated > 0) world_.effect("migrate " + std::to_string(batch.migrated));
  if (come_back > 0 && batch.state == MigrateState::Done) rows["node_history"]["1.1"] += come_back;
  return batch;
}

base::Result<ports::SchemaDriver::Histogram> FakeSchema::histogram() {
  if (const auto failed = world_.failure("schema.histogram")) return *failed;
  return rows;
}

base::Result<std::map<std::string, std::string>> FakeSchema::versions_of(
    const core::ReleaseNumber& release) {
  if (const auto failed = world_.failure("schema.versions_of")) return *failed;
  return kVersions.at(release);
}

base::Result<std::string> FakeSchema::database_version() {
  if (server.empty()) return Error{ErrorCode::NotFound, "no database server"};
  return server;
}

base::Status FakeApi::answers(const std::string& operation) const {
  if (!up) return Error{ErrorCode::Unavailable, "connection refused"};
  if (swallowed) return Error{ErrorCode::DataLoss, "\"OK\" is not Ironic's JSON"};
  if (const auto failed = world_.failure(operation)) return *failed;
  return success();
}

base::Result<ports::IronicApi::Versions> FakeApi::versions() {
  if (const auto answer = answers("api.versions"); !answer) return answer.error();
  return Versions{"1.1", maximum};
}

base::Result<std::vector<ports::IronicApi::Conductor>> FakeApi::conductors() {
  if (const auto answer = answers("api.conductors"); !answer) return answer.error();
  std::vector<Conductor> rows;
  for (const Beating& each : shared->conductors) {
    Conductor row = each.row;
    row.alive = each.beats && each.registered_at <= world_.now();
    if (row.alive) {
      const auto beats = (world_.now() - each.registered_at) / kBeat;
      row.updated_at = std::chrono::floor<std::chrono::seconds>(each.registered_at + beats * kBeat);
    }
    if (each.frozen_at) row.updated_at = *each.frozen_at;
    rows.push_back(row);
  }
  return rows;
}

base::Result<std::vector<ports::IronicApi::Node>> FakeApi::nodes() {
  if (asked) asked();
  if (const auto answer = answers("api.nodes"); !answer) return answer.error();
  return shared->nodes;
}

base::Status FakeApi::list_once() { return answers("api.list_once"); }

base::Status FakeApi::round_trip(const std::string&) { return answers("api.round_trip"); }

base::Status FakeApi::driver_round_trip(const std::string&) {
  return answers("api.driver_round_trip");
}

base::Result<int> FakeApi::status_at(const std::string& microversion) {
  if (const auto answer = answers("api.status_at"); !answer) return answer.error();
  const bool above =
      *core::parse_release_number(microversion) > *core::parse_release_number(maximum);
  return above && !uncapped ? 406 : 200;
}

void FakeApi::beat(FakeWorld& world, Deployment& deployment, const std::string& hostname) {
  Beating* there = find(deployment, hostname);
  if (there == nullptr) {
    deployment.conductors.push_back({{hostname, "", false, {}, {"fake-hardware"}}, true, {}, {}});
    there = &deployment.conductors.back();
  }
  there->beats = true;
  there->registered_at = world.now() + std::chrono::seconds{2};
}

void FakeApi::fall_silent(Deployment& deployment, const std::string& hostname) {
  if (Beating* there = find(deployment, hostname)) there->beats = false;
}

ports::IronicApi::Node node(const std::string& name, const std::string& conductor,
                            const std::string& state) {
  ports::IronicApi::Node made;
  made.uuid = "uuid-" + name;
  made.name = name;
  made.provision_state = state;
  made.conductor = conductor;
  made.driver = "fake-hardware";
  made.provision_updated_at = *base::parse_time("2026-11-22T14:30:00Z");
  return made;
}

}  // namespace rollmill::test
