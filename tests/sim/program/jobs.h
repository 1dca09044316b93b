#pragma once

#include <cstdint>
#include <functional>

#include "sim/program/hunt.h"

namespace rollmill::sim {

/// Runs `work` in so many processes side by side and adds up what they came to. A process that dies
/// is a finding: it names the seed that it had noted last.
Totals in_jobs(std::uint32_t jobs, const std::function<Totals(std::uint32_t)>& work);

/// The seed that this process is about to run; cheap.
void note_seed(std::uint64_t seed);

}  // namespace rollmill::sim
