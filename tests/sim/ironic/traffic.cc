#include "sim/ironic/traffic.h"

#include <algorithm>

#include "sim/ironic/tools.h"

namespace rollmill::sim {
namespace {

constexpr std::uint32_t kProvisionPermille = 250;

}  // namespace

Traffic::Traffic(Site& site)
    : site_(site), random_(site.random.fork("traffic")), last_good_(site.time.now()) {
  if (site_.layout.traffic) plan();
}

void Traffic::plan() {
  const std::int64_t usual = site_.layout.traffic_every.count();
  const base::Duration wait{random_.between(usual / 2, usual * 3 / 2)};
  site_.time.after(wait, [this] {
    round();
    plan();
  });
}

Refusal Traffic::list(Random& random) const {
  const Daemon* api = pick_api(site_, random);
  return api == nullptr ? Refusal::Silent : site_.ironic.list(*api);
}

void Traffic::count_list(Refusal refusal) {
  ++count_.sent;
  ++count_.lists;
  if (refusal != Refusal::None) {
    ++count_.failed;
    ++count_.lists_failed;
    count_.last_error = refusal_error(refusal).message;
    failing_ = true;
    return;
  }
  if (failing_) count_.longest_gap = std::max(count_.longest_gap, site_.time.now() - last_good_);
  failing_ = false;
  last_good_ = site_.time.now();
}

void Traffic::count_other(Refusal refusal) {
  ++count_.sent;
  count_.failed += refusal == Refusal::None ? 0 : 1;
}

void Traffic::round() {
  count_list(list(random_));
  const Daemon* api = pick_api(site_, random_);
  if (api == nullptr || site_.ironic.nodes.empty()) return;
  auto& nodes = site_.ironic.nodes;
  count_other(site_.ironic.patch(*api, nodes[random_.below(nodes.size())]));
  count_other(site_.ironic.power(*api, nodes[random_.below(nodes.size())]));
  if (!random_.chance(kProvisionPermille)) return;
  const base::Duration takes{random_.between(5000, 90000)};
  Node& node = nodes[random_.below(nodes.size())];
  if (site_.layout.rough_clients || site_.ironic.call(*api, node, Call::Act) == Refusal::None)
    count_other(site_.ironic.provision(*api, node, takes));
}

}  // namespace rollmill::sim
