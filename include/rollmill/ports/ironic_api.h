#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rollmill/base/result.h"
#include "rollmill/base/time.h"

namespace rollmill::ports {

/// The part of Ironic's REST API an agent reads. Never believes a status code alone: a 200 that
/// does not hold the JSON it should is an error. All pages are read. THREAD: task.
class IronicApi {
 public:
  virtual ~IronicApi() = default;

  struct Versions {
    std::string minimum;  ///< "1.1"
    std::string maximum;  ///< "1.111"
  };
  struct Conductor {
    std::string hostname;
    std::string group;
    bool alive = false;
    base::TimePoint updated_at{};
    std::vector<std::string> drivers;
  };
  struct Node {
    std::string uuid;
    std::string name;
    std::string provision_state;
    std::string target_power_state;
    std::string reservation;
    std::string conductor;        ///< Whom the API that answered would ask, by its hash ring.
    std::string conductor_group;
    std::string driver;
    std::string inspect_interface;
    std::string last_error;
    base::TimePoint provision_updated_at{};
    bool maintenance = false;
  };

  /// `GET /` of this address: Unavailable when nothing answers, DataLoss when what answers is not
  /// Ironic's JSON (a swallowed API: LP 2151134).
  virtual base::Result<Versions> versions() = 0;
  /// `GET /v1/conductors?detail=true`, microversion 1.49.
  virtual base::Result<std::vector<Conductor>> conductors() = 0;
  /// `GET /v1/nodes?detail=true&include_children=true`; include_children where the API knows it
  /// (1.83). Always all nodes: Ironic applies `?conductor=` to a page that is cut already and then
  /// gives no next one, so that beyond a page the filter hides nodes (ironic/api/controllers/v1/
  /// node.py, _get_nodes_collection and _filter_by_conductor).
  virtual base::Result<std::vector<Node>> nodes() = 0;
  /// `GET /v1/nodes?limit=1`.
  virtual base::Status list_once() = 0;
  /// A read that a conductor must answer: `GET /v1/nodes/{uuid}/validate`.
  virtual base::Status round_trip(const std::string& uuid) = 0;
  /// The same without a node: `GET /v1/drivers/{driver}/properties`. Any conductor of any group
  /// that has the driver may answer (ironic/conductor/rpcapi.py, get_topic_for_driver).
  virtual base::Status driver_round_trip(const std::string& driver) = 0;
  /// Status code of `GET /v1` asked with a microversion: 200, or 406 above the maximum.
  virtual base::Result<int> status_at(const std::string& microversion) = 0;
};

}  // namespace rollmill::ports
