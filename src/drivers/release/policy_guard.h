#pragma once

#include <string>

#include "rollmill/base/result.h"

namespace rollmill::drivers {

/// Forbids maintainer scripts to start, stop or restart services while packages are installed:
/// invoke-rc.d and deb-systemd-invoke ask /usr/sbin/policy-rc.d, and Ironic's packages would start
/// the new code unpinned, even of a disabled service. An operator's own file is kept beside
/// and put back. What is left by a crash is recognised by its text. THREAD: task.
class PolicyGuard {
 public:
  explicit PolicyGuard(std::string path) : path_(std::move(path)) {}
  /// Atomic; nothing to do when it is in place.
  base::Status place() const;
  /// Takes ours away and puts the operator's back; nothing to do when ours is not there.
  base::Status remove() const;
  /// Something of ours is there, or the operator's file is still put aside: `remove` has work.
  bool left_over() const;
  const std::string& path() const { return path_; }

 private:
  bool in_place() const;
  std::string saved() const { return path_ + ".before-rollmill"; }
  std::string path_;
};

}  // namespace rollmill::drivers
