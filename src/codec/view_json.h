#pragma once

#include <string>
#include <vector>

#include "codec/json/writer.h"
#include "rollmill/core/views.h"
#include "rollmill/ports/control.h"

/// JSON of what people and programs see; the same text from the HTTP pages and from `-o json`.
/// A promise: names never change, fields are only added. Times are "2026-11-22T15:04:05.678Z" or
/// null, durations milliseconds in fields ending in `_ms`. Pure. THREAD: any.
namespace rollmill::codec {

std::string to_json(const core::UpgradeView& view, JsonStyle style = JsonStyle::Compact);
std::string to_json(const std::vector<core::UpgradeView>& views,
                    JsonStyle style = JsonStyle::Compact);
std::string to_json(const core::EventView& view, JsonStyle style = JsonStyle::Compact);
std::string to_json(const std::vector<core::EventView>& views,
                    JsonStyle style = JsonStyle::Compact);
std::string to_json(const ports::FleetHostView& view, JsonStyle style = JsonStyle::Compact);
std::string to_json(const std::vector<ports::FleetHostView>& views,
                    JsonStyle style = JsonStyle::Compact);
std::string to_json(const ports::ControllerInfo& info, JsonStyle style = JsonStyle::Compact);

}  // namespace rollmill::codec
