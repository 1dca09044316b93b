#include <sys/statvfs.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "drivers/drivers.h"
#include "drivers/support/files.h"
#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

class LocalMachine final : public ports::Machine {
 public:
  explicit LocalMachine(MachineOptions options) : options_(std::move(options)) {}

  Result<std::uint64_t> free_megabytes() override {
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    for (const std::string& folder : options_.room_in) {
      struct statvfs room {};
      if (statvfs(folder.c_str(), &room) != 0) {
        return system_error("cannot read the free space of", folder);
      }
      least = std::min(least, (std::uint64_t{room.f_bavail} * room.f_frsize) >> 20U);
    }
    return least;
  }

  Status keep(const std::string& name, const std::string& text) override {
    const Status plain = check(name);
    if (!plain) return plain;
    const Status made = make_folders(folder());
    if (!made) return made;
    return write_file(folder() + "/" + name, text);
  }

  Result<std::optional<std::string>> kept(const std::string& name) override {
    const Status plain = check(name);
    if (!plain) return plain.error();
    Result<std::string> text = read_file(folder() + "/" + name, 256U << 20U);
    if (text) return std::optional(std::move(*text));
    if (text.error().code == ErrorCode::NotFound) return std::optional<std::string>();
    return text.error();
  }

 private:
  std::string folder() const { return options_.state_folder + "/kept"; }

  static Status check(const std::string& name) {
    if (is_plain_name(name)) return base::success();
    return Error{ErrorCode::InvalidArgument, "'" + name + "' is no plain name for a kept text"};
  }

  const MachineOptions options_;
};

}  // namespace

std::shared_ptr<ports::Machine> make_machine(MachineOptions options) {
  return std::make_shared<LocalMachine>(std::move(options));
}

}  // namespace rollmill::drivers
