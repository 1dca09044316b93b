#pragma once

#include <grpcpp/support/server_callback.h>

#include <string>

#include "rpc/status.h"

/// Streams that are over before they begin. THREAD: any.
namespace rollmill::rpc {

/// Ends with one status and lets go of itself.
template <typename Request, typename Response>
class RefusedStream final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  explicit RefusedStream(const base::Error& error) { this->Finish(to_grpc(error)); }
  void OnDone() override { delete this; }
};

template <typename Request, typename Response>
grpc::ServerBidiReactor<Request, Response>* refused_stream(const std::string& reason) {
  return new RefusedStream<Request, Response>({base::ErrorCode::Unavailable, reason});
}

}  // namespace rollmill::rpc
