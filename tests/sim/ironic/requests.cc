#include <array>
#include <utility>

#include "sim/ironic/ironic.h"

namespace rollmill::sim {
namespace {

struct RefusalText {
  base::ErrorCode code;
  const char* text;
};

constexpr std::array<RefusalText, kRefusals> kTexts = {{
    {base::ErrorCode::Internal, ""},
    {base::ErrorCode::Unavailable, "connection refused"},
    {base::ErrorCode::Unavailable,
     "500: (pymysql.err.OperationalError) (1054, \"Unknown column\")"},
    {base::ErrorCode::Unavailable,
     "500: Version of an object is not supported, the supported version is older"},
    {base::ErrorCode::Unavailable, "400: No valid host was found"},
    {base::ErrorCode::Unavailable, "500: Unable to establish connection to the conductor"},
    {base::ErrorCode::Unavailable, "500: Unexpected error raised by RPC"},
    {base::ErrorCode::DataLoss, "200, but \"OK\" is not Ironic's JSON"},
}};

constexpr base::Duration kPowerTakes = std::chrono::seconds{2};

/// IRONIC.md 4 and LAB.md 7.9: TraitList of 29.0 and of 35.0 do not go together, in no direction.
bool patch_fails_between(ReleaseId api, ReleaseId conductor) {
  const bool old_api = api <= ReleaseId::R29;
  const bool old_conductor = conductor <= ReleaseId::R29;
  return old_api != old_conductor;
}

}  // namespace

base::Error refusal_error(Refusal refusal) {
  const RefusalText& text = kTexts[static_cast<std::size_t>(refusal)];
  return {text.code, text.text};
}

bool Ironic::answers(const Daemon& api) const {
  return api.process && api.process->works && !api.stopping && time_.now() >= api.process->ready_at;
}

bool Ironic::can_read(const ProcessLife& process) const {
  return database.readable(Table::Nodes, process.release);
}

/// IRONIC.md 3, "The point of no return": one newer row and the whole list is 500.
Refusal Ironic::list(const Daemon& api) const {
  if (!answers(api)) return Refusal::Silent;
  if (healthcheck_enabled && model_of(api.process->release).quirks.healthcheck_swallows_api)
    return Refusal::Swallowed;
  if (!database.has_schema_of(api.process->release)) return Refusal::Columns;
  return can_read(*api.process) ? Refusal::None : Refusal::Rows;
}

Refusal Ironic::list_conductors(const Daemon& api) const {
  const Refusal refusal = list(api);
  if (refusal == Refusal::None && !database.readable(Table::Conductors, api.process->release))
    return Refusal::Rows;
  return refusal == Refusal::Rows && database.readable(Table::Conductors, api.process->release)
             ? Refusal::None
             : refusal;
}

/// IRONIC.md 5, "Hash-ring wait"; LAB.md 7.1.
Refusal Ironic::through(const Daemon& api, const Daemon* conductor, Call call) const {
  if (conductor == nullptr) return Refusal::NoConductor;
  const auto& process = conductor->process;
  if (!process || !process->works || time_.now() < process->ready_at) return Refusal::Closed;
  if (!can_read(*process) || !database.has_schema_of(process->release)) return Refusal::Rpc;
  const bool shuts_executor =
      model_of(process->release).quirks.stop_manner == core::StopManner::EndsWhenIdle;
  if (call == Call::Act && conductor->stopping && shuts_executor) return Refusal::Rpc;
  if (call == Call::Patch && patch_fails_between(api.process->release, process->release))
    return Refusal::Rpc;
  return Refusal::None;
}

Refusal Ironic::call(const Daemon& api, const Node& node, Call call) {
  const Refusal refusal = list(api);
  if (refusal != Refusal::None) return refusal;
  return through(api, mapped(node, api), call);
}

Refusal Ironic::call_any(const Daemon& api) {
  const Refusal refusal = list(api);
  if (refusal != Refusal::None) return refusal;
  const base::TimePoint ring_at = ring_of(api);
  const std::size_t first = random_.below(conductors.size());
  for (std::size_t i = 0; i < conductors.size(); ++i) {
    const std::size_t place = (first + i) % conductors.size();
    if (in_ring(place, ring_at, api.process->heartbeat_timeout))
      return through(api, conductors[place], Call::Read);
  }
  return Refusal::NoConductor;
}

Refusal Ironic::patch(const Daemon& api, Node& node) {
  const Refusal refusal = call(api, node, Call::Patch);
  if (refusal != Refusal::None) return refusal;
  const Daemon* conductor = mapped(node, api);
  if (node.reserved_by == kNobody) save(node, *conductor->process);
  return Refusal::None;
}

Refusal Ironic::power(const Daemon& api, Node& node) {
  const Refusal refusal = call(api, node, Call::Act);
  if (refusal != Refusal::None || node.reserved_by != kNobody) return refusal;
  const Daemon* conductor = mapped(node, api);
  node.reserved_by = static_cast<int>(conductor->place);
  node.work_began = time_.now();
  node.work_ends = time_.now() + kPowerTakes;
  node.power_change = true;
  return Refusal::None;
}

/// A refused `deleted` leaves the node in deleting, unlocked (LAB.md 7.2).
Refusal Ironic::provision(const Daemon& api, Node& node, base::Duration takes) {
  settle();
  if (node.reserved_by != kNobody || is_killable(node.state)) return Refusal::None;
  const NodeState next = node.state == NodeState::Available    ? NodeState::Deploying
                         : node.state == NodeState::Active     ? NodeState::Deleting
                         : node.state == NodeState::Manageable ? NodeState::Inspecting
                                                               : NodeState::Cleaning;
  const Refusal refusal = call(api, node, Call::Act);
  const Daemon* conductor =
      refusal == Refusal::None || refusal == Refusal::Rpc ? mapped(node, api) : nullptr;
  const bool stopping = conductor != nullptr && conductor->stopping && conductor->process;
  if (refusal != Refusal::None && !(stopping && next == NodeState::Deleting)) return refusal;
  node.state = next;
  node.state_at = time_.now();
  node.last_error.clear();
  save(node, *conductor->process);
  if (refusal != Refusal::None) return refusal;
  node.reserved_by = static_cast<int>(conductor->place);
  node.work_began = time_.now();
  node.work_ends = time_.now() + takes;
  return Refusal::None;
}

std::string Ironic::max_microversion(const Daemon& api) const {
  return model_of(api.process->writes).max_microversion;
}

std::vector<ports::IronicApi::Conductor> Ironic::show_conductors(const Daemon& api) {
  std::vector<ports::IronicApi::Conductor> shown;
  shown.reserve(registry.size());
  for (std::size_t i = 0; i < registry.size(); ++i) {
    if (!registry[i].known) continue;
    ports::IronicApi::Conductor& row = shown.emplace_back();
    row.hostname = conductors[i]->hostname;
    row.group = conductors[i]->service.domain;
    row.alive = alive(i, api);
    row.updated_at = updated_at(i);
    row.drivers = {"fake-hardware"};
  }
  return shown;
}

std::string Ironic::name_of_group(std::size_t group) const {
  for (const Daemon* each : conductors)
    if (each->node_group == group) return each->service.domain;
  return {};
}

std::vector<ports::IronicApi::Node> Ironic::show_nodes(const Daemon& api) {
  settle();
  const base::TimePoint ring_at = ring_of(api);
  const base::Duration timeout = api.process->heartbeat_timeout;
  std::vector<ports::IronicApi::Node> shown;
  shown.reserve(nodes.size());
  for (const Node& node : nodes) {
    const Daemon* by = mapped(node, ring_at, timeout);
    ports::IronicApi::Node& row = shown.emplace_back();
    row.uuid = node.uuid;
    row.name = node.name;
    row.provision_state = to_string(node.state);
    row.provision_updated_at = std::chrono::floor<std::chrono::seconds>(node.state_at);
    row.driver = "fake-hardware";
    row.conductor_group = name_of_group(node.group);
    row.last_error = node.last_error;
    if (by != nullptr) row.conductor = by->hostname;
    if (node.reserved_by == kNobody) continue;
    row.reservation = conductors[static_cast<std::size_t>(node.reserved_by)]->hostname;
    if (node.power_change) row.target_power_state = "power on";
  }
  return shown;
}

}  // namespace rollmill::sim
