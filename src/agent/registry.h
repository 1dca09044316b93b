#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rollmill/base/time.h"
#include "rollmill/ports/ironic_api.h"

/// How to read Ironic's conductor registry and its nodes. Pure. THREAD: any.
namespace rollmill::agent {

/// Reservations and registrations carry the host name, or host:port with json-rpc on another port
/// than 8089; Ironic compares without regard to case.
bool is_host(const std::string& name, const std::string& hostname);

std::optional<ports::IronicApi::Conductor> find_conductor(
    const std::vector<ports::IronicApi::Conductor>& conductors, const std::string& hostname);

/// "cond1|GROUP|alive|fake-hardware,ipmi;cond2|..." for HostFacts.details.
std::string print_conductors(const std::vector<ports::IronicApi::Conductor>& conductors);

/// The nodes whose work a stop of this conductor would kill, each as "NAME (why since when)":
/// reserved by it, or mapped to it and in a state that cannot survive, or in a power change.
std::vector<std::string> busy_nodes(const std::vector<ports::IronicApi::Node>& nodes,
                                    const std::string& hostname);

/// Nodes that a take-over or a start of a conductor moved to a failed state at or after a time,
/// each as "NAME (state: its last error)".
std::vector<std::string> taken_over_nodes(const std::vector<ports::IronicApi::Node>& nodes,
                                          base::TimePoint since);

/// "error" and every "... failed".
bool is_failed_state(const std::string& provision_state);
/// The text of Ironic that says a node failed because its conductor went away.
bool tells_of_take_over(const std::string& last_error);

/// At most ten of them, then "and N more".
std::string join_some(const std::vector<std::string>& texts);
/// The node's name, or its uuid when it has none.
const std::string& label(const ports::IronicApi::Node& node);

}  // namespace rollmill::agent
