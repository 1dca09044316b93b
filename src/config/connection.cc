#include "config/connection.h"

#include <nlohmann/json.hpp>

#include "config/scalars.h"
#include "config/table.h"
#include "config/values.h"
#include "rollmill/base/address.h"

namespace rollmill::config {

const Table& tls_table() {
  static const Table table{"Mutual TLS",
                           {{.name = "ca",
                             .kind = Kind::ExistingPath,
                             .doc = "PEM file of the certificates that sign the other end.",
                             .required = true},
                            {.name = "cert",
                             .kind = Kind::ExistingPath,
                             .doc = "PEM file of our own certificate.",
                             .required = true},
                            {.name = "key",
                             .kind = Kind::ExistingPath,
                             .doc = "PEM file of its private key.",
                             .required = true}}};
  return table;
}

const Table& log_table() {
  static const Table table{"The log",
                           {{.name = "level",
                             .kind = Kind::Choice,
                             .doc = "The least that is logged.",
                             .fallback = "\"info\"",
                             .choices = {"trace", "debug", "info", "warning", "error"}},
                            {.name = "file",
                             .kind = Kind::Path,
                             .doc = "Log file; empty: stderr.",
                             .fallback = "\"\""}}};
  return table;
}

std::optional<TlsConfig> read_tls(const nlohmann::json& file) {
  if (!file.contains("tls")) return std::nullopt;
  const nlohmann::json& tls = file.at("tls");
  return TlsConfig{text(tls, "ca"), text(tls, "cert"), text(tls, "key")};
}

LogConfig read_log(const nlohmann::json& file) {
  return {text(file.at("log"), "level"), text(file.at("log"), "file")};
}

void check_secured(const nlohmann::json& file, const char* address_key, Problems& problems) {
  const bool tls = file.contains("tls");
  const bool insecure = boolean(file, "insecure");
  if (tls && insecure) {
    problems.add("/insecure", "\"tls\" is given and \"insecure\" is true; take one of them out");
  }
  const auto address = base::parse_address(text(file, address_key));
  if (!address || tls || insecure || base::is_loopback(address->host)) return;
  problems.add(join_pointer("", address_key),
               text(file, address_key) +
                   " is not a loopback address and there is no \"tls\"; add \"tls\": {\"ca\", "
                   "\"cert\", \"key\"}, or \"insecure\": true to send everything in plain text");
}

}  // namespace rollmill::config
