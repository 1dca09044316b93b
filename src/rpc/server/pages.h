#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <system_error>

#include "rollmill/base/result.h"

/// Pages of lists. THREAD: any.
namespace rollmill::rpc {

constexpr std::int32_t kMaxPage = 1000;

/// Size of a page: as asked for, at most 1000; 0 takes `usual`.
inline base::Result<std::size_t> page_size(std::int32_t asked, std::int32_t usual) {
  if (asked < 0) {
    return base::Error{base::ErrorCode::InvalidArgument,
                       "page_size is " + std::to_string(asked) + ": give 0 to 1000"};
  }
  return static_cast<std::size_t>(std::min(asked == 0 ? usual : asked, kMaxPage));
}

/// Where a page of events starts: behind the token of the page before, or behind `after`.
inline base::Result<std::uint64_t> decode_sequence_token(const std::string& token,
                                                         std::uint64_t after) {
  if (token.empty()) return after;
  std::uint64_t sequence = 0;
  const char* const end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, sequence);
  if (error == std::errc{} && stop == end) return sequence;
  return base::Error{base::ErrorCode::InvalidArgument,
                     "page_token is not one that this list gave: start from the first page"};
}

/// Encodes the page of `all` behind the element that `token` names; `name_of` names an element.
/// Returns the next token, empty at the end. An element that is gone starts over.
template <typename List, typename NameOf, typename Encode>
std::string page_of(const List& all, const std::string& token, std::size_t size, NameOf name_of,
                    Encode encode_one) {
  auto at = all.begin();
  if (!token.empty()) {
    const auto last = std::find_if(all.begin(), all.end(),
                                   [&](const auto& element) { return name_of(element) == token; });
    if (last != all.end()) at = std::next(last);
  }
  std::string last_name;
  for (std::size_t taken = 0; at != all.end() && taken < size; ++at, ++taken) {
    encode_one(*at);
    last_name = name_of(*at);
  }
  return at == all.end() ? std::string() : last_name;
}

}  // namespace rollmill::rpc
