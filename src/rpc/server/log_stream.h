#pragma once

#include <memory>

#include "rollmill/ports/control.h"
#include "rpc/codec/view_codec.h"
#include "rpc/server/out_stream.h"

namespace rollmill::rpc {

/// The output of one step's commands on its way to one reader.
class LogStream final : public OutStream<pb::ReadLogsResponse> {
 public:
  /// Asks for the output. THREAD: any.
  void start(ports::Control& control, const base::UpgradeId& id,
             const pb::ReadLogsRequest& request);

 private:
  bool take(const base::Result<ports::LogChunk>& chunk);  // THREAD: loop
  void on_over() override {}
};

}  // namespace rollmill::rpc
