#pragma once

#include <vector>

#include "rollmill/core/fact.h"

namespace rollmill::test {

/// One fact of every kind; every field of each, nested ones too, differs from its default.
std::vector<core::Fact> fact_samples();
core::Plan plan_sample();
core::HostFacts host_facts_sample();
core::TaskArgs task_args_sample();
core::TaskSucceeded task_succeeded_sample();
core::TaskFailed task_failed_sample();

}  // namespace rollmill::test
