#include "drivers/release/policy_guard.h"

#include <cstdio>

#include "drivers/support/files.h"

namespace rollmill::drivers {
namespace {

constexpr char kText[] =
    "#!/bin/sh\n"
    "# Written by rollmill-agent while it installs packages; it takes the file away after that.\n"
    "# 101: no service may be started, stopped or restarted by a package now.\n"
    "exit 101\n";

}  // namespace

bool PolicyGuard::in_place() const { return read_file(path_, 4096).value_or("") == kText; }

bool PolicyGuard::left_over() const { return in_place() || (!exists(path_) && exists(saved())); }

base::Status PolicyGuard::place() const {
  if (in_place()) return base::success();
  if (exists(path_)) {
    if (std::rename(path_.c_str(), saved().c_str()) != 0) {
      return system_error("cannot put aside", path_);
    }
  }
  return write_file(path_, kText, {0755, ""});
}

base::Status PolicyGuard::remove() const {
  if (!left_over()) return base::success();
  if (exists(saved())) {
    if (std::rename(saved().c_str(), path_.c_str()) != 0) {
      return system_error("cannot put back", path_);
    }
    return sync_folder(folder_of(path_));
  }
  return remove_file(path_);
}

}  // namespace rollmill::drivers
