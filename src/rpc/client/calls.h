#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <stop_token>
#include <string>

#include "rollmill/v1/control.grpc.pb.h"
#include "rpc/control_client.h"

namespace rollmill::rpc {

namespace pb = ::rollmill::v1;

/// One connection to the operators' door.
struct Door {
  std::string controller;
  std::unique_ptr<pb::UpgradeService::Stub> stub;
};

inline void set_limit(grpc::ClientContext& context, base::Duration limit) {
  context.set_deadline(std::chrono::system_clock::now() + limit);
}

/// Why a call failed, for a person: who could not be reached and what to do.
base::Error friendly(const std::string& controller, const grpc::Status& status);

/// The two streams; see ControlClient.
base::Status watch_upgrade(const Door& door, const WatchAsked& asked, const WatchCalls& calls,
                           const std::stop_token& stop);
base::Status read_logs(const Door& door, const pb::ReadLogsRequest& request,
                       const std::function<bool(const ports::LogChunk&)>& sink,
                       const std::stop_token& stop);

}  // namespace rollmill::rpc
