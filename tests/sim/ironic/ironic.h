#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "rollmill/base/result.h"
#include "rollmill/ports/ironic_api.h"
#include "sim/ironic/daemon.h"
#include "sim/ironic/database.h"
#include "sim/ironic/node.h"
#include "sim/random.h"
#include "sim/scheduler.h"

namespace rollmill::sim {

/// Why a request was not answered as it should.
enum class Refusal : std::uint8_t {
  None,
  Silent,       ///< Nothing answers at the address.
  Columns,      ///< The code selects columns that the schema lacks.
  Rows,         ///< A row is newer than the API understands.
  NoConductor,  ///< No conductor is in the ring for it.
  Closed,       ///< The conductor's port is closed; the ring is old.
  Rpc,          ///< The conductor answers with an error.
  Swallowed,    ///< 200, but not Ironic.
};
inline constexpr std::size_t kRefusals = 8;
base::Error refusal_error(Refusal refusal);

/// What a request needs of a conductor.
enum class Call : std::uint8_t {
  Read,   ///< validate, driver properties
  Patch,  ///< update_node
  Act,    ///< power and provision: needs the conductor's executor
};

/// A conductor's row in the registry.
struct Registration {
  bool known = false;
  bool online = false;
  base::TimePoint registered_at{};
  base::TimePoint beats_until = kNever;  ///< Its heartbeats ended then.
  base::Duration interval{};
  Rank rank = 0;
  std::vector<std::pair<base::TimePoint, bool>> changes;  ///< Of `online`, oldest first.
};

/// The deployment behind the processes: registry, rings, nodes, and what happens to a request.
/// Everything that follows from time alone (heartbeats, alive, rings, the end of a node's work) is
/// computed when asked for. Sources: IRONIC.md 3, 5 and 6, LAB.md 7 and 8.
class Ironic {
 public:
  Ironic(Scheduler& time, const Random& random, ReleaseId release);

  Database database;
  std::vector<Daemon*> conductors;     ///< By place; owned by their hosts.
  std::vector<Daemon*> apis;           ///< By place.
  std::vector<Registration> registry;  ///< By place of the conductor.
  std::vector<Node> nodes;

  void add_node_group(std::size_t group, std::size_t count);

  /// @name What processes do
  /// @{
  /// prepare_host: frees what is reserved under its name.
  void conductor_starts(Daemon& conductor);
  /// init_host: the row, and nodes that nobody can go on with fail.
  void conductor_registers(Daemon& conductor);
  void conductor_leaves(Daemon& conductor, bool beats_go_on);
  /// The process has ended; work that it had not ended is lost.
  void conductor_gone(Daemon& conductor);
  /// When the last work in its hands ends; the past when it has none.
  base::TimePoint work_ends(const Daemon& conductor);
  /// When the oldest work in its hands that goes on began; never when it has none.
  base::TimePoint work_began(const Daemon& conductor);
  std::size_t others_online(const Daemon& conductor) const;
  /// @}

  /// @name Requests through one API process
  /// @{
  Refusal list(const Daemon& api) const;
  Refusal list_conductors(const Daemon& api) const;
  Refusal call(const Daemon& api, const Node& node, Call call);
  /// Any conductor that serves the driver: one of the ring, drawn.
  Refusal call_any(const Daemon& api);
  /// A node's work begins or is refused; `wanted` is deploy, delete, clean, inspect by its state.
  Refusal provision(const Daemon& api, Node& node, base::Duration takes);
  Refusal power(const Daemon& api, Node& node);
  Refusal patch(const Daemon& api, Node& node);
  /// @}

  /// @name What the API shows
  /// @{
  std::vector<ports::IronicApi::Conductor> show_conductors(const Daemon& api);
  std::vector<ports::IronicApi::Node> show_nodes(const Daemon& api);
  /// The conductor_group of its nodes, as conductors and nodes carry it.
  std::string name_of_group(std::size_t group) const;
  std::string max_microversion(const Daemon& api) const;
  /// @}

  /// The conductor that a ring of that time gives for a node, built by a process with that
  /// heartbeat_timeout; null: none.
  Daemon* mapped(const Node& node, base::TimePoint ring_at, base::Duration timeout) const;
  Daemon* mapped(const Node& node, const Daemon& api) const {
    return mapped(node, ring_of(api), api.process->heartbeat_timeout);
  }
  /// When the API built the ring that it uses now.
  base::TimePoint ring_of(const Daemon& api) const;
  bool in_ring(std::size_t conductor, base::TimePoint at, base::Duration timeout) const;
  bool alive(std::size_t conductor, const Daemon& api) const;
  base::TimePoint updated_at(std::size_t conductor) const;
  /// The database is again as this release could have left it.
  void restore_backup(ReleaseId release);
  /// online_data_migrations with this code, on the rows that belong to nodes and conductors, too.
  ports::CommandResult migrate(ReleaseId code, std::uint32_t max_count);
  /// Lets work end whose time has come.
  void settle();
  bool answers(const Daemon& api) const;

  /// @name Faults
  /// @{
  /// The heartbeats of a conductor stop, the process works on.
  void freeze_heartbeat(std::size_t conductor);
  /// This conductor takes a node in its hands for so long: a deploy, or else a power change. False
  /// when no node is there for it.
  bool keep_busy(std::size_t conductor, base::Duration takes);
  /// A person brings failed nodes back, and those that nobody goes on with.
  void bring_back_nodes();
  bool healthcheck_enabled = false;  ///< 35.0 answers every path with "OK".
                                     /// @}

 private:
  bool can_read(const ProcessLife& process) const;
  void save(Node& node, const ProcessLife& process);
  void end_work(Node& node);
  void fail_node(Node& node, std::string error);
  void check_orphans(std::size_t conductor, base::TimePoint gone_at);
  bool online_at(std::size_t conductor, base::TimePoint at) const;
  void set_online(std::size_t conductor, bool online);
  Refusal through(const Daemon& api, const Daemon* conductor, Call call) const;

  Scheduler& time_;
  Random random_;
};

}  // namespace rollmill::sim
