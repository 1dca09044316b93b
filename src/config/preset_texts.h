#pragma once

/// The presets of agent files, as the JSON an operator would write (docs/formats/files.md).
namespace rollmill::config {

/// Debian's packages of Ironic under systemd.
extern const char* const kDebianSystemdPreset;
/// The same under init scripts.
extern const char* const kDebianSysvPreset;
/// The stand-in services of the demo; wants the variables "bin" and "world".
extern const char* const kDemoPreset;

}  // namespace rollmill::config
