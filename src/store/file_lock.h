#pragma once

#include <string>

#include "rollmill/base/result.h"
#include "rollmill/base/time.h"

namespace rollmill::store {

/// An exclusive lock on a file of its own, held until destroyed or until the process ends, however
/// that happens. Holds the process id of its owner as text.
class FileLock {
 public:
  /// FailedPrecondition, naming the owner's process id, when somebody still holds it after
  /// `patience`: an owner that was killed lets go only when the kernel is done with all of it.
  static base::Result<FileLock> take(const std::string& path, base::Duration patience);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace rollmill::store
