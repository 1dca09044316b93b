#pragma once

#include <string>
#include <vector>

#include "rollmill/base/result.h"
#include "rollmill/ports/ironic_api.h"

/// Ironic's JSON, read strictly: a body that is not of the expected shape is DataLoss, whatever
/// the status code was (35.0 as packaged answers 200 "OK" on every path once its health check is
/// enabled). Unknown members are ignored. Pure. THREAD: any.
namespace rollmill::drivers {

/// A page of a list: `last` is the marker for the next page when `more`.
template <typename Item>
struct Page {
  std::vector<Item> items;
  bool more = false;
  std::string last;
};

base::Result<ports::IronicApi::Versions> read_root(const std::string& body);
base::Result<Page<ports::IronicApi::Conductor>> read_conductors(const std::string& body);
base::Result<Page<ports::IronicApi::Node>> read_nodes(const std::string& body);
/// A list of nodes, of whatever fields.
base::Status check_node_list(const std::string& body);
/// `GET /v1/nodes/X/validate`: interfaces, each with a result.
base::Status check_validation(const std::string& body);
/// Any JSON object (driver properties).
base::Status check_object(const std::string& body);
/// The document of `/v1`.
base::Status check_v1(const std::string& body);

/// What an error's body says: Ironic wraps it as JSON in JSON. The body itself, shortened, else.
std::string read_fault(const std::string& body);

}  // namespace rollmill::drivers
