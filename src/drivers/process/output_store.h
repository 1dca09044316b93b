#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "drivers/support/files.h"
#include "rollmill/base/result.h"

/// What a command prints, kept in a folder as files NAME.OFFSET: the first segment and the last
/// ones stay, those between are dropped. Readable while it is written.
namespace rollmill::drivers {

inline constexpr std::uint64_t kSegmentBytes = 128U << 10U;
inline constexpr std::size_t kLastSegments = 4;  ///< Kept besides the first one.

/// Appends to one stream of output. Failures to write lose output, never the command.
class OutputWriter {
 public:
  /// Goes on behind what is there already.
  OutputWriter(std::string folder, std::string name);
  void append(std::string_view bytes);
  /// Makes what was appended survive a power loss.
  void sync();

 private:
  void open_segment();

  std::string folder_;
  std::string name_;
  std::deque<std::uint64_t> starts_;
  std::uint64_t end_ = 0;
  Fd current_;
};

/// The next text from `offset`, at most `limit` bytes; `offset` moves behind it. Says so where
/// output was dropped. Empty when there is no more.
std::string read_output(const std::string& folder, const std::string& name, std::uint64_t& offset,
                        std::size_t limit);
/// The last `limit` bytes that are kept in one piece.
std::string last_output(const std::string& folder, const std::string& name, std::size_t limit);

}  // namespace rollmill::drivers
