#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/verbs/job.h"

/// Does one and the same process do the work while a service is probed? THREAD: task.
namespace rollmill::agent {

/// Watches the main process, and from the release on in which that is a mere master its workers,
/// too: from Ironic 32.0 a worker that dies is forked anew for ever by a master that lives on
/// (IRONIC.md 5 "Start"), and each new one registers and beats as a healthy one does.
class Steadiness {
 public:
  /// `before`: with a main process. `watch`: so long a worker must have been seen alive before it
  /// is believed, from the first look on: what died before that is forgiven.
  Steadiness(Job& job, const ports::ServiceDriver::Status& before, base::Duration watch);

  /// One more look on the way, from the registration on; what it finds is told at the end.
  void look();
  /// Looks until each worker has been watched long enough; RESPAWN_LOOP when one was replaced.
  Trouble prove();

 private:
  using Process = ports::ServiceDriver::Process;
  struct Seen {
    Process worker;
    base::TimePoint since;
  };
  Look judge(const base::Result<ports::ServiceDriver::Status>& status);
  std::string compare(const ports::ServiceDriver::Status& status);
  void meet(const std::vector<Process>& workers);
  base::TimePoint watched_since() const;

  Job& job_;
  const Process main_;
  const std::uint32_t restarts_;
  const bool has_master_;
  const base::Duration watch_;
  std::optional<base::TimePoint> began_at_;
  std::vector<Seen> workers_;
  std::string wrong_;  ///< What was seen that no later look can mend.
};

}  // namespace rollmill::agent
