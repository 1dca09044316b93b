#pragma once

#include <string>
#include <vector>

#include "rollmill/core/fleet.h"

namespace rollmill::core {

/// One row of Ironic's conductor registry, as an agent read it through the API.
struct RegistryRow {
  std::string hostname;
  std::string group;
  bool alive = false;
  std::vector<std::string> drivers;
  bool operator==(const RegistryRow&) const = default;
};

/// The registry from details["api.conductors"] ("host|group|alive|driver,driver;...") of the host
/// that read it last; empty when nobody could.
std::vector<RegistryRow> read_registry(const FleetFacts& facts);

}  // namespace rollmill::core
