#include <algorithm>
#include <cctype>

#include "drivers/balancer/haproxy_text.h"
#include "fuzz/target.h"

/// What HAProxy's runtime socket answers; the names are those of the kept answers.
namespace rollmill::fuzz {
namespace {

constexpr const char* kBackend = "ironic";
constexpr const char* kServer = "api1";

bool is_blank(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isspace(c) != 0; });
}

}  // namespace

void fuzz_one(const std::string& input) {
  const auto server = drivers::read_stat(input, kBackend, kServer);
  if (server) {
    FUZZ_HOLDS(input.find(kServer) != std::string::npos);
    // A server that is told to be out gets no new requests.
    if (server->status.rfind("MAINT", 0) == 0) FUZZ_HOLDS(!server->serving);
    if (server->status.rfind("DOWN", 0) == 0) FUZZ_HOLDS(!server->serving);
  } else {
    FUZZ_HOLDS(!server.error().message.empty());
  }
  const auto out = drivers::read_taken_out(input, kBackend, kServer);
  if (!out) FUZZ_HOLDS(!out.error().message.empty());
  if (is_blank(input)) FUZZ_HOLDS(drivers::read_complaint(input).empty());
}

}  // namespace rollmill::fuzz
