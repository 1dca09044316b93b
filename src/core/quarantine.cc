#include "core/quarantine.h"

#include "core/navigation.h"

namespace rollmill::core {

std::string name_quarantined(const Upgrade& upgrade) {
  std::string names;
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < upgrade.hosts.size(); ++i) {
    if (!upgrade.hosts[i].quarantine) continue;
    names += (count++ == 0 ? "" : ", ") + host_name(upgrade, {i});
  }
  if (count == 0) return "";
  return names + (count == 1 ? ", which is in quarantine" : ", which are in quarantine");
}

}  // namespace rollmill::core
