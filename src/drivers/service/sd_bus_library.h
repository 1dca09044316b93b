#pragma once

#include <cstdint>

#include "rollmill/base/result.h"

/// The few functions of libsystemd's C interface that are used, found at run time: the program must
/// start on hosts without it. Names and types are those of systemd's sd-bus(3).
struct sd_bus;
struct sd_bus_message;
struct sd_bus_slot;
struct sd_bus_error {
  const char* name;
  const char* message;
  int need_free;
};

namespace rollmill::drivers {

struct SdBusLibrary {
  using Handler = int (*)(sd_bus_message*, void*, sd_bus_error*);

  int (*open_system)(sd_bus**) = nullptr;
  int (*make)(sd_bus**) = nullptr;
  int (*set_address)(sd_bus*, const char*) = nullptr;
  int (*start)(sd_bus*) = nullptr;
  sd_bus* (*close)(sd_bus*) = nullptr;
  int (*call_method)(sd_bus*, const char* destination, const char* path, const char* interface,
                     const char* member, sd_bus_error*, sd_bus_message** reply, const char* types,
                     ...) = nullptr;
  int (*message_read)(sd_bus_message*, const char* types, ...) = nullptr;
  sd_bus_message* (*message_unref)(sd_bus_message*) = nullptr;
  int (*get_string)(sd_bus*, const char* destination, const char* path, const char* interface,
                    const char* member, sd_bus_error*, char** value) = nullptr;
  int (*get_trivial)(sd_bus*, const char* destination, const char* path, const char* interface,
                     const char* member, sd_bus_error*, char type, void* value) = nullptr;
  int (*add_match)(sd_bus*, sd_bus_slot**, const char* match, Handler, void*) = nullptr;
  int (*process)(sd_bus*, sd_bus_message**) = nullptr;
  int (*wait)(sd_bus*, std::uint64_t microseconds) = nullptr;
  void (*error_free)(sd_bus_error*) = nullptr;
};

/// Loaded once, kept for good. Unavailable, with the loader's words, where it is not installed.
base::Result<const SdBusLibrary*> load_sd_bus();

}  // namespace rollmill::drivers
