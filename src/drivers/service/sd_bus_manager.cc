#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <utility>

#include "drivers/service/sd_bus_library.h"
#include "drivers/service/unit_manager.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using base::success;
using Clock = std::chrono::steady_clock;

constexpr char kDestination[] = "org.freedesktop.systemd1";
constexpr char kPath[] = "/org/freedesktop/systemd1";
constexpr char kManager[] = "org.freedesktop.systemd1.Manager";
constexpr char kUnit[] = "org.freedesktop.systemd1.Unit";
constexpr char kService[] = "org.freedesktop.systemd1.Service";

/// One connection; made for one call of the driver and closed after it.
class Bus {
 public:
  static Result<Bus> open() {
    const Result<const SdBusLibrary*> library = load_sd_bus();
    if (!library) return library.error();
    Bus bus(**library);
    const Status connected = bus.connect();
    if (!connected) return connected.error();
    return bus;
  }
  Bus(Bus&& other) noexcept : library_(other.library_), bus_(std::exchange(other.bus_, nullptr)) {}
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;
  Bus& operator=(Bus&&) = delete;
  ~Bus() {
    if (bus_ != nullptr) library_.close(bus_);
  }

  /// Calls a method of the manager; reads one answer (`reply_type` 'o') or none (empty).
  template <typename... Words>
  Result<std::string> call(const char* member, bool has_reply, const char* types, Words... words) {
    sd_bus_error error{};
    sd_bus_message* reply = nullptr;
    const int result = library_.call_method(bus_, kDestination, kPath, kManager, member, &error,
                                            &reply, types, words...);
    if (result < 0) return failure(member, result, error);
    const char* text = "";
    const int read = has_reply ? library_.message_read(reply, "o", &text) : 1;
    std::string answer(text);
    library_.message_unref(reply);
    if (read < 0) return failure(member, read, error);
    return answer;
  }

  Result<std::string> text(const std::string& path, const char* interface, const char* member) {
    sd_bus_error error{};
    char* value = nullptr;
    const int result =
        library_.get_string(bus_, kDestination, path.c_str(), interface, member, &error, &value);
    if (result < 0) return failure(member, result, error);
    std::string copied(value);
    std::free(value);
    return copied;
  }

  template <typename Number>
  Result<Number> number(const std::string& path, const char* member, char type) {
    sd_bus_error error{};
    Number value = 0;
    const int result = library_.get_trivial(bus_, kDestination, path.c_str(), kService, member,
                                            &error, type, &value);
    if (result < 0) return failure(member, result, error);
    return value;
  }

  /// Collects the results of jobs that end from now on.
  Status watch_jobs() {
    const int result = library_.add_match(
        bus_, nullptr,
        "type='signal',interface='org.freedesktop.systemd1.Manager',member='JobRemoved'",
        &Bus::job_removed, this);
    sd_bus_error error{};
    if (result < 0) return failure("AddMatch", result, error);
    const Result<std::string> subscribed = call("Subscribe", false, "");
    return subscribed ? success() : Status(subscribed.error());
  }

  Result<std::string> wait_for_job(const std::string& job, base::Duration limit) {
    const Clock::time_point deadline = Clock::now() + limit;
    sd_bus_error error{};
    while (jobs_.count(job) == 0) {
      const auto left =
          std::chrono::duration_cast<std::chrono::microseconds>(deadline - Clock::now());
      if (left.count() <= 0) {
        return Error{ErrorCode::DeadlineExceeded, "systemd's job is not over in time"};
      }
      const int done = library_.process(bus_, nullptr);
      if (done < 0) return failure("waiting for a job", done, error);
      if (done > 0) continue;
      const int waited = library_.wait(bus_, static_cast<std::uint64_t>(left.count()));
      if (waited < 0 && waited != -EINTR) return failure("waiting for a job", waited, error);
    }
    return jobs_[job];
  }

 private:
  explicit Bus(const SdBusLibrary& library) : library_(library) {}

  // The message bus, or systemd's own socket where no bus runs (as systemctl does).
  Status connect() {
    if (library_.open_system(&bus_) >= 0 && call("GetDefaultTarget", false, "")) return success();
    if (bus_ != nullptr) library_.close(std::exchange(bus_, nullptr));
    int result = library_.make(&bus_);
    if (result >= 0) result = library_.set_address(bus_, "unix:path=/run/systemd/private");
    if (result >= 0) result = library_.start(bus_);
    if (result >= 0) return success();
    return Error{ErrorCode::Unavailable,
                 std::string("systemd cannot be reached over D-Bus: ") + std::strerror(-result)};
  }

  static int job_removed(sd_bus_message* message, void* self, sd_bus_error*) {
    auto* const bus = static_cast<Bus*>(self);
    std::uint32_t id = 0;
    const char* job = "";
    const char* unit = "";
    const char* result = "";
    if (bus->library_.message_read(message, "uoss", &id, &job, &unit, &result) >= 0) {
      bus->jobs_[job] = result;
    }
    return 0;
  }

  Error failure(const char* deed, int result, sd_bus_error& error) const {
    std::string reason = error.message != nullptr ? error.message : std::strerror(-result);
    library_.error_free(&error);
    return {ErrorCode::Unavailable, std::string("systemd, ") + deed + ": " + reason};
  }

  const SdBusLibrary& library_;
  sd_bus* bus_ = nullptr;
  std::map<std::string, std::string> jobs_;
};

base::Duration to_duration(std::uint64_t microseconds) {
  constexpr std::uint64_t kLongest = std::uint64_t{365} * 24 * 3600 * 1'000'000;
  return base::Duration(microseconds > kLongest ? 0 : microseconds / 1000);
}

class SdBusManager final : public UnitManager {
 public:
  Result<Unit> unit(const std::string& name) override;
  Result<std::string> start(const std::string& name, base::Duration limit) override {
    return run_job("StartUnit", name, limit);
  }
  Result<std::string> stop(const std::string& name, base::Duration limit) override {
    return run_job("StopUnit", name, limit);
  }
  Status reset_failed(const std::string& name) override {
    return call("ResetFailedUnit", "s", name.c_str());
  }
  Status reload() override { return call("Reload", "", nullptr); }

 private:
  static Status call(const char* member, const char* types, const char* word) {
    Result<Bus> bus = Bus::open();
    if (!bus) return bus.error();
    const Result<std::string> done = bus->call(member, false, types, word);
    return done ? success() : Status(done.error());
  }

  // Subscribed before the job is queued: its end cannot be missed.
  static Result<std::string> run_job(const char* member, const std::string& name,
                                     base::Duration limit) {
    Result<Bus> bus = Bus::open();
    if (!bus) return bus.error();
    const Status watching = bus->watch_jobs();
    if (!watching) return watching.error();
    const Result<std::string> job = bus->call(member, true, "ss", name.c_str(), "replace");
    if (!job) return job.error();
    return bus->wait_for_job(*job, limit);
  }
};

Result<UnitManager::Unit> SdBusManager::unit(const std::string& name) {
  Result<Bus> bus = Bus::open();
  if (!bus) return bus.error();
  const Result<std::string> path = bus->call("LoadUnit", true, "s", name.c_str());
  if (!path) return path.error();
  const auto load = bus->text(*path, kUnit, "LoadState");
  const auto active = bus->text(*path, kUnit, "ActiveState");
  if (!load) return load.error();
  if (!active) return active.error();
  Unit unit;
  unit.load_state = *load;
  unit.active_state = *active;
  if (unit.load_state != "loaded") return unit;
  const auto result = bus->text(*path, kService, "Result");
  const auto group = bus->text(*path, kService, "ControlGroup");
  const auto main = bus->number<std::uint32_t>(*path, "MainPID", 'u');
  const auto limit = bus->number<std::uint64_t>(*path, "TimeoutStopUSec", 't');
  for (const auto* text : {&result, &group}) {
    if (!*text) return text->error();
  }
  if (!main) return main.error();
  if (!limit) return limit.error();
  unit.result = *result;
  unit.control_group = *group;
  unit.main_pid = *main;
  unit.stop_limit = to_duration(*limit);
  unit.restarts = bus->number<std::uint32_t>(*path, "NRestarts", 'u').value_or(0);
  return unit;
}

}  // namespace

std::shared_ptr<UnitManager> make_sd_bus_manager() { return std::make_shared<SdBusManager>(); }

}  // namespace rollmill::drivers
