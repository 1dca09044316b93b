#include "rpc/grpc_log.h"

#include <grpc/support/log.h>

#include <cstdio>
#include <mutex>

namespace rollmill::rpc {
namespace {

std::mutex cause_mutex;
std::string cause;  ///< Guarded by cause_mutex.

/// gRPC prints the chain of errors in one line; the innermost one has `os_error:"..."`. Before it
/// aborts it says why: that must be seen.
void keep_cause(gpr_log_func_args* args) {
  static const std::string kMark = "os_error:\"";
  if (args->severity != GPR_LOG_SEVERITY_ERROR) return;
  const std::string text = args->message;
  if (text.starts_with("assertion failed")) std::fprintf(stderr, "gRPC: %s\n", text.c_str());
  const std::size_t mark = text.find(kMark);
  if (mark == std::string::npos) return;
  const std::size_t start = mark + kMark.size();
  const std::lock_guard lock(cause_mutex);
  cause = text.substr(start, text.find('"', start) - start);
}

}  // namespace

void silence_grpc() { gpr_set_log_function(keep_cause); }

std::string take_grpc_cause() {
  const std::lock_guard lock(cause_mutex);
  std::string taken;
  taken.swap(cause);
  return taken;
}

}  // namespace rollmill::rpc
