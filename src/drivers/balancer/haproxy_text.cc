#include "drivers/balancer/haproxy_text.h"

#include <algorithm>
#include <charconv>

#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using Row = std::vector<std::string>;

std::uint32_t to_count(const std::string& word) {
  std::uint32_t count = 0;
  std::from_chars(word.data(), word.data() + word.size(), count);
  return count;
}

// Position of a column in a head line such as "# pxname,svname,...".
std::optional<std::size_t> column(const Row& head, const std::string& name) {
  const auto found = std::find(head.begin(), head.end(), name);
  if (found == head.end()) return std::nullopt;
  return static_cast<std::size_t>(found - head.begin());
}

Error no_server(const std::string& backend, const std::string& server) {
  return {ErrorCode::NotFound, "HAProxy has no server " + backend + "/" + server +
                                   ": compare `backend` and `server` in the agent file"};
}

Error strange(const std::string& answer) {
  return {ErrorCode::DataLoss, "HAProxy's answer is not understood: " + tail_of(answer, 200)};
}

// "UP" and "UP 1/2" (about to be seen as down) get requests; "no check" is always served.
bool is_serving(const std::string& status) {
  return status == "UP" || status.rfind("UP ", 0) == 0 || status == "no check";
}

}  // namespace

base::Result<HaproxyServer> read_stat(const std::string& answer, const std::string& backend,
                                      const std::string& server) {
  const std::vector<std::string> lines = split_lines(answer);
  if (lines.empty() || lines[0].rfind("# ", 0) != 0) return strange(answer);
  const Row head = split(std::string_view(lines[0]).substr(2), ',');
  const auto proxy_at = column(head, "pxname");
  const auto server_at = column(head, "svname");
  const auto queue_at = column(head, "qcur");
  const auto sessions_at = column(head, "scur");
  const auto status_at = column(head, "status");
  if (!proxy_at || !server_at || !queue_at || !sessions_at || !status_at) return strange(lines[0]);
  const std::size_t needed = std::max({*proxy_at, *server_at, *queue_at, *sessions_at, *status_at});
  for (const std::string& line : lines) {
    const Row row = split(line, ',');
    if (row.size() <= needed || row[*proxy_at] != backend || row[*server_at] != server) continue;
    const std::string& status = row[*status_at];
    return HaproxyServer{status, to_count(row[*queue_at]) + to_count(row[*sessions_at]),
                         is_serving(status)};
  }
  return no_server(backend, server);
}

base::Result<bool> read_taken_out(const std::string& answer, const std::string& backend,
                                  const std::string& server) {
  constexpr std::uint32_t kForcedMaintenance = 0x01;
  constexpr std::uint32_t kForcedDrain = 0x08;
  for (const std::string& line : split_lines(answer)) {
    // "3 apis 2 api2 10.99.0.22 2 8 ...": backend, server, address, operation and admin state.
    const Row row = split_words(line);
    if (row.size() < 7 || row[0] == "#" || row[1] != backend || row[3] != server) continue;
    return (to_count(row[6]) & (kForcedMaintenance | kForcedDrain)) != 0;
  }
  if (!contains(answer, "srv_admin_state")) return strange(answer);
  return no_server(backend, server);
}

std::string read_complaint(const std::string& answer) { return trim(answer); }

}  // namespace rollmill::drivers
