#pragma once

#include <string>

#include "rollmill/core/views.h"
#include "rollmill/ports/control.h"

namespace rollmill::http {

/// The page for Prometheus (text format 0.0.4), computed from the views; counters belong to the
/// newest upgrade and begin again with the next. `newest` may be null: no upgrade yet. Pure.
/// Names and labels are a promise (docs/formats/metrics.md).
std::string print_metrics(const std::string& version, const ports::ControllerInfo& info,
                          const core::UpgradeView* newest);

}  // namespace rollmill::http
