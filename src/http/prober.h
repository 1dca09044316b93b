#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rollmill/base/time.h"
#include "rollmill/core/event.h"

namespace rollmill::http {

struct ProberOptions {
  std::vector<std::string> urls;  ///< "http://host[:port]", the API as clients reach it.
  base::Duration interval{std::chrono::seconds{1}};  ///< From one round to the next.
  base::Duration timeout{std::chrono::seconds{5}};   ///< Of one request.
  base::Duration flush{std::chrono::seconds{1}};     ///< Between two reports.
  /// The same once a request has failed: so that it counts in the phase in which it happened.
  base::Duration flush_failed{std::chrono::seconds{1}};
  std::string microversion = "1.49";                 ///< Of the versioned call.
  std::string token_file;  ///< Read anew for each round; empty: no token is sent.
};

/// Plays a client of the API while an upgrade runs. A round asks each URL for `GET
/// /v1/nodes?limit=1` and, with the microversion, `GET /v1/conductors`; an answer counts only as
/// 200 with the JSON it should have. The gap is the longest time without any such answer.
/// A thread of its own. `start` and `stop` may be repeated, in any order, THREAD: any but the
/// prober's.
class Prober {
 public:
  virtual ~Prober() = default;
  virtual void start() = 0;
  /// Returns when the thread has ended and the last counts are reported.
  virtual void stop() = 0;
};

/// `report` gets what was counted since the last time, on the prober's thread or that of `stop`.
std::unique_ptr<Prober> make_prober(ProberOptions options,
                                    std::function<void(core::ProberCounted)> report);

}  // namespace rollmill::http
