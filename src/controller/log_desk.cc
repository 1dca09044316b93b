#include "controller/log_desk.h"

#include <utility>
#include <vector>

namespace rollmill::controller {
namespace {

using base::Error;
using base::ErrorCode;

/// Not Unavailable: that would say that the controller itself does not answer.
Error agent_away(const base::HostName& host) {
  return {ErrorCode::FailedPrecondition, "the agent of " + host.text +
                                             " is away, and the output is kept there: start "
                                             "rollmill-agent on it and ask again"};
}

}  // namespace

void LogDesk::ask(const base::HostName& host, const core::TaskKey& key, bool follow, Sink sink) {
  if (requests_.size() >= kMostRequests) {
    sink(Error{ErrorCode::FailedPrecondition,
               std::to_string(kMostRequests) + " readers of output are served already: try later"});
    return;
  }
  const std::uint64_t request = ++last_request_;
  if (!link_.request_logs(host, request, key, follow)) {
    sink(agent_away(host));
    return;
  }
  requests_.emplace(request, Request{host, std::move(sink)});
}

void LogDesk::deliver(const base::HostName& host, std::uint64_t request, ports::LogChunk chunk) {
  const auto found = requests_.find(request);
  if (found == requests_.end() || found->second.host != host) {
    if (!chunk.end) link_.cancel_logs(host, request);
    return;
  }
  const bool last = chunk.end;
  const bool wants_more = found->second.sink(std::move(chunk));
  if (!wants_more && !last) link_.cancel_logs(host, request);
  if (!wants_more || last) requests_.erase(request);
}

void LogDesk::agent_went(const base::HostName& host) {
  std::vector<Sink> orphans;
  for (auto request = requests_.begin(); request != requests_.end();) {
    if (request->second.host == host) {
      orphans.push_back(std::move(request->second.sink));
      request = requests_.erase(request);
    } else {
      ++request;
    }
  }
  for (const Sink& sink : orphans) sink(agent_away(host));
}

}  // namespace rollmill::controller
