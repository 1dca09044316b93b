#include "drivers/service/sd_bus_library.h"

#include <dlfcn.h>

#include <string>

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr char kName[] = "libsystemd.so.0";

template <typename Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

bool find_all(void* library, SdBusLibrary& found) {
  return find(library, "sd_bus_open_system", found.open_system) &&
         find(library, "sd_bus_new", found.make) &&
         find(library, "sd_bus_set_address", found.set_address) &&
         find(library, "sd_bus_start", found.start) &&
         find(library, "sd_bus_flush_close_unref", found.close) &&
         find(library, "sd_bus_call_method", found.call_method) &&
         find(library, "sd_bus_message_read", found.message_read) &&
         find(library, "sd_bus_message_unref", found.message_unref) &&
         find(library, "sd_bus_get_property_string", found.get_string) &&
         find(library, "sd_bus_get_property_trivial", found.get_trivial) &&
         find(library, "sd_bus_add_match", found.add_match) &&
         find(library, "sd_bus_process", found.process) &&
         find(library, "sd_bus_wait", found.wait) &&
         find(library, "sd_bus_error_free", found.error_free);
}

Result<SdBusLibrary> open_library() {
  void* const library = dlopen(kName, RTLD_NOW | RTLD_LOCAL);
  SdBusLibrary found;
  if (library != nullptr && find_all(library, found)) return found;
  const char* const reason = dlerror();
  return Error{ErrorCode::Unavailable,
               std::string("systemd's library ") + kName +
                   " cannot be used: " + (reason != nullptr ? reason : "a function is missing") +
                   ". Choose the service driver sysv or script on a host without systemd"};
}

}  // namespace

Result<const SdBusLibrary*> load_sd_bus() {
  static const Result<SdBusLibrary> kLoaded = open_library();
  if (!kLoaded) return kLoaded.error();
  return &*kLoaded;
}

}  // namespace rollmill::drivers
