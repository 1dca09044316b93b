#pragma once

#include "sim/ironic/deployment.h"
#include "sim/ironic/site.h"

namespace rollmill::sim {

/// Clients of the deployment: lists all the time, patches, power changes, now and then a deploy.
/// Rounds come at drawn times and, since what fails fails around changes, a little after each
/// change of a process.
class Traffic {
 public:
  explicit Traffic(Site& site);

  const TrafficCount& count() const { return count_; }
  Refusal list(Random& random) const;

 private:
  void plan();
  void round();
  void count_list(Refusal refusal);
  void count_other(Refusal refusal);

  Site& site_;
  Random random_;
  TrafficCount count_;
  base::TimePoint last_good_{};
  bool failing_ = false;
};

}  // namespace rollmill::sim
