#pragma once

#include <string>
#include <vector>

#include "agent/verbs/job.h"
#include "rollmill/ports/ironic_api.h"

/// A read that one conductor, and no other, must answer. THREAD: task.
namespace rollmill::agent {

/// Which conductor answers a request for a node is for the API to say: by its hash ring, which each
/// API process keeps for `hash_ring_reset_interval` (ironic/common/hash_ring.py, HashRingManager).
/// Before that has passed since a conductor's registration, one process may list a node as this
/// conductor's while another one, asked to validate it, sends the request to its former conductor.
class RoundTrip {
 public:
  /// `joined_at`: since then at the latest the registry has the conductor and its hardware types.
  RoundTrip(Job& job, base::TimePoint joined_at);

  /// Unproven where no node is mapped to the conductor: then no request is sure to reach it.
  Look look();
  /// As the last look read them.
  const std::vector<ports::IronicApi::Node>& nodes() const { return nodes_; }

 private:
  Look ask_for(const ports::IronicApi::Node& node);
  Look ask_anybody();
  std::string tell_nodes();

  Job& job_;
  const base::TimePoint sure_at_;
  std::vector<ports::IronicApi::Node> nodes_;
};

}  // namespace rollmill::agent
