#pragma once

#include <string>

#include "rollmill/core/plan.h"
#include "rollmill/core/policy.h"
#include "rollmill/core/task.h"

/// The words of each enumeration, as stored. `enum_value` leaves `into` alone and returns false
/// for a word it does not know.
namespace rollmill::codec {

const char* enum_text(core::Verb value);
bool enum_value(const std::string& text, core::Verb& into);

const char* enum_text(core::Verdict value);
bool enum_value(const std::string& text, core::Verdict& into);

const char* enum_text(core::PhaseKind value);
bool enum_value(const std::string& text, core::PhaseKind& into);

const char* enum_text(core::Direction value);
bool enum_value(const std::string& text, core::Direction& into);

const char* enum_text(core::OnFailure value);  ///< "pause", "rollback"
bool enum_value(const std::string& text, core::OnFailure& into);

const char* enum_text(core::BusyPolicy value);  ///< "fail", "go-on"
bool enum_value(const std::string& text, core::BusyPolicy& into);

}  // namespace rollmill::codec
