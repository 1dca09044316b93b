#include "apps/event_log.h"

#include <string>
#include <utility>
#include <vector>

namespace rollmill::apps {
namespace {

constexpr std::uint32_t kPage = 1000;

LogLevel level_of(const core::EventView& event) {
  if (event.severity == "error") return LogLevel::Error;
  return event.severity == "warning" ? LogLevel::Warning : LogLevel::Info;
}

std::string line_of(const std::string& upgrade, const core::EventView& event) {
  std::string line = "upgrade " + upgrade + ":";
  for (const std::string& part : {event.phase, event.host, event.text})
    if (!part.empty()) line += " " + part;
  return line;
}

}  // namespace

/// Reads on from where it was, one question at a time; none of them costs more on a larger fleet,
/// but for the one at the begin of an upgrade. THREAD: loop.
class EventLog::Follower : public std::enable_shared_from_this<Follower> {
 public:
  Follower(ports::Control& control, LogLine log) : control_(control), log_(std::move(log)) {}

  ports::Control& control() { return control_; }

  /// Once: what the journal holds by now is not told.
  void pass_over() {
    busy_ = true;
    control_.info([self = weak_from_this()](const base::Result<ports::ControllerInfo>& info) {
      const auto alive = self.lock();
      if (!alive) return;
      if (info) alive->after_ = info->last_sequence;
      alive->next();
    });
  }

  void look() {
    again_ = true;
    if (!std::exchange(busy_, true)) next();
  }

 private:
  using Events = std::vector<core::EventView>;

  void next() {
    busy_ = std::exchange(again_, false);
    if (!busy_) return;
    control_.events({}, after_, kPage, [self = weak_from_this()](const auto& events) {
      if (const auto alive = self.lock()) alive->take(events);
    });
  }

  void take(const base::Result<Events>& events) {
    if (!events || events->empty()) return next();  // an error: there is no upgrade yet
    if (!upgrade_.empty() && events->front().kind != "UpgradePlanned") return tell(*events);
    control_.get({}, core::Detail::Summary, [self = weak_from_this(), read = *events](auto view) {
      const auto alive = self.lock();
      if (!alive) return;
      if (view) alive->upgrade_ = view->id;
      alive->tell(read);
    });
  }

  void tell(const Events& events) {
    for (const core::EventView& event : events)
      if (core::is_for_people(event)) log_(level_of(event), line_of(upgrade_, event));
    after_ = events.back().sequence;
    again_ = again_ || events.size() == kPage;
    next();
  }

  ports::Control& control_;
  const LogLine log_;
  std::string upgrade_;  ///< The newest one, as far as it was told.
  base::Sequence after_ = 0;
  bool busy_ = false;
  bool again_ = false;
};

EventLog::EventLog(ports::Control& control, LogLine log)
    : follower_(std::make_shared<Follower>(control, std::move(log))) {}

EventLog::~EventLog() = default;

void EventLog::start() {
  ticket_ = follower_->control().subscribe([self = std::weak_ptr(follower_)] {
    if (const auto alive = self.lock()) alive->look();
  });
  follower_->pass_over();
}

}  // namespace rollmill::apps
