#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rollmill/base/result.h"
#include "rollmill/base/time.h"

/// Files, written so that a power loss leaves the old or the new content, never a part.
/// Every failure names the path and the reason of the system. THREAD: any.
namespace rollmill::drivers {

/// Owns one file descriptor.
class Fd {
 public:
  explicit Fd(int number = -1) : number_(number) {}
  Fd(Fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.number_, -1));
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return number_; }
  bool ok() const { return number_ >= 0; }
  void reset(int number = -1);

 private:
  int number_;
};

/// What a file gets besides its content. Without a group it keeps the agent's own.
struct FileMode {
  mode_t permissions = 0600;
  std::string group;
};

/// `deed PATH: reason` from errno, NotFound when the path does not exist, else Unavailable.
base::Error system_error(const std::string& deed, const std::string& path);

/// The whole file; refused above `limit` bytes. NotFound when it is not there.
base::Result<std::string> read_file(const std::string& path, std::size_t limit = 16U << 20U);
/// Writes beside it, syncs, renames over it, syncs the folder.
base::Status write_file(const std::string& path, std::string_view content,
                        const FileMode& mode = {});
/// Removes the file and syncs the folder; nothing to do when it is not there.
base::Status remove_file(const std::string& path);
/// Makes the folder and those above it that lack; existing ones keep their mode.
base::Status make_folders(const std::string& path, const FileMode& mode = {0700, ""});
/// Removes a folder with all in it; nothing to do when it is not there.
base::Status remove_tree(const std::string& path);
base::Status sync_folder(const std::string& path);
bool exists(const std::string& path);
/// Time of last modification, or nothing when it is not there. Of a link: of what it leads to, or
/// of the link itself when that was set later.
std::optional<base::TimePoint> modified_at(const std::string& path);
/// Names of the entries, sorted; empty when there is no such folder.
std::vector<std::string> list_folder(const std::string& path);
/// The folder a path lies in: "/a/b" of "/a/b/c".
std::string folder_of(const std::string& path);

/// All bytes, however many calls it takes; false on a failure (errno says which).
bool write_all(int fd, std::string_view bytes);

}  // namespace rollmill::drivers
