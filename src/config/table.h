#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rollmill::config {

struct Table;

/// What a value may be.
enum class Kind {
  Text,
  Path,          ///< A relative one starts at the folder of the file.
  ExistingPath,  ///< As Path; something must be there when the file is read.
  Address,       ///< "host:port"
  Endpoint,      ///< "host:port", or the path of a Unix socket.
  Url,           ///< "http://host[:port]", without a path.
  Boolean,
  Count,
  Time,  ///< A duration: "10s".
  Choice,
  Words,    ///< List of texts.
  Command,  ///< Words of a command line, an absolute program first; or nothing.
  Urls,     ///< List of Url.
  TextMap,  ///< Object of texts under free keys.
  Object,
  ObjectMap,  ///< Objects under free keys.
  Objects,    ///< List of objects.
  Named,      ///< List of objects; a bare text stands for an object with that name.
};

/// One key of an object: the one place from which parser, suggestions, schema and docs come.
struct Field {
  std::string name{};
  Kind kind = Kind::Text;
  std::string doc{};  ///< What it is for, in one sentence; units where it has some.
  bool required = false;
  std::string fallback{};              ///< JSON of the value when absent; empty: stays absent.
  std::vector<std::string> choices{};  ///< Of a Choice.
  std::int64_t least = 0;              ///< Count.
  std::int64_t most = 1'000'000'000;
  const Table* table = nullptr;        ///< Object, ObjectMap, Objects, Named.
  std::vector<std::string> drivers{};  ///< Only with one of these as "driver"; empty: always.
};

/// The keys of an object, in the order people should see them.
struct Table {
  std::string title;  ///< "The controller file"
  std::vector<Field> fields;
};

/// @name The files' tables
/// @{
const Table& fleet_table();
const Table& policy_table();
const Table& controller_table();
const Table& agent_table();
/// @}

/// @name Parts that more than one file has
/// @{
const Table& tls_table();
const Table& log_table();
const Table& service_table();  ///< A service of a host: name, role, domain.
/// @}

}  // namespace rollmill::config
