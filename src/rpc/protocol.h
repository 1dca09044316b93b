#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "rollmill/base/result.h"

/// Versions of the agents' protocol (docs/formats/agent_protocol.md) that this program speaks.
namespace rollmill::rpc {

constexpr std::uint32_t kProtocolMin = 1;
constexpr std::uint32_t kProtocolMax = 1;

/// The highest protocol that both sides speak, or what to do when there is none.
inline base::Result<std::uint32_t> agree_protocol(std::uint32_t min, std::uint32_t max) {
  const std::uint32_t both = std::min(max, kProtocolMax);
  if (both >= min && both >= kProtocolMin) return both;
  return base::Error{base::ErrorCode::FailedPrecondition,
                     "the agent speaks protocol " + std::to_string(min) + " to " +
                         std::to_string(max) + ", this controller " + std::to_string(kProtocolMin) +
                         " to " + std::to_string(kProtocolMax) +
                         ": bring both to the same version of rollmill"};
}

}  // namespace rollmill::rpc
