#include "codec/json/enums.h"

#include <initializer_list>
#include <optional>

namespace rollmill::codec {
namespace {

template <typename Enum>
bool pick(std::initializer_list<Enum> all, const std::string& text, Enum& into) {
  for (const Enum value : all) {
    if (text != enum_text(value)) continue;
    into = value;
    return true;
  }
  return false;
}

template <typename Enum>
bool take(const std::optional<Enum>& found, Enum& into) {
  if (found) into = *found;
  return found.has_value();
}

}  // namespace

const char* enum_text(core::Verb value) { return core::to_string(value); }
const char* enum_text(core::Verdict value) { return core::to_string(value); }
const char* enum_text(core::PhaseKind value) { return core::to_string(value); }

const char* enum_text(core::Direction value) { return core::to_string(value); }

const char* enum_text(core::OnFailure value) {
  switch (value) {
    case core::OnFailure::Pause:
      return "pause";
    case core::OnFailure::Rollback:
      return "rollback";
  }
  return "pause";
}

const char* enum_text(core::BusyPolicy value) {
  switch (value) {
    case core::BusyPolicy::Fail:
      return "fail";
    case core::BusyPolicy::GoOn:
      return "go-on";
  }
  return "fail";
}

bool enum_value(const std::string& text, core::Verb& into) {
  return take(core::parse_verb(text), into);
}
bool enum_value(const std::string& text, core::Verdict& into) {
  return pick({core::Verdict::Ok, core::Verdict::Warning, core::Verdict::Failed}, text, into);
}
bool enum_value(const std::string& text, core::PhaseKind& into) {
  return take(core::parse_phase(text), into);
}
bool enum_value(const std::string& text, core::Direction& into) {
  return pick({core::Direction::Forward, core::Direction::Back}, text, into);
}
bool enum_value(const std::string& text, core::OnFailure& into) {
  return pick({core::OnFailure::Pause, core::OnFailure::Rollback}, text, into);
}
bool enum_value(const std::string& text, core::BusyPolicy& into) {
  return pick({core::BusyPolicy::Fail, core::BusyPolicy::GoOn}, text, into);
}

}  // namespace rollmill::codec
