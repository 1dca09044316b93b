#include "sim/ironic/site.h"

#include <utility>

#include "rollmill/base/check.h"

namespace rollmill::sim {
namespace {

constexpr const char* kDeeds[] = {
    "stage",  "install",    "configure", "expand",     "migrate",      "stop",
    "start",  "write",      "remove",    "set window", "clear window", "take out",
    "put in", "registered", "answers",   "gone",       "booted",       "foreign"};
constexpr const char* kMoments[] = {"before", "during", "after"};

ReleaseId known_release(const core::ReleaseNumber& number) {
  const auto id = release_id(number);
  ROLLMILL_CHECK(id.has_value());
  return *id;
}

}  // namespace

const char* to_string(Deed deed) { return kDeeds[static_cast<std::size_t>(deed)]; }
const char* to_string(Moment moment) { return kMoments[static_cast<std::size_t>(moment)]; }

Site::Site(Scheduler& scheduler, const Random& seed, Layout the_layout)
    : time(scheduler),
      random(seed.fork("deployment")),
      layout(std::move(the_layout)),
      ironic(scheduler, random, known_release(layout.release)),
      promises(scheduler, known_release(layout.release)) {}

void Site::begin(Effect effect, std::uint64_t subject, bool at_work) {
  effect.at = time.now();
  announce(effect, Moment::Before);
  promises.begins(effect, subject, at_work);
  effects.push_back(effect);
}

void Site::note(std::size_t host, Deed deed, ReleaseId release) {
  Effect effect;
  effect.at = time.now();
  effect.host = static_cast<std::uint32_t>(host);
  effect.deed = deed;
  effect.release = release;
  effects.push_back(effect);
}

void Site::rest_until(base::TimePoint at) {
  if (!time.inside_fiber()) return;
  while (time.now() < at) time.rest(at - time.now());
}

}  // namespace rollmill::sim
