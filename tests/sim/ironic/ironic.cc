#include "sim/ironic/ironic.h"

#include <algorithm>

namespace rollmill::sim {
namespace {

constexpr base::Duration kOrphanCheck = std::chrono::seconds{60};  ///< Of a conductor's peers.
constexpr std::size_t kKeptChanges = 12;
constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15U;

constexpr const char* kNodeStates[] = {
    "enroll",   "manageable", "available",     "active",       "deploying",      "deleting",
    "cleaning", "inspecting", "deploy failed", "clean failed", "inspect failed", "error"};

std::uint64_t weight(std::uint64_t node, std::uint64_t conductor) {
  std::uint64_t mixed = (node + 1) * kMix ^ (conductor + 1) * 0xC2B2AE3D27D4EB4FU;
  mixed ^= mixed >> 29U;
  mixed *= 0xBF58476D1CE4E5B9U;
  return mixed ^ (mixed >> 32U);
}

/// So many rows of each version as the database has now: the first ones were migrated.
template <typename Row>
void follow_rows(const Database& database, Table table, Rank newest, std::vector<Row>& rows) {
  for (Rank rank = 0; rank < newest; ++rank) {
    std::uint64_t left = 0;
    for (const Row& row : rows) left += row.rank == rank ? 1 : 0;
    for (Row& row : rows) {
      if (row.rank != rank || left <= database.rows(table, rank)) continue;
      row.rank = newest;
      --left;
    }
  }
}

NodeState after_work(NodeState state) {
  switch (state) {
    case NodeState::Deploying:
      return NodeState::Active;
    case NodeState::Deleting:
    case NodeState::Cleaning:
      return NodeState::Available;
    case NodeState::Inspecting:
      return NodeState::Manageable;
    case NodeState::Enroll:
    case NodeState::Manageable:
    case NodeState::Available:
    case NodeState::Active:
    case NodeState::DeployFailed:
    case NodeState::CleanFailed:
    case NodeState::InspectFailed:
    case NodeState::Error:
      break;
  }
  return state;
}

NodeState when_failed(NodeState state) {
  if (state == NodeState::Deploying) return NodeState::DeployFailed;
  if (state == NodeState::Cleaning) return NodeState::CleanFailed;
  if (state == NodeState::Inspecting) return NodeState::InspectFailed;
  return NodeState::Error;
}

}  // namespace

const char* to_string(NodeState state) { return kNodeStates[static_cast<std::size_t>(state)]; }

Ironic::Ironic(Scheduler& time, const Random& random, ReleaseId release)
    : database(release), time_(time), random_(random.fork("ironic")) {}

void Ironic::add_node_group(std::size_t group, std::size_t count) {
  constexpr NodeState kFirst[] = {NodeState::Active, NodeState::Available, NodeState::Active,
                                  NodeState::Manageable};
  const Rank rank = rank_of(Table::Nodes, database.revision());
  for (std::size_t i = 0; i < count; ++i) {
    Node node;
    node.key = nodes.size();
    node.name = "n" + std::to_string(nodes.size());
    node.uuid = "uuid-" + node.name;
    node.group = group;
    node.child = i % 5 == 4;
    node.state = kFirst[i % 4];
    node.state_at = time_.now() - std::chrono::hours{1};
    node.rank = rank;
    nodes.push_back(std::move(node));
  }
  database.add(Table::Nodes, rank, count);
}

bool Ironic::online_at(std::size_t conductor, base::TimePoint at) const {
  const auto& changes = registry[conductor].changes;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change)
    if (change->first <= at) return change->second;
  return false;
}

/// Online, and not known as dead by its last heartbeat.
bool Ironic::in_ring(std::size_t conductor, base::TimePoint at, base::Duration timeout) const {
  if (!online_at(conductor, at)) return false;
  const base::TimePoint last = registry[conductor].beats_until;
  return last == kNever || at - last < timeout;
}

void Ironic::set_online(std::size_t conductor, bool online) {
  Registration& row = registry[conductor];
  row.online = online;
  if (row.changes.size() >= kKeptChanges) row.changes.erase(row.changes.begin());
  row.changes.emplace_back(time_.now(), online);
}

std::size_t Ironic::others_online(const Daemon& conductor) const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < registry.size(); ++i)
    if (i != conductor.place && registry[i].online) ++count;
  return count;
}

/// Rendezvous: a node moves only when its own conductor comes or goes.
Daemon* Ironic::mapped(const Node& node, base::TimePoint ring_at, base::Duration timeout) const {
  Daemon* best = nullptr;
  std::uint64_t best_weight = 0;
  for (std::size_t i = 0; i < conductors.size(); ++i) {
    if (conductors[i]->node_group != node.group || !in_ring(i, ring_at, timeout)) continue;
    const std::uint64_t mine = weight(node.key, i);
    if (best != nullptr && mine <= best_weight) continue;
    best = conductors[i];
    best_weight = mine;
  }
  return best;
}

/// Built anew when it is asked for after its time (IRONIC.md 5, hash_ring_reset_interval); clients
/// ask all the time.
base::TimePoint Ironic::ring_of(const Daemon& api) const {
  const ProcessLife& process = *api.process;
  if (process.ring_reset <= base::Duration{0}) return time_.now();
  const base::Duration age = time_.now() - process.ready_at;
  return process.ready_at + age / process.ring_reset * process.ring_reset;
}

void Ironic::save(Node& node, const ProcessLife& process) {
  const Rank rank = rank_of(Table::Nodes, process.writes);
  database.move(Table::Nodes, node.rank, rank);
  node.rank = rank;
}

void Ironic::end_work(Node& node) {
  const Daemon& worker = *conductors[static_cast<std::size_t>(node.reserved_by)];
  if (worker.process) {
    save(node, *worker.process);
    if (!node.power_change)
      database.add(Table::NodeHistory, rank_of(Table::NodeHistory, worker.process->writes));
  }
  if (!node.power_change) {
    node.state = after_work(node.state);
    node.state_at = node.work_ends;
  }
  node.power_change = false;
  node.reserved_by = kNobody;
}

void Ironic::settle() {
  for (Node& node : nodes)
    if (node.reserved_by != kNobody && node.work_ends <= time_.now()) end_work(node);
}

base::TimePoint Ironic::work_began(const Daemon& conductor) {
  settle();
  base::TimePoint oldest = kNever;
  for (const Node& node : nodes) {
    if (node.reserved_by != static_cast<int>(conductor.place) || node.work_ends == kNever) continue;
    oldest = std::min(oldest, node.work_began);
  }
  return oldest;
}

base::TimePoint Ironic::work_ends(const Daemon& conductor) {
  settle();
  base::TimePoint latest{};
  for (const Node& node : nodes)
    if (node.reserved_by == static_cast<int>(conductor.place))
      latest = std::max(latest, node.work_ends);
  return latest;
}

void Ironic::fail_node(Node& node, std::string error) {
  node.state = when_failed(node.state);
  node.state_at = time_.now();
  node.last_error = std::move(error);
}

/// IRONIC.md 5, "Start" 1.
void Ironic::conductor_starts(Daemon& conductor) {
  for (Node& node : nodes) {
    if (node.reserved_by != static_cast<int>(conductor.place)) continue;
    node.reserved_by = kNobody;
    node.power_change = false;
  }
}

/// IRONIC.md 5, "Start" 3 and 4.
void Ironic::conductor_registers(Daemon& conductor) {
  const ProcessLife& process = *conductor.process;
  Registration& row = registry[conductor.place];
  const Rank rank = rank_of(Table::Conductors, process.writes);
  if (row.known)
    database.move(Table::Conductors, row.rank, rank);
  else
    database.add(Table::Conductors, rank);
  row.known = true;
  row.rank = rank;
  row.registered_at = time_.now();
  row.beats_until = kNever;
  row.interval = process.heartbeat_interval;
  set_online(conductor.place, true);
  settle();
  for (Node& node : nodes) {
    if (!is_killable(node.state) || node.reserved_by != kNobody) continue;
    if (mapped(node, time_.now(), process.heartbeat_timeout) != &conductor) continue;
    const std::string state = to_string(node.state);
    fail_node(node, "The " + state + " state can't be resumed by conductor " + conductor.hostname +
                        ". Moving to fail state.");
    save(node, process);
    database.add(Table::NodeHistory, rank_of(Table::NodeHistory, process.writes));
  }
}

void Ironic::conductor_leaves(Daemon& conductor, bool beats_go_on) {
  Registration& row = registry[conductor.place];
  if (!row.online) return;
  set_online(conductor.place, false);
  if (!beats_go_on) row.beats_until = std::min(row.beats_until, time_.now());
}

/// IRONIC.md 5, "In-flight work and what dies".
void Ironic::conductor_gone(Daemon& conductor) {
  settle();
  Registration& row = registry[conductor.place];
  row.beats_until = std::min(row.beats_until, time_.now());
  bool lost = false;
  for (Node& node : nodes) {
    if (node.reserved_by != static_cast<int>(conductor.place)) continue;
    node.work_ends = kNever;
    lost = true;
  }
  if (!lost) return;
  const std::size_t place = conductor.place;
  const base::TimePoint gone_at = time_.now();
  const base::Duration late{random_.between(0, kOrphanCheck.count())};
  const base::Duration timeout = conductor.process ? conductor.process->heartbeat_timeout : late;
  time_.after(timeout + late, [this, place, gone_at] { check_orphans(place, gone_at); });
}

/// By the peers that map its nodes; without peers its own next start does it.
void Ironic::check_orphans(std::size_t conductor, base::TimePoint gone_at) {
  if (registry[conductor].registered_at > gone_at) return;
  for (Node& node : nodes) {
    if (node.reserved_by != static_cast<int>(conductor) || node.work_ends != kNever) continue;
    const Daemon* peer = mapped(node, time_.now(), base::Duration{0});
    if (peer == nullptr || !peer->process) continue;
    node.reserved_by = kNobody;
    node.power_change = false;
    if (node.state != NodeState::Deploying && node.state != NodeState::Cleaning) continue;
    fail_node(node, "Operation was aborted due to conductor take over");
    save(node, *peer->process);
  }
}

void Ironic::restore_backup(ReleaseId release) {
  database.restore(release);
  for (auto& node : nodes) node.rank = std::min(node.rank, rank_of(Table::Nodes, release));
  for (auto& row : registry) row.rank = std::min(row.rank, rank_of(Table::Conductors, release));
}

ports::CommandResult Ironic::migrate(ReleaseId code, std::uint32_t max_count) {
  ports::CommandResult result = database.migrate(code, max_count);
  follow_rows(database, Table::Nodes, rank_of(Table::Nodes, code), nodes);
  follow_rows(database, Table::Conductors, rank_of(Table::Conductors, code), registry);
  return result;
}

base::TimePoint Ironic::updated_at(std::size_t conductor) const {
  const Registration& row = registry[conductor];
  const base::TimePoint last = std::min(time_.now(), row.beats_until);
  const auto beats = std::max<std::int64_t>(0, (last - row.registered_at) / row.interval);
  return std::chrono::floor<std::chrono::seconds>(row.registered_at + beats * row.interval +
                                                  conductors[conductor]->clock_offset);
}

/// IRONIC.md 5, "REST view": from 25.0 the flag counts, too.
bool Ironic::alive(std::size_t conductor, const Daemon& api) const {
  const Registration& row = registry[conductor];
  const ProcessLife& process = *api.process;
  if (model_of(process.release).quirks.alive_knows_offline && !row.online) return false;
  return time_.now() + api.clock_offset - updated_at(conductor) < process.heartbeat_timeout;
}

void Ironic::freeze_heartbeat(std::size_t conductor) {
  Registration& row = registry[conductor];
  row.beats_until = std::min(row.beats_until, time_.now());
}

bool Ironic::keep_busy(std::size_t conductor, base::Duration takes) {
  Daemon& worker = *conductors[conductor];
  if (!registry[conductor].online || !worker.process) return false;
  settle();
  Node* best = nullptr;
  for (Node& node : nodes) {
    if (node.reserved_by != kNobody || is_killable(node.state)) continue;
    if (mapped(node, time_.now(), worker.process->heartbeat_timeout) != &worker) continue;
    if (best == nullptr || node.state == NodeState::Available) best = &node;
  }
  if (best == nullptr) return false;
  best->power_change = best->state != NodeState::Available;
  if (!best->power_change) {
    best->state = NodeState::Deploying;
    best->state_at = time_.now();
  }
  best->reserved_by = static_cast<int>(conductor);
  best->work_began = time_.now();
  best->work_ends = time_.now() + takes;
  save(*best, *worker.process);
  return true;
}

void Ironic::bring_back_nodes() {
  settle();
  for (Node& node : nodes) {
    const bool stuck = is_killable(node.state) && node.reserved_by == kNobody;
    const bool lost = node.reserved_by != kNobody && node.work_ends == kNever;
    if (!is_failed(node.state) && !stuck && !lost) continue;
    node.state = NodeState::Available;
    node.state_at = time_.now();
    node.reserved_by = kNobody;
    node.power_change = false;
    node.last_error.clear();
  }
}

}  // namespace rollmill::sim
