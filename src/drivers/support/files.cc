#include "drivers/support/files.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using base::success;

Result<gid_t> find_group(const std::string& name) {
  group entry{};
  group* found = nullptr;
  std::array<char, 16384> buffer{};
  if (getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found) {
    return Error{ErrorCode::NotFound, "the group '" + name + "' does not exist on this host"};
  }
  return entry.gr_gid;
}

Status apply_mode(int fd, const std::string& path, const FileMode& mode) {
  if (fchmod(fd, mode.permissions) != 0) return system_error("cannot set the mode of", path);
  if (mode.group.empty()) return success();
  const Result<gid_t> group = find_group(mode.group);
  if (!group) return group.error().with_context(path);
  if (fchown(fd, static_cast<uid_t>(-1), *group) != 0) {
    return system_error("cannot give group " + mode.group + " to", path);
  }
  return success();
}

Status fill_file(const std::string& path, std::string_view content, const FileMode& mode) {
  const Fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.ok()) return system_error("cannot write", path);
  if (!write_all(fd.get(), content)) return system_error("cannot write", path);
  const Status applied = apply_mode(fd.get(), path, mode);
  if (!applied) return applied;
  if (fsync(fd.get()) != 0) return system_error("cannot sync", path);
  return success();
}

/// Under its name it is there with its mode, or not at all.
Status make_folder(const std::string& path, const FileMode& mode) {
  const std::string fresh = path + ".new";
  if (mkdir(fresh.c_str(), 0700) != 0 && errno != EEXIST) {
    return system_error("cannot make the folder", path);
  }
  const Fd fd(open(fresh.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok()) return system_error("cannot open the folder", fresh);
  const Status applied = apply_mode(fd.get(), path, mode);
  if (!applied) {
    rmdir(fresh.c_str());
    return applied;
  }
  if (rename(fresh.c_str(), path.c_str()) != 0) {
    const bool there = errno == EEXIST || errno == ENOTEMPTY;
    if (!there) return system_error("cannot make the folder", path);
    rmdir(fresh.c_str());
  }
  return sync_folder(folder_of(path));
}

}  // namespace

void Fd::reset(int number) {
  if (number_ >= 0) close(number_);
  number_ = number;
}

base::Error system_error(const std::string& deed, const std::string& path) {
  const int reason = errno;
  const ErrorCode code = reason == ENOENT ? ErrorCode::NotFound : ErrorCode::Unavailable;
  return {code, deed + " " + path + ": " + std::strerror(reason)};
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.ok()) return system_error("cannot read", path);
  std::string content;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("cannot read", path);
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(got));
    if (content.size() > limit) {
      return Error{ErrorCode::InvalidArgument,
                   path + " is larger than " + std::to_string(limit) + " bytes"};
    }
  }
}

Status write_file(const std::string& path, std::string_view content, const FileMode& mode) {
  // Not ending like the file itself: programs that read `*.conf` must not see a half one.
  const std::string fresh = path + ".new";
  const Status filled = fill_file(fresh, content, mode);
  if (!filled) {
    unlink(fresh.c_str());
    return filled;
  }
  if (rename(fresh.c_str(), path.c_str()) != 0) return system_error("cannot replace", path);
  return sync_folder(folder_of(path));
}

Status remove_file(const std::string& path) {
  if (unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return success();
    return system_error("cannot remove", path);
  }
  return sync_folder(folder_of(path));
}

Status make_folders(const std::string& path, const FileMode& mode) {
  if (exists(path)) return success();
  const std::string above = folder_of(path);
  if (above != path) {
    const Status made = make_folders(above, mode);
    if (!made) return made;
  }
  return make_folder(path, mode);
}

Status remove_tree(const std::string& path) {
  std::error_code failure;
  std::filesystem::remove_all(path, failure);
  if (!failure) return success();
  return Error{ErrorCode::Unavailable, "cannot remove " + path + ": " + failure.message()};
}

Status sync_folder(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok()) return system_error("cannot open the folder", path);
  if (fsync(fd.get()) != 0) return system_error("cannot sync the folder", path);
  return success();
}

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

std::optional<base::TimePoint> modified_at(const std::string& path) {
  struct stat entry {};
  struct stat link {};
  if (stat(path.c_str(), &entry) != 0 || lstat(path.c_str(), &link) != 0) return std::nullopt;
  const auto since = [](const timespec& at) {
    return std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec);
  };
  const auto newest = std::max(since(entry.st_mtim), since(link.st_mtim));
  return base::TimePoint(std::chrono::duration_cast<base::Duration>(newest));
}

std::vector<std::string> list_folder(const std::string& path) {
  std::vector<std::string> names;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(path, failure)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = write(fd, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

}  // namespace rollmill::drivers
