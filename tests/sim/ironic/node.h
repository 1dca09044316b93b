#pragma once

#include <cstdint>
#include <string>

#include "rollmill/base/time.h"
#include "sim/ironic/release_table.h"

namespace rollmill::sim {

/// Those provision states that the model moves nodes through (IRONIC.md 5, "Provision states").
enum class NodeState : std::uint8_t {
  Enroll,
  Manageable,
  Available,
  Active,
  Deploying,
  Deleting,
  Cleaning,
  Inspecting,
  DeployFailed,
  CleanFailed,
  InspectFailed,
  Error,
};

/// A conductor's stop kills the work of a node in this state.
inline bool is_killable(NodeState state) {
  return state >= NodeState::Deploying && state <= NodeState::Inspecting;
}
inline bool is_failed(NodeState state) { return state >= NodeState::DeployFailed; }

inline constexpr int kNobody = -1;

/// One row of the table of nodes.
struct Node {
  std::uint64_t key = 0;  ///< Its place in the rings.
  std::string uuid;
  std::string name;
  std::size_t group = 0;
  bool child = false;
  NodeState state = NodeState::Available;
  base::TimePoint state_at{};
  int reserved_by = kNobody;    ///< Place of a conductor.
  base::TimePoint work_began{};
  base::TimePoint work_ends{};  ///< While reserved; never when the worker has died.
  bool power_change = false;    ///< The work is a power change only.
  Rank rank = 0;                ///< Object version of the row.
  std::string last_error;
};

const char* to_string(NodeState state);

}  // namespace rollmill::sim
