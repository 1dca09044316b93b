#pragma once

#include <functional>
#include <string>

#include "rollmill/ports/control.h"

namespace rollmill::http {

struct Request {
  std::string method;  ///< "GET"
  std::string target;  ///< "/readyz?verbose"
};
struct Response {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
  std::string allow;  ///< Of a 405.
};
using Respond = std::function<void(Response)>;

/// Finds the page that is asked for and fills it from the views. Stateless but for its constants.
class Router {
 public:
  Router(ports::Control& control, std::string version)
      : control_(control), version_(std::move(version)) {}

  /// Calls `respond` once, at once or later on the loop thread. THREAD: any.
  void handle(const Request& request, Respond respond) const;

 private:
  void metrics(const Respond& respond) const;
  void alive(const Respond& respond) const;
  void ready(bool verbose, const Respond& respond) const;
  void version(const Respond& respond) const;
  void upgrades(const Respond& respond) const;
  void upgrade(const std::string& id, bool steps, const Respond& respond) const;
  void hosts(const Respond& respond) const;

  ports::Control& control_;
  const std::string version_;
};

/// {"error": {"status": 503, "message": "..."}}
Response error_response(int status, const std::string& message);

}  // namespace rollmill::http
