#include "config/presets.h"
#include "config/table.h"

namespace rollmill::config {
namespace {

using Drivers = std::vector<std::string>;

Field driver(std::vector<std::string> choices, const char* doc) {
  return {.name = "driver",
          .kind = Kind::Choice,
          .doc = doc,
          .required = true,
          .choices = std::move(choices)};
}
Field must(const char* name, Kind kind, Drivers drivers, const char* doc) {
  return {.name = name, .kind = kind, .doc = doc, .required = true, .drivers = std::move(drivers)};
}
Field may(const char* name, Kind kind, const char* fallback, Drivers drivers, const char* doc) {
  return {
      .name = name, .kind = kind, .doc = doc, .fallback = fallback, .drivers = std::move(drivers)};
}

const Table& release_table() {
  static const Table table{
      "How releases get onto this host",
      {driver({"apt", "script"}, "apt: Debian packages; script: commands of your own."),
       must("packages", Kind::Words, {"apt"}, "Those that are installed here get one version."),
       must("code_package", Kind::Text, {"apt"},
            "Its version is the release; it holds the table of pins."),
       may("lock_timeout", Kind::Time, "\"60s\"", {"apt"}, "Wait for the lock of dpkg."),
       may("policy_file", Kind::Path, "\"/usr/sbin/policy-rc.d\"", {"apt"},
           "Forbids starts of services while dpkg runs."),
       must("installed", Kind::Command, {"script"}, "Last line: the installed release."),
       must("staged", Kind::Command, {"script"}, "A line `RELEASE DIGEST` for each staged one."),
       must("stage", Kind::Command, {"script"}, "Fetches {release} side by side."),
       must("install", Kind::Command, {"script"}, "Makes {release} the installed one."),
       must("pins", Kind::Command, {"script"}, "JSON list of the pins that {release} accepts."),
       must("changed_file", Kind::Path, {"script"},
            "Its time of change is when the release was last changed."),
       may("side_by_side", Kind::Boolean, "true", {"script"},
           "Staging and installing leave running services undisturbed."),
       may("min_free_mb", Kind::Count, "512", {}, "Disk space that staging needs, MiB.")}};
  return table;
}

const Table& service_driver_table() {
  static const Table table{
      "How services are started and stopped",
      {driver({"systemd", "sysv", "script"},
              "systemd: units; sysv: init scripts; script: commands of your own."),
       may("unit_dir", Kind::Path, "\"/run/systemd/system\"", {"systemd"},
           "Where our drop-in UNIT.d/90-rollmill.conf goes; /run: a reboot takes it away."),
       may("init_dir", Kind::Path, "\"/etc/init.d\"", {"sysv"}, "Where the init scripts are."),
       must("pid_file", Kind::Path, {"sysv", "script"}, "Holds the main pid of {service}."),
       must("start", Kind::Command, {"script"}, "Starts {service}."),
       must("stop", Kind::Command, {"script"}, "Stops {service} within {seconds}."),
       may("stop_limit", Kind::Time, "\"0s\"", {"sysv", "script"},
           "The service manager kills after this; 0s: never.")}};
  return table;
}

const Table& oslo_table() {
  static const Table table{
      "The configuration of the services",
      {driver({"oslo"}, "oslo: INI files of oslo.config."),
       must("file", Kind::Path, {}, "The operator's file; rollmill never writes it."),
       must("dropin_dir", Kind::Path, {}, "Folder of drop-ins, read after the file."),
       may("dropin_name", Kind::Text, "\"90-rollmill.conf\"", {}, "Our one drop-in."),
       may("group", Kind::Text, "\"\"", {},
           "Gets the drop-in, which all may read; empty: the agent's own group.")}};
  return table;
}

const Table& schema_table() {
  const Drivers dbsync = {"dbsync"};
  static const Table table{
      "The schema tools; used on the schema host",
      {driver({"dbsync", "none"}, "dbsync: ironic-dbsync and ironic-status; none: not here."),
       must("dbsync", Kind::Command, dbsync, "Words before a sub-command of ironic-dbsync."),
       must("status", Kind::Command, dbsync, "Words before \"upgrade check\" of ironic-status."),
       may("histogram", Kind::Command, "[]", dbsync,
           "Prints {\"table\": {\"version\": rows}}; empty: a script of ours."),
       may("head", Kind::Command, "[]", dbsync,
           "Last line: head revision of the installed release; empty: a script of ours."),
       may("versions", Kind::Command, "[]", dbsync,
           "Prints {\"table\": \"version\"} that {release} writes; empty: a script of ours."),
       may("database", Kind::Command, "[]", dbsync,
           "Last line: the database server's version, or \"none\"; empty: a script of ours."),
       may("python", Kind::Path, "\"/usr/bin/python3\"", dbsync, "Runs the scripts of ours."),
       may("user", Kind::Text, "\"\"", dbsync, "Runs all of them as; empty: as the agent.")}};
  return table;
}

const Table& balancer_table() {
  Field chosen = driver({"haproxy", "file", "script", "none"},
                        "haproxy: runtime socket; file: healthcheck's disable_by_file; script: "
                        "commands of your own; none: no balancer.");
  chosen.required = false;
  chosen.fallback = "\"none\"";
  static const Table table{
      "How an API is taken out of its load balancer",
      {chosen, must("socket", Kind::Endpoint, {"haproxy"}, "Runtime socket: a path, or host:port."),
       must("backend", Kind::Text, {"haproxy"}, "The backend of the API."),
       may("server", Kind::Text, "\"\"", {"haproxy"}, "This host's server; empty: the host name."),
       must("file", Kind::Path, {"file"}, "Present: the healthcheck says that the API is out."),
       may("settle", Kind::Time, "\"5s\"", {"file"}, "Until the balancer has seen the file."),
       must("state", Kind::Command, {"script"}, "Prints UP, DRAIN, MAINT or DOWN [connections]."),
       must("take_out", Kind::Command, {"script"}, "No new requests for {service}."),
       must("put_in", Kind::Command, {"script"}, "New requests for {service} again.")}};
  return table;
}

const Table& api_table() {
  static const Table table{
      "Where the API answers",
      {may("url", Kind::Url, "\"\"", {}, "This host's own API; empty: none runs here."),
       may("vip", Kind::Url, "\"\"", {}, "The API as clients reach it."),
       may("token_file", Kind::Path, "\"\"", {},
           "File with the X-Auth-Token, read for each task; empty: none is sent."),
       may("timeout", Kind::Time, "\"10s\"", {}, "Of one request.")}};
  return table;
}

Field section(const char* name, const Table& table, const char* fallback) {
  return {.name = name,
          .kind = Kind::Object,
          .doc = table.title + ".",
          .required = *fallback == '\0',
          .fallback = fallback,
          .table = &table};
}

Field preset_field() {
  std::vector<std::string> choices = preset_names();
  choices.insert(choices.begin(), "");
  return {.name = "preset",
          .kind = Kind::Choice,
          .doc = "What this file is laid over; empty: nothing.",
          .fallback = "\"\"",
          .choices = std::move(choices)};
}

}  // namespace

const Table& agent_table() {
  static const Table table{
      "The agent file",
      {must("host", Kind::Text, {}, "This host's name in the fleet file."),
       must("fleet", Kind::Text, {}, "Name of the fleet, as in the fleet file."),
       must("controller", Kind::Address, {}, "Where the controller listens."),
       may("server_name", Kind::Text, "\"\"", {},
           "Name in the controller's certificate; empty: the host part of \"controller\"."),
       {.name = "tls", .kind = Kind::Object, .doc = "Mutual TLS.", .table = &tls_table()},
       may("insecure", Kind::Boolean, "false", {}, "Plain text to a controller beyond loopback."),
       may("state_dir", Kind::Path, "\"/var/lib/rollmill-agent\"", {},
           "Journal and kept output of commands."),
       preset_field(),
       may("variables", Kind::TextMap, "{}", {},
           "Put into every text of file and preset as ${name}; ${host} is there already."),
       {.name = "services",
        .kind = Kind::Named,
        .doc = "Services of the project on this host, as in the fleet file.",
        .fallback = "[]",
        .table = &service_table()},
       may("conductor_name", Kind::Text, "\"\"", {},
           "Name in Ironic's conductor registry; empty: the host name."),
       may("heartbeat_interval", Kind::Time, "\"10s\"", {},
           "[conductor]heartbeat_interval of this deployment."),
       may("poll", Kind::Time, "\"1s\"", {}, "Between two looks at something awaited."),
       may("settle", Kind::Time, "\"2s\"", {},
           "What was started, or put back behind the balancer, must hold so long."),
       section("release", release_table(), ""),
       section("service", service_driver_table(), ""),
       section("config", oslo_table(), ""),
       section("schema", schema_table(), ""),
       section("balancer", balancer_table(), "{}"),
       section("api", api_table(), "{}"),
       section("log", log_table(), "{}")}};
  return table;
}

}  // namespace rollmill::config
