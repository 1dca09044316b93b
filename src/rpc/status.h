#pragma once

#include <grpcpp/support/status.h>

#include "rollmill/base/result.h"

/// Failures on the wire: a gRPC status with an ErrorInfo (rollmill/v1/errors.proto). THREAD: any.
namespace rollmill::rpc {

grpc::Status to_grpc(const base::Error& error);

/// The reverse. A status that no rollmill program wrote (no ErrorInfo) keeps its kind and its text.
base::Error from_grpc(const grpc::Status& status);

/// A rollmill program wrote it, so the connection was there.
bool was_answered(const grpc::Status& status);

}  // namespace rollmill::rpc
