#pragma once

#include <string>
#include <string_view>

namespace rollmill::base {

/// SHA-256 of the bytes, as 64 lower-case hexadecimal digits. Pure. THREAD: any.
std::string sha256_hex(std::string_view bytes);

}  // namespace rollmill::base
