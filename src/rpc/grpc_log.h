#pragma once

#include <string>

/// gRPC writes to stderr on its own; our programs speak for themselves. THREAD: any.
namespace rollmill::rpc {

/// Keeps gRPC off stderr from now on. Repeats do nothing.
void silence_grpc();

/// The operating system's reason in the last error that gRPC told, as "Address already in use";
/// empty when there was none since the last call.
std::string take_grpc_cause();

}  // namespace rollmill::rpc
