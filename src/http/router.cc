#include "http/router.h"

#include <algorithm>
#include <utility>

#include "codec/json/writer.h"
#include "codec/view_json.h"
#include "http/metrics.h"

namespace rollmill::http {
namespace {

constexpr const char* kJson = "application/json";
constexpr std::string_view kUpgrades = "/api/v1/upgrades/";

int status_of(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::InvalidArgument:
      return 400;
    case base::ErrorCode::PermissionDenied:
      return 403;
    case base::ErrorCode::NotFound:
      return 404;
    case base::ErrorCode::AlreadyExists:
    case base::ErrorCode::FailedPrecondition:
    case base::ErrorCode::Aborted:
      return 409;
    case base::ErrorCode::Unavailable:
    case base::ErrorCode::DeadlineExceeded:
      return 503;
    case base::ErrorCode::DataLoss:
    case base::ErrorCode::Internal:
      return 500;
  }
  return 500;
}

/// Answers with the JSON of what the loop replies.
template <typename T>
ports::Reply<T> as_json(Respond respond) {
  return [respond = std::move(respond)](base::Result<T> reply) {
    if (!reply.ok()) {
      respond(error_response(status_of(reply.error().code), reply.error().message));
      return;
    }
    respond({200, kJson, codec::to_json(*reply) + "\n", ""});
  };
}

bool is_id(const std::string& text) {
  const auto allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  };
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), allowed);
}

bool has_word(const std::string& query, const std::string& word) {
  return ("&" + query + "&").find("&" + word + "&") != std::string::npos;
}

}  // namespace

void Router::handle(const Request& request, Respond respond) const {
  if (request.method != "GET" && request.method != "HEAD") {
    Response refused = error_response(405, "this endpoint is read-only; use GET");
    refused.allow = "GET, HEAD";
    respond(std::move(refused));
    return;
  }
  const std::size_t mark = request.target.find('?');
  const std::string path = request.target.substr(0, mark);
  const std::string query = mark == std::string::npos ? "" : request.target.substr(mark + 1);
  if (path == "/metrics") return metrics(respond);
  if (path == "/livez") return alive(respond);
  if (path == "/readyz") return ready(has_word(query, "verbose"), respond);
  if (path == "/version") return version(respond);
  if (path == "/api/v1/upgrades") return upgrades(respond);
  if (path == "/api/v1/hosts") return hosts(respond);
  if (path.starts_with(kUpgrades) && is_id(path.substr(kUpgrades.size()))) {
    return upgrade(path.substr(kUpgrades.size()), has_word(query, "steps"), respond);
  }
  respond(
      error_response(404,
                     "there is no such page; known are /metrics, /livez, /readyz, "
                     "/version, /api/v1/upgrades, /api/v1/upgrades/{id or latest}, /api/v1/hosts"));
}

void Router::metrics(const Respond& respond) const {
  // A late reply must not need this router, which may be gone by then.
  control_.info([control = &control_, version = version_,
                 respond](const base::Result<ports::ControllerInfo>& info) {
    if (!info.ok()) {
      respond(error_response(status_of(info.error().code), info.error().message));
      return;
    }
    control->get({}, core::Detail::Summary,
                 [version, respond, info = *info](const base::Result<core::UpgradeView>& view) {
                   respond({200, "text/plain; version=0.0.4; charset=utf-8",
                            print_metrics(version, info, view.ok() ? &*view : nullptr), ""});
                 });
  });
}

void Router::alive(const Respond& respond) const {
  // The loop must answer; a timer of this thread would prove nothing.
  control_.info([respond](const base::Result<ports::ControllerInfo>&) {
    respond({200, "text/plain; charset=utf-8", "ok\n", ""});
  });
}

void Router::ready(bool verbose, const Respond& respond) const {
  control_.info([respond, verbose](const base::Result<ports::ControllerInfo>& info) {
    const bool is_ready = info.ok() && info->ready;
    std::string body = is_ready ? "ok\n" : "not ready\n";
    if (verbose) {
      body = std::string("[+]loop ok\n") +
             (is_ready ? "[+]journal ok\nready\n" : "[-]journal is being replayed\nnot ready\n");
    }
    respond({is_ready ? 200 : 503, "text/plain; charset=utf-8", std::move(body), ""});
  });
}

void Router::version(const Respond& respond) const {
  codec::JsonWriter writer;
  writer.begin_object();
  writer.key("version");
  writer.string(version_);
  writer.end_object();
  respond({200, kJson, writer.take() + "\n", ""});
}

void Router::upgrades(const Respond& respond) const {
  control_.list(as_json<std::vector<core::UpgradeView>>(respond));
}

void Router::upgrade(const std::string& id, bool steps, const Respond& respond) const {
  const base::UpgradeId asked{id == "latest" ? "" : id};
  control_.get(asked, steps ? core::Detail::Steps : core::Detail::Summary,
               as_json<core::UpgradeView>(respond));
}

void Router::hosts(const Respond& respond) const {
  control_.hosts(as_json<std::vector<ports::FleetHostView>>(respond));
}

Response error_response(int status, const std::string& message) {
  codec::JsonWriter writer;
  writer.begin_object();
  writer.key("error");
  writer.begin_object();
  writer.key("status");
  writer.integer(status);
  writer.key("message");
  writer.string(message);
  writer.end_object();
  writer.end_object();
  return {status, kJson, writer.take() + "\n", ""};
}

}  // namespace rollmill::http
