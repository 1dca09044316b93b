#include <chrono>
#include <thread>

#include "drivers/drivers.h"

namespace rollmill::drivers {

Pace real_pace() {
  return {
      [] { return std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now()); },
      [](base::Duration duration) { std::this_thread::sleep_for(duration); }};
}

}  // namespace rollmill::drivers
