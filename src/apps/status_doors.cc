#include "apps/status_doors.h"

namespace rollmill::apps {
struct StatusDoors::Parts {};
StatusDoors::StatusDoors(const config::ControllerConfig&, ports::Control&, LogLine) {}
StatusDoors::~StatusDoors() = default;
base::Status StatusDoors::start() { return base::success(); }
void StatusDoors::stop() {}
}  // namespace rollmill::apps
