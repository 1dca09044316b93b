#include "sim/faults/fault.h"

#include <algorithm>
#include <array>

namespace rollmill::sim {
namespace {

struct KindInfo {
  FaultKind kind;
  const char* name;
  std::uint32_t permille;  ///< How often a seed has it.
  std::uint32_t most;      ///< How many of it at most.
  std::uint32_t variants;
  std::int64_t least_amount;
  std::int64_t most_amount;
};

// clang-format off
constexpr std::array<KindInfo, kFaultKinds> kKinds = {{
    {FaultKind::KillController,    "kill-controller",    450, 4, 2, 0, 0},
    {FaultKind::AppendFails,       "append-fails",       150, 2, 2, 0, 0},
    {FaultKind::SlowDisk,          "slow-disk",          100, 1, 1, 1, 20},
    {FaultKind::FreezeController,  "freeze-controller",  120, 2, 1, 1'000, 300'000},
    {FaultKind::ReplaceController, "replace-controller", 120, 1, 2, 5'000, 600'000},
    {FaultKind::KillAgent,         "kill-agent",         450, 4, 3, 0, 0},
    {FaultKind::KillAgentNow,      "kill-agent-now",     200, 2, 1, 0, 0},
    {FaultKind::AgentAppend,       "agent-append",       200, 2, 4, 0, 0},
    {FaultKind::Reboot,            "reboot",             150, 1, 1, 20'000, 240'000},
    {FaultKind::ClockJump,         "clock-jump",         100, 2, 2, -20'000, 20'000},
    {FaultKind::InstallFails,      "install-fails",      120, 2, 1, 1, 3},
    {FaultKind::InstallCut,        "install-cut",        120, 1, 1, 0, 0},
    {FaultKind::NeverRegisters,    "never-registers",    100, 1, 1, 0, 0},
    {FaultKind::DiesAfterStart,    "dies-after-start",   100, 1, 1, 1, 4},
    {FaultKind::WrongPin,          "wrong-pin",          100, 1, 2, 0, 0},
    {FaultKind::ForeignEdit,       "foreign-edit",       100, 1, 2, 0, 0},
    {FaultKind::FrozenHeartbeat,   "frozen-heartbeat",   100, 1, 1, 0, 0},
    {FaultKind::BusyNode,          "busy-node",          200, 3, 1, 30'000, 3'000'000},
    {FaultKind::DiskFull,          "disk-full",           80, 1, 1, 0, 0},
    {FaultKind::HalfMigration,     "half-migration",      80, 1, 1, 0, 0},
    {FaultKind::LostHost,          "lost-host",           70, 1, 1, 600'000, 2'400'000},
    {FaultKind::Slow,              "slow",               150, 2, 1, 100, 60'000},
    {FaultKind::Twice,             "twice",              150, 2, 1, 50, 500},
    {FaultKind::Overtaken,         "overtaken",          150, 2, 1, 50, 500},
    {FaultKind::Partition,         "partition",          200, 3, 3, 2'000, 1'200'000},
    {FaultKind::Cut,               "cut",                200, 3, 1, 0, 0},
    {FaultKind::SilentBalancer,    "silent-balancer",     80, 1, 1, 5'000, 300'000},
    {FaultKind::SlowApi,           "slow-api",            60, 1, 1, 100, 4'000},
    {FaultKind::SilentDatabase,    "silent-database",    100, 2, 1, 5'000, 300'000},
    {FaultKind::Pause,             "pause",              200, 2, 1, 0, 0},
    {FaultKind::Resume,            "resume",             100, 2, 1, 0, 0},
    {FaultKind::Abort,             "abort",              100, 1, 1, 0, 0},
    {FaultKind::Approve,           "approve",            100, 2, 1, 0, 0},
    {FaultKind::Retry,             "retry",              150, 3, 1, 0, 0},
    {FaultKind::Skip,              "skip",               100, 2, 1, 0, 0},
    {FaultKind::Rollback,          "rollback",           930, 3, 3, 0, 0},
    {FaultKind::SecondOperator,    "second-operator",    100, 2, 2, 0, 0},
    {FaultKind::Quarantine,        "quarantine",         100, 2, 1, 0, 0},
}};
// clang-format on

const KindInfo& info_of(FaultKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

Fault draw_fault(const Random& seed, const FaultDraw& draw, const KindInfo& info,
                 std::uint32_t number) {
  Random random = seed.fork(info.name, number + 1);
  const bool by_effects = info.kind == FaultKind::KillAgent;
  Fault fault;
  fault.kind = info.kind;
  fault.when = static_cast<std::uint32_t>(random.below(by_effects ? draw.effects : draw.appends));
  fault.delay = static_cast<std::uint32_t>(random.chance(500) ? 0 : random.below(8000));
  fault.host = static_cast<std::uint32_t>(random.below(draw.hosts));
  fault.amount = random.between(info.least_amount, info.most_amount);
  fault.variant = static_cast<std::uint32_t>(random.below(info.variants));
  if (info.kind == FaultKind::Rollback && number == 0) {
    // The first of a seed is a way back, asked for while there is one.
    fault.variant = 0;
    fault.when = fault.when * 6 / 10;
  }
  return fault;
}

}  // namespace

const char* to_string(FaultKind kind) { return info_of(kind).name; }

std::optional<FaultKind> parse_fault_kind(const std::string& text) {
  for (const KindInfo& info : kKinds) {
    if (text == info.name) return info.kind;
  }
  return std::nullopt;
}

std::string to_string(const Fault& fault) {
  return std::string(to_string(fault.kind)) + " when=" + std::to_string(fault.when) +
         " delay=" + std::to_string(fault.delay) + " host=" + std::to_string(fault.host) +
         " amount=" + std::to_string(fault.amount) + " variant=" + std::to_string(fault.variant);
}

std::vector<Fault> draw_faults(const Random& seed, const FaultDraw& draw) {
  std::vector<Fault> faults;
  // A calm seed now and then, and one in which everything happens.
  const std::uint64_t mood = seed.fork("mood").below(10);
  for (const FaultKind kind : draw.kinds) {
    const KindInfo& info = info_of(kind);
    Random random = seed.fork(info.name, 0);
    const std::uint32_t often = mood == 0   ? info.permille / 4
                                : mood == 9 ? info.permille * 3 / 2
                                            : info.permille;
    if (!random.chance(kind == FaultKind::Rollback ? info.permille : often)) continue;
    const auto count = static_cast<std::uint32_t>(1 + random.below(info.most));
    for (std::uint32_t i = 0; i < count; ++i) faults.push_back(draw_fault(seed, draw, info, i));
  }
  std::stable_sort(faults.begin(), faults.end(),
                   [](const Fault& one, const Fault& other) { return one.when < other.when; });
  return faults;
}

}  // namespace rollmill::sim
