#include "drivers/api/api_json.h"
#include "fuzz/target.h"

/// Ironic's answers, as each of their readers takes them.
namespace rollmill::fuzz {
namespace {

template <typename T>
void check(const base::Result<T>& read) {
  if (read) return;
  FUZZ_HOLDS(read.error().code == base::ErrorCode::DataLoss);
  FUZZ_HOLDS(!read.error().message.empty());
}

template <typename Item>
void check_page(const base::Result<drivers::Page<Item>>& page) {
  check(page);
  // Without a marker the same page would be asked for again, for ever.
  if (page && page->more) FUZZ_HOLDS(!page->last.empty());
}

}  // namespace

void fuzz_one(const std::string& input) {
  check(drivers::read_root(input));
  check_page(drivers::read_conductors(input));
  check_page(drivers::read_nodes(input));
  check(drivers::check_node_list(input));
  check(drivers::check_validation(input));
  check(drivers::check_object(input));
  check(drivers::check_v1(input));
  FUZZ_HOLDS(drivers::read_fault(input).size() <= 1000);
}

}  // namespace rollmill::fuzz
