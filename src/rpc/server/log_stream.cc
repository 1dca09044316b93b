#include "rpc/server/log_stream.h"

#include <utility>

namespace rollmill::rpc {

void LogStream::start(ports::Control& control, const base::UpgradeId& id,
                      const pb::ReadLogsRequest& request) {
  if (!request.has_step()) {
    return finish(base::Error{base::ErrorCode::InvalidArgument,
                              "step is not set: say whose output is wanted"});
  }
  const auto stream = std::static_pointer_cast<LogStream>(shared_from_this());
  control.logs(
      id, {request.step()}, request.follow(),
      [stream](const base::Result<ports::LogChunk>& chunk) { return stream->take(chunk); });
}

bool LogStream::take(const base::Result<ports::LogChunk>& chunk) {
  if (!chunk.ok()) {
    finish(chunk.error());
    return false;
  }
  if (!chunk->text.empty() || !chunk->command.empty()) {
    pb::ReadLogsResponse message;
    message.set_command(clean(chunk->command));
    message.set_text(chunk->text);
    push(std::move(message));
  }
  if (chunk->end) finish(base::success());
  return !over();
}

}  // namespace rollmill::rpc
