#include "store/journal_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "store/migrations.h"

namespace rollmill::store {
namespace {

using base::Error;
using base::ErrorCode;
namespace fs = std::filesystem;

/// In the file's header (offset 68), so that a foreign file is told apart without SQLite touching
/// it.
constexpr std::uint32_t kApplicationId = 0x726F6C6C;  // "roll"
constexpr std::size_t kApplicationIdOffset = 68;
constexpr std::size_t kHeaderBytes = 100;

Error not_a_journal(const std::string& path) {
  return {ErrorCode::FailedPrecondition,
          path + " is not a rollmill journal; it was left as it is. Name another file"};
}

base::Status check_header(const std::string& path) {
  std::array<char, kHeaderBytes> header{};
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    return Error{ErrorCode::Unavailable,
                 path + " cannot be read (" + std::strerror(errno) + "): check its rights"};
  }
  file.read(header.data(), header.size());
  constexpr std::string_view kMagic{"SQLite format 3\0", 16};
  if (file.gcount() != static_cast<std::streamsize>(header.size()) ||
      std::string_view{header.data(), kMagic.size()} != kMagic) {
    return not_a_journal(path);
  }
  std::uint32_t id = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    id = (id << 8U) | static_cast<unsigned char>(header.at(kApplicationIdOffset + i));
  }
  return id == kApplicationId ? base::success() : base::Status{not_a_journal(path)};
}

base::Status sync_path(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (synced) return base::success();
  return Error{ErrorCode::Unavailable, path + " cannot be made durable (" + std::strerror(error) +
                                           "): check disk and rights"};
}

/// Made by us first, so that nobody else can read what SQLite writes into it.
base::Status make_private_file(const std::string& path) {
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) {
    return Error{ErrorCode::Unavailable, path + " cannot be made (" + std::strerror(errno) +
                                             "): its folder must exist and be writable"};
  }
  ::close(descriptor);
  return base::success();
}

base::Status fill_new_file(const std::string& path) {
  auto database = Database::open(path);
  if (!database.ok()) return database.error();
  const base::Status marked = database->run("PRAGMA synchronous = FULL; PRAGMA application_id = " +
                                            std::to_string(kApplicationId));
  return marked.ok() ? migrate(*database, migrations()) : marked;
}

base::Status move_into_place(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) {
    return Error{ErrorCode::Unavailable, to + " cannot be made (" + error.message() + ")"};
  }
  const fs::path folder = fs::absolute(to).parent_path();
  return sync_path(folder.string());
}

base::Status make_journal(const std::string& path) {
  const std::string draft = path + ".new";
  std::error_code ignored;
  fs::remove(draft + "-journal", ignored);
  base::Status done = make_private_file(draft);
  if (done.ok()) done = fill_new_file(draft);
  if (done.ok()) done = sync_path(draft);
  if (done.ok()) done = move_into_place(draft, path);
  return done;
}

base::Status configure(Database& database) {
  const auto mode = database.text("PRAGMA journal_mode = WAL");
  if (!mode.ok()) return mode.error();
  if (*mode != "wal") {
    return Error{ErrorCode::Unavailable,
                 database.path() + " is on a file system that cannot hold a write-ahead log: put " +
                     "it on a local disk"};
  }
  return database.run("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;");
}

}  // namespace

base::Result<Database> open_journal_file(const std::string& path) {
  std::error_code error;
  const bool there = fs::exists(path, error) && fs::file_size(path, error) > 0;
  const base::Status ready = there ? check_header(path) : make_journal(path);
  if (!ready.ok()) return ready.error();
  auto database = Database::open(path);
  if (!database.ok()) return database;
  // Migrations refuse a newer file, so they come before anything that writes.
  base::Status done = migrate(*database, migrations());
  if (done.ok()) done = configure(*database);
  if (!done.ok()) return done.error();
  return database;
}

base::Result<Database> open_for_reading(const std::string& path) {
  const base::Status ready = check_header(path);
  if (!ready.ok()) return ready.error();
  auto database = Database::open_read_only(path);
  if (!database.ok()) return database;
  const base::Status known = check_known(*database, migrations());
  if (!known.ok()) return known.error();
  return database;
}

}  // namespace rollmill::store
