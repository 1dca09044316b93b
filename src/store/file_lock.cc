#include "store/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

namespace rollmill::store {
namespace {

using base::Error;
using base::ErrorCode;
using Clock = std::chrono::steady_clock;

constexpr base::Duration kLook{10};

std::string owner_of(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t length = ::pread(descriptor, text.data(), text.size(), 0);
  std::string owner(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  owner.erase(owner.find_last_not_of("\n ") + 1);
  return owner.empty() ? "unknown" : owner;
}

base::Status write_owner(int descriptor, const std::string& path) {
  const std::string text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor, 0) == 0 &&
      ::pwrite(descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size())) {
    return base::success();
  }
  return Error{ErrorCode::Unavailable,
               path + " cannot be written (" + std::strerror(errno) + "): check disk and rights"};
}

bool lock_within(int descriptor, base::Duration patience) {
  const Clock::time_point limit = Clock::now() + patience;
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (Clock::now() >= limit) return false;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

}  // namespace

base::Result<FileLock> FileLock::take(const std::string& path, base::Duration patience) {
  FileLock lock{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (lock.descriptor_ < 0) {
    return Error{ErrorCode::Unavailable, path + " cannot be opened (" + std::strerror(errno) +
                                             "): its folder must exist and be writable"};
  }
  if (!lock_within(lock.descriptor_, patience)) {
    return Error{ErrorCode::FailedPrecondition,
                 path + " is held by process " + owner_of(lock.descriptor_) +
                     ": only one process may use it at a time. Stop that one first"};
  }
  const base::Status written = write_owner(lock.descriptor_, path);
  if (!written.ok()) return written.error();
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace rollmill::store
