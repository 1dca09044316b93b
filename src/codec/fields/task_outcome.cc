#include <array>
#include <variant>

#include "codec/fields/task_fields.h"

namespace rollmill::codec {
namespace {

/// In the order of the variant's alternatives.
constexpr std::array<const char*, std::variant_size_v<core::TaskOutcome>> kKinds = {
    "accepted", "waiting", "succeeded", "failed", "refused"};

template <std::size_t kIndex = 0>
bool read_kind(const std::string& kind, JsonValue value, const JsonPlace& place,
               core::TaskOutcome& into) {
  if constexpr (kIndex < kKinds.size()) {
    if (kind != kKinds[kIndex]) return read_kind<kIndex + 1>(kind, value, place, into);
    read_value(value, place, into.emplace<kIndex>());
    return true;
  } else {
    return false;
  }
}

}  // namespace

void write_value(JsonWriter& out, const core::TaskOutcome& outcome) {
  out.begin_object();
  FieldWriter visit{out};
  visit("kind", std::string{kKinds.at(outcome.index())});
  std::visit([&](const auto& alternative) { visit_fields(visit, alternative); }, outcome);
  out.end_object();
}

void read_value(JsonValue value, const JsonPlace& place, core::TaskOutcome& into) {
  std::string kind;
  FieldReader{value, place}("kind", kind);
  if (!read_kind(kind, value, place, into)) {
    place.fail("must have a kind of outcome: accepted, waiting, succeeded, failed or refused");
  }
}

}  // namespace rollmill::codec
