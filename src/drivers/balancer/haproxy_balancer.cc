#include <algorithm>
#include <utility>

#include "drivers/balancer/haproxy_text.h"
#include "drivers/balancer/line_socket.h"
#include "drivers/drivers.h"
#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using base::success;

class HaproxyBalancer final : public ports::BalancerDriver {
 public:
  explicit HaproxyBalancer(HaproxyOptions options) : options_(std::move(options)) {}

  Result<State> state(const std::string& service) override;
  Status take_out(const std::string&) override { return set("drain", true); }
  Status put_in(const std::string&) override { return set("ready", false); }

 private:
  Status check_named() const;
  Result<std::string> ask(const std::string& socket, const std::string& line) const;
  Status set(const std::string& state, bool taken_out) const;
  Status set_one(const std::string& socket, const std::string& state, bool taken_out) const;

  const HaproxyOptions options_;
};

Status HaproxyBalancer::check_named() const {
  if (!options_.server.empty() && !options_.backend.empty() && !options_.sockets.empty()) {
    return success();
  }
  return Error{ErrorCode::InvalidArgument,
               "the agent file must name HAProxy's socket, backend and server of this host"};
}

Result<std::string> HaproxyBalancer::ask(const std::string& socket, const std::string& line) const {
  return ask_socket(socket, line, options_.time_limit);
}

// All must agree. While they do not, it is neither served by all nor proven quiet: not serving,
// and at least one request is assumed to be in flight.
Result<ports::BalancerDriver::State> HaproxyBalancer::state(const std::string&) {
  const Status named = check_named();
  if (!named) return named.error();
  State all{true, 0, ""};
  std::vector<std::string> texts;
  std::size_t serving = 0;
  for (const std::string& socket : options_.sockets) {
    const Result<std::string> answer = ask(socket, "show stat");
    if (!answer) return answer.error();
    const Result<HaproxyServer> one = read_stat(*answer, options_.backend, options_.server);
    if (!one) return one.error().with_context(socket);
    all.connections += one->sessions;
    serving += one->serving ? 1 : 0;
    texts.push_back(one->status);
  }
  all.serving = serving == options_.sockets.size();
  if (!all.serving && serving != 0) all.connections = std::max(all.connections, 1U);
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  all.text = join(texts, ", ");
  return all;
}

Status HaproxyBalancer::set(const std::string& state, bool taken_out) const {
  const Status named = check_named();
  if (!named) return named;
  for (const std::string& socket : options_.sockets) {
    const Status done = set_one(socket, state, taken_out);
    if (!done) return done.error().with_context(socket);
  }
  return success();
}

Status HaproxyBalancer::set_one(const std::string& socket, const std::string& state,
                                bool taken_out) const {
  const std::string name = options_.backend + "/" + options_.server;
  const Result<std::string> answer = ask(socket, "set server " + name + " state " + state);
  if (!answer) return answer.error();
  const std::string complaint = read_complaint(*answer);
  if (!complaint.empty()) {
    return Error{ErrorCode::FailedPrecondition,
                 "HAProxy does not set " + name + " to " + state + ": " + complaint};
  }
  const Result<std::string> states = ask(socket, "show servers state " + options_.backend);
  if (!states) return states.error();
  const Result<bool> now = read_taken_out(*states, options_.backend, options_.server);
  if (!now) return now.error();
  if (*now == taken_out) return success();
  return Error{ErrorCode::Unavailable,
               "HAProxy accepted the state " + state + " for " + name + " but does not show it"};
}

}  // namespace

std::shared_ptr<ports::BalancerDriver> make_haproxy_balancer(HaproxyOptions options) {
  return std::make_shared<HaproxyBalancer>(std::move(options));
}

}  // namespace rollmill::drivers
