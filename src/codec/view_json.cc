#include "codec/view_json.h"

#include "codec/fields/view_fields.h"

namespace rollmill::codec {

std::string to_json(const core::UpgradeView& view, JsonStyle style) {
  return write_json(view, style);
}
std::string to_json(const std::vector<core::UpgradeView>& views, JsonStyle style) {
  return write_json(views, style);
}
std::string to_json(const core::EventView& view, JsonStyle style) {
  return write_json(view, style);
}
std::string to_json(const std::vector<core::EventView>& views, JsonStyle style) {
  return write_json(views, style);
}
std::string to_json(const ports::FleetHostView& view, JsonStyle style) {
  return write_json(view, style);
}
std::string to_json(const std::vector<ports::FleetHostView>& views, JsonStyle style) {
  return write_json(views, style);
}
std::string to_json(const ports::ControllerInfo& info, JsonStyle style) {
  return write_json(info, style);
}

}  // namespace rollmill::codec
