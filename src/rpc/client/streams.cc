#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "rpc/client/calls.h"
#include "rpc/codec/view_codec.h"
#include "rpc/status.h"

namespace rollmill::rpc {
namespace {

/// No stream is open for ever; a watch that reaches this goes on with a new one.
constexpr base::Duration kStreamLimit = std::chrono::hours{24};
constexpr base::Duration kFirstRest = std::chrono::milliseconds{200};
constexpr base::Duration kLongestRest = std::chrono::seconds{2};

/// What came of one stream of a watch.
struct Ended {
  bool wanted = false;    ///< The caller had enough.
  bool received = false;  ///< At least one message came.
  grpc::Status status;
};

std::string name_of(const base::UpgradeId& id) {
  return id.empty() ? "upgrades/latest" : upgrade_name(id);
}

WatchUpdate decode_update(const pb::WatchUpgradeResponse& message) {
  WatchUpdate update;
  if (message.has_event()) update.event = decode(message.event());
  if (message.has_upgrade()) update.upgrade = decode(message.upgrade());
  return update;
}

Ended watch_once(const Door& door, WatchAsked& asked, const WatchCalls& calls,
                 const std::stop_token& stop) {
  grpc::ClientContext context;
  set_limit(context, kStreamLimit);
  pb::WatchUpgradeRequest request;
  request.set_name(name_of(asked.upgrade));
  request.set_after_sequence(asked.after);
  request.set_with_view(asked.with_view);
  const auto reader = door.stub->WatchUpgrade(&context, request);
  const std::stop_callback cancel(stop, [&] { context.TryCancel(); });
  Ended ended;
  pb::WatchUpgradeResponse message;
  while (!ended.wanted && reader->Read(&message)) {
    ended.received = true;
    const WatchUpdate update = decode_update(message);
    if (update.event) asked.after = update.event->sequence;
    if (update.upgrade) asked.upgrade = {update.upgrade->id};
    ended.wanted = !calls.update(update);
  }
  if (ended.wanted) context.TryCancel();
  ended.status = reader->Finish();
  return ended;
}

/// False when `stop` was requested meanwhile.
bool rest(base::Duration duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

bool is_worth_another_try(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::UNAVAILABLE ||
         status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
}

}  // namespace

base::Status watch_upgrade(const Door& door, const WatchAsked& wanted, const WatchCalls& calls,
                           const std::stop_token& stop) {
  WatchAsked asked = wanted;
  auto last_seen = std::chrono::steady_clock::now();
  base::Duration pause = kFirstRest;
  while (true) {
    const Ended ended = watch_once(door, asked, calls, stop);
    if (ended.status.ok() || ended.wanted || stop.stop_requested()) return base::success();
    const base::Error error = friendly(door.controller, ended.status);
    const auto now = std::chrono::steady_clock::now();
    if (ended.received) {
      last_seen = now;
      pause = kFirstRest;
    }
    if (!is_worth_another_try(ended.status) || now - last_seen >= asked.patience) return error;
    if (calls.away) calls.away(error);
    if (!rest(pause, stop)) return base::success();
    pause = std::min(pause * 2, kLongestRest);
  }
}

base::Status read_logs(const Door& door, const pb::ReadLogsRequest& request,
                       const std::function<bool(const ports::LogChunk&)>& sink,
                       const std::stop_token& stop) {
  grpc::ClientContext context;
  set_limit(context, kStreamLimit);
  const auto reader = door.stub->ReadLogs(&context, request);
  const std::stop_callback cancel(stop, [&] { context.TryCancel(); });
  bool enough = false;
  pb::ReadLogsResponse message;
  while (!enough && reader->Read(&message)) {
    enough = !sink({.command = message.command(), .text = message.text(), .end = false});
  }
  if (enough) context.TryCancel();
  const grpc::Status status = reader->Finish();
  if (enough || status.ok() || stop.stop_requested()) return base::success();
  return friendly(door.controller, status);
}

}  // namespace rollmill::rpc
