#include "sim/ironic/config.h"

#include <algorithm>
#include <string_view>

#include "rollmill/base/time.h"

namespace rollmill::sim {
namespace {

using base::Error;
using base::ErrorCode;
using base::success;

constexpr const char* kPinKey = "pin_release_version";

bool is_pin(const ports::Setting& setting) {
  return setting.key == kPinKey && setting.section == "DEFAULT";
}

/// As a file holds them: a section's settings stand together.
std::vector<ports::Setting> by_section(const std::vector<ports::Setting>& settings) {
  std::vector<ports::Setting> sorted;
  std::vector<std::string_view> done;
  for (const ports::Setting& first : settings) {
    if (std::find(done.begin(), done.end(), first.section) != done.end()) continue;
    done.emplace_back(first.section);
    for (const ports::Setting& each : settings)
      if (each.section == first.section) sorted.push_back(each);
  }
  return sorted;
}

std::uint64_t digest(const std::vector<ports::Setting>& settings) {
  std::uint64_t sum = 1469598103934665603U;
  for (const ports::Setting& each : settings)
    for (const std::string* text : {&each.section, &each.key, &each.value})
      for (const char letter : *text)
        sum = (sum ^ static_cast<unsigned char>(letter)) * 1099511628211U;
  return sum;
}

}  // namespace

Config::Config(Site& site, MachineState& machine, Keeper& keeper)
    : site_(site), machine_(machine), keeper_(keeper) {
  operators_ = {{"DEFAULT", "enabled_hardware_types", "fake-hardware"}};
  const auto ring = std::chrono::duration_cast<std::chrono::seconds>(site.layout.ring_reset);
  if (ring != std::chrono::seconds{15})
    operators_.push_back({"DEFAULT", "hash_ring_reset_interval", std::to_string(ring.count())});
  changed_ = site.time.now() - std::chrono::hours{24};
}

void Config::touch() { changed_ = site_.time.now() + machine_.clock_offset; }

void Config::touch_by_others() {
  touch();
  others_changed_at_ = site_.time.now();
}

base::Result<ports::ConfigDriver::DropIn> Config::read() {
  unseen_edit_ = false;
  if (!present_) return DropIn{};
  return DropIn{true, foreign_, ours_, ours_changed_};
}

base::Status Config::write(const std::vector<ports::Setting>& settings) {
  if (present_ && foreign_)
    return Error{ErrorCode::FailedPrecondition,
                 "the drop-in is not what rollmill wrote last: somebody has changed it"};
  std::vector<ports::Setting> fresh = by_section(settings);
  if (fresh.empty() ? !present_ : present_ && fresh == ours_) return success();
  if (machine_.disk_full && !fresh.empty())
    return Error{ErrorCode::Unavailable, "no space left on device"};
  const Deed deed = fresh.empty() ? Deed::Remove : Deed::Write;
  const Effect effect = keeper_.begin(deed, ReleaseId::R35, digest(fresh));
  present_ = !fresh.empty();
  ours_ = written_ = std::move(fresh);
  touch();
  ours_changed_ = changed_;
  site_.announce(effect, Moment::After);
  return success();
}

const std::string* Config::find(const char* section, const char* key) const {
  const auto look = [&](const std::vector<ports::Setting>& settings) -> const std::string* {
    for (const ports::Setting& each : settings)
      if (each.key == key && each.section == section) return &each.value;
    return nullptr;
  };
  if (!later_pin_.empty() && std::string_view(key) == kPinKey) return &later_pin_;
  if (present_)
    if (const std::string* value = look(ours_)) return value;
  return look(operators_);
}

base::Result<std::optional<std::string>> Config::effective(const std::string& section,
                                                           const std::string& key) {
  if (key == kPinKey) unseen_edit_ = false;
  const std::string* value = find(section.c_str(), key.c_str());
  return value == nullptr ? std::optional<std::string>() : std::optional<std::string>(*value);
}

base::Result<base::TimePoint> Config::changed_at() { return changed_; }

base::Duration Config::seconds(const char* section, const char* key, base::Duration usual) const {
  const std::string* value = find(section, key);
  if (value == nullptr) return usual;
  return base::parse_duration(*value + "s").value_or(usual);
}

std::optional<std::string> Config::pin() const {
  const std::string* value = find("DEFAULT", kPinKey);
  return value == nullptr ? std::optional<std::string>() : std::optional<std::string>(*value);
}

void Config::set_operator_pin(const std::string& pin) {
  later_pin_ = pin;
  unseen_edit_ = true;
  touch_by_others();
}

bool Config::edit(bool take_pin_out) {
  if (!present_) return false;
  if (take_pin_out) std::erase_if(ours_, is_pin);
  foreign_ = true;
  unseen_edit_ = true;
  touch_by_others();
  ours_changed_ = changed_;
  return true;
}

bool Config::undo_edits() {
  if (!is_edited()) return false;
  later_pin_.clear();
  if (foreign_) {
    ours_ = written_;
    foreign_ = false;
    ours_changed_ = site_.time.now() + machine_.clock_offset;
  }
  touch_by_others();
  return true;
}

}  // namespace rollmill::sim
