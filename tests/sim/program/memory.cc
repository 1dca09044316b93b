// The simulator's memory: blocks of a few sizes, each kept in a list of its own and given out again
// at once. A run makes and forgets millions of small things; with the lists it takes a third less
// time. Replaces the global operators of the program rollmill-sim only.
//
// Blocks have no header: all small ones lie in one region of addresses, in spans of one size each,
// so the address alone tells the size.
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t kStep = 16;
constexpr std::size_t kLargest = 1024;  ///< Larger blocks are malloc's.
constexpr std::size_t kSpan = 1UL << 16U;
constexpr std::size_t kSpans = 1UL << 19U;  ///< Addresses only: 32 GiB; what is used costs memory.

struct Block {
  Block* next;
};
using Place = std::uint8_t;  ///< The size of a block in steps.

char* reserve() {
  void* region = mmap(nullptr, kSpan * kSpans, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (region == MAP_FAILED) std::abort();
  return static_cast<char*>(region);
}

char* region() {
  static char* const begin = reserve();
  return begin;
}

std::atomic<std::size_t> spans_used{0};
std::array<Place, kSpans> place_of_span{};
thread_local std::array<Block*, kLargest / kStep + 1> lists{};

/// A new span, cut into blocks that lie in the list in the order of their addresses.
Block* cut_span(std::size_t place) {
  const std::size_t span = spans_used.fetch_add(1);
  if (span >= kSpans) throw std::bad_alloc{};
  place_of_span[span] = static_cast<Place>(place);
  char* const begin = region() + span * kSpan;
  Block* list = nullptr;
  for (std::size_t i = kSpan / (place * kStep); i > 0; --i) {
    auto* block = reinterpret_cast<Block*>(begin + (i - 1) * place * kStep);
    block->next = list;
    list = block;
  }
  return list;
}

void* take(std::size_t size) {
  const std::size_t place = size == 0 ? 1 : (size + kStep - 1) / kStep;
  if (place >= lists.size()) {
    void* block = std::malloc(size);
    if (block == nullptr) throw std::bad_alloc{};
    return block;
  }
  Block* block = lists[place];
  if (block == nullptr) block = cut_span(place);
  lists[place] = block->next;
  return block;
}

void give(void* memory) {
  if (memory == nullptr) return;
  const auto offset = static_cast<std::size_t>(static_cast<char*>(memory) - region());
  if (offset >= kSpan * kSpans) return std::free(memory);  // Also what lies before the region.
  auto* block = static_cast<Block*>(memory);
  const Place place = place_of_span[offset / kSpan];
  block->next = lists[place];
  lists[place] = block;
}

}  // namespace

void* operator new(std::size_t size) { return take(size); }
void operator delete(void* memory) noexcept { give(memory); }
void operator delete(void* memory, std::size_t) noexcept { give(memory); }
