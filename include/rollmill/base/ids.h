#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace rollmill::base {

/// A name of one kind; two kinds of name never mix by accident.
template <typename Tag>
struct Name {
  std::string text;
  auto operator<=>(const Name&) const = default;
  bool empty() const { return text.empty(); }
};

/// A position in one list of a plan; two lists never mix by accident.
template <typename Tag>
struct Index {
  std::uint32_t value = 0;
  auto operator<=>(const Index&) const = default;
};

using FleetId = Name<struct FleetTag>;
using HostName = Name<struct HostTag>;      ///< Unique in a fleet; also the agent's identity.
using UpgradeId = Name<struct UpgradeTag>;  ///< The `{id}` of the resource name `upgrades/{id}`.
using PlanId = Name<struct PlanTag>;        ///< Hash of everything the plan was made from.

using HostIndex = Index<struct HostTag>;
using ServiceIndex = Index<struct ServiceTag>;
using PhaseIndex = Index<struct PhaseTag>;
using WaveIndex = Index<struct WaveTag>;
using TurnIndex = Index<struct TurnTag>;
using StepIndex = Index<struct StepTag>;

/// The controller's term. Agents refuse tasks of a lower one. Grows by one with each start.
using Epoch = std::uint64_t;
/// Position of a fact in the journal, from 1, without gaps.
using Sequence = std::uint64_t;

}  // namespace rollmill::base

template <typename Tag>
struct std::hash<rollmill::base::Name<Tag>> {
  std::size_t operator()(const rollmill::base::Name<Tag>& name) const noexcept {
    return std::hash<std::string>{}(name.text);
  }
};
