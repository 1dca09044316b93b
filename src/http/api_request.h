#pragma once

#include <functional>
#include <string>

#include "rollmill/base/time.h"

namespace rollmill::http {

/// One GET of the API that must bring a JSON object with a list of a given name.
struct ApiRequest {
  std::string host;
  std::string port;
  std::string target;        ///< "/v1/nodes?limit=1"
  std::string list;          ///< "nodes"
  std::string microversion;  ///< Empty: the header is not sent.
  std::string token;         ///< Empty: the header is not sent.
};

/// Asks on a connection of its own and checks the answer: empty when it is as it should be, else
/// what is wrong. Gives up ("stopped") soon after `stopping` has become true. Blocks.
std::string ask_api(const ApiRequest& request, base::Duration timeout,
                    const std::function<bool()>& stopping);

}  // namespace rollmill::http
