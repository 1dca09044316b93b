#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <optional>
#include <string>
#include <string_view>

#include "rollmill/base/ids.h"
#include "rollmill/base/result.h"
#include "rollmill/base/time.h"
#include "rollmill/core/release.h"

/// The small change of the wire. Only the files of this folder know both worlds, core and protobuf.
/// `encode` cannot fail. `decode` of what a peer decides gives a Result; a view, which is only ever
/// shown, decodes to the nearest thing that can be shown. THREAD: any.
namespace rollmill::rpc {

/// Absent on the wire means the Unix epoch here, our "never".
inline bool is_set(base::TimePoint time) { return time != base::TimePoint{}; }
void encode(base::TimePoint time, google::protobuf::Timestamp* out);
base::TimePoint decode(const google::protobuf::Timestamp& time);
void encode(base::Duration duration, google::protobuf::Duration* out);
base::Duration decode(const google::protobuf::Duration& duration);

/// The text with every byte that is not UTF-8 replaced by '?': protobuf refuses a whole message for
/// one such byte, and the output of tools has them.
std::string clean(std::string text);

/// "running" -> "HOST_STATE_RUNNING" with the prefix "HOST_STATE_".
std::string enum_name(std::string_view prefix, std::string_view text);
/// The reverse; empty for the unspecified value.
std::string enum_text(std::string_view prefix, std::string_view name);

/// Value of the generated enum `Enum` whose name is prefix and text; zero when there is none.
template <typename Enum, typename Parse>
Enum enum_of(Parse parse, std::string_view prefix, std::string_view text) {
  Enum value = static_cast<Enum>(0);
  if (!parse(enum_name(prefix, text), &value)) return static_cast<Enum>(0);
  return value;
}

/// MAJOR.MINOR; `field` names the place in the error.
base::Result<core::ReleaseNumber> decode_release(const std::string& text, const char* field);

/// "upgrades/{id}".
std::string upgrade_name(const base::UpgradeId& id);
/// The id; empty for "", "upgrades/latest" and "upgrades/-". An error for other text.
base::Result<base::UpgradeId> decode_upgrade_name(const std::string& name);

}  // namespace rollmill::rpc
