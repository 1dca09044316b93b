#include "agent/registry.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace rollmill::agent {
namespace {

using Node = ports::IronicApi::Node;

constexpr std::size_t kShown = 10;

/// States that a conductor's stop kills (STUCK_STATES_TREATED_AS_FAIL of ironic/common/states.py).
constexpr std::array<std::string_view, 9> kKillable = {"deploying",  "cleaning", "verifying",
                                                       "inspecting", "adopting", "rescuing",
                                                       "unrescuing", "deleting", "servicing"};

std::string lower(const std::string& text) {
  std::string result = text;
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return result;
}

bool is_killable(const std::string& state) {
  return std::find(kKillable.begin(), kKillable.end(), state) != kKillable.end();
}

std::string since(const Node& node) {
  if (node.provision_updated_at == base::TimePoint{}) return {};
  return " since " + base::format_time(node.provision_updated_at);
}

std::string why_busy(const Node& node, const std::string& hostname) {
  const bool mapped = is_host(node.conductor, hostname);
  const bool reserved = is_host(node.reservation, hostname);
  if ((mapped || reserved) && is_killable(node.provision_state))
    return node.provision_state + since(node) +
           (node.reservation.empty() ? ", reserved by nobody" : "");
  if (reserved) return "reserved in state " + node.provision_state;
  if (mapped && !node.target_power_state.empty())
    return "power change to " + node.target_power_state;
  return {};
}

}  // namespace

bool is_host(const std::string& name, const std::string& hostname) {
  if (hostname.empty()) return false;
  const std::string left = lower(name);
  const std::string right = lower(hostname);
  return left == right || left.rfind(right + ":", 0) == 0;
}

std::optional<ports::IronicApi::Conductor> find_conductor(
    const std::vector<ports::IronicApi::Conductor>& conductors, const std::string& hostname) {
  for (const auto& each : conductors)
    if (is_host(each.hostname, hostname)) return each;
  return std::nullopt;
}

std::string print_conductors(const std::vector<ports::IronicApi::Conductor>& conductors) {
  std::string text;
  for (const auto& each : conductors) {
    if (!text.empty()) text += ";";
    text += each.hostname + "|" + each.group + "|" + (each.alive ? "alive" : "dead") + "|";
    for (std::size_t i = 0; i < each.drivers.size(); ++i)
      text += (i == 0 ? "" : ",") + each.drivers[i];
  }
  return text;
}

std::vector<std::string> busy_nodes(const std::vector<Node>& nodes, const std::string& hostname) {
  std::vector<std::string> busy;
  for (const Node& node : nodes) {
    const std::string why = why_busy(node, hostname);
    if (!why.empty()) busy.push_back(label(node) + " (" + why + ")");
  }
  return busy;
}

std::vector<std::string> taken_over_nodes(const std::vector<Node>& nodes, base::TimePoint since) {
  std::vector<std::string> failed;
  for (const Node& node : nodes) {
    if (!is_failed_state(node.provision_state) || !tells_of_take_over(node.last_error)) continue;
    if (node.provision_updated_at < since) continue;
    failed.push_back(label(node) + " (" + node.provision_state + ": " + node.last_error + ")");
  }
  return failed;
}

bool is_failed_state(const std::string& state) {
  return state == "error" ||
         (state.size() > 7 && state.compare(state.size() - 7, 7, " failed") == 0);
}

bool tells_of_take_over(const std::string& last_error) {
  return last_error.find("take over") != std::string::npos ||
         last_error.find("can't be resumed by conductor") != std::string::npos;
}

std::string join_some(const std::vector<std::string>& texts) {
  std::string joined;
  for (std::size_t i = 0; i < texts.size() && i < kShown; ++i)
    joined += (i == 0 ? "" : ", ") + texts[i];
  if (texts.size() > kShown) joined += " and " + std::to_string(texts.size() - kShown) + " more";
  return joined;
}

const std::string& label(const Node& node) { return node.name.empty() ? node.uuid : node.name; }

}  // namespace rollmill::agent
