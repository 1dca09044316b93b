#include "config/table.h"

namespace rollmill::config {
namespace {

Field deadline(const char* name, const char* fallback, const char* doc) {
  return {.name = name, .kind = Kind::Time, .doc = doc, .fallback = fallback};
}

const Table& deadlines_table() {
  static const Table table{
      "Longest time of one step of each kind",
      {deadline("inspect", "\"5m\"", "Reading what a host is."),
       deadline("stage", "\"15m\"", "Fetching the new release."),
       deadline("install", "\"15m\"", "Installing it."),
       deadline("schema", "\"2h\"", "Expand and status checks."),
       deadline("migrate", "\"12h\"", "The whole of contract."),
       deadline("configure", "\"2m\"", "Writing or removing our drop-in."),
       deadline("quiet", "\"30m\"", "Waiting for the work of a service before its stop."),
       deadline("stop", "\"5m\"", "Stopping a service, its whole process tree gone."),
       deadline("start", "\"5m\"", "Starting a service."),
       deadline("probe", "\"5m\"", "Proving that a service does its work."),
       deadline("agent_lost", "\"10m\"", "Waiting for an agent that is away."),
       deadline("approval", "\"7d\"", "Waiting for an approval at a gate.")}};
  return table;
}

const Table& budget_table() {
  static const Table table{"The budget of one role, in each domain",
                           {{.name = "max_unavailable",
                             .kind = Kind::Count,
                             .doc = "Services that may be down by our hand at once.",
                             .fallback = "1",
                             .least = 1},
                            {.name = "min_available",
                             .kind = Kind::Count,
                             .doc = "Services that must stay up; 0 accepts an outage of the role.",
                             .fallback = "1"}}};
  return table;
}

Field number(const char* name, const char* fallback, std::int64_t least, std::int64_t most,
             const char* doc) {
  return {.name = name,
          .kind = Kind::Count,
          .doc = doc,
          .fallback = fallback,
          .least = least,
          .most = most};
}

constexpr std::int64_t kMany = 100'000;

}  // namespace

const Table& policy_table() {
  static const Table table{
      "A policy: how careful an upgrade is",
      {{.name = "budgets",
        .kind = Kind::ObjectMap,
        .doc = "By role; a role that is absent has 1 and 1.",
        .fallback = "{}",
        .table = &budget_table()},
       number("canary", "1", 0, kMany, "Services in the first wave of a role; 0: no canary."),
       number("max_wave", "0", 0, kMany, "Largest wave; 0: as many as are left."),
       deadline("soak", "\"10s\"", "Watch after each wave."),
       number("max_attempts", "2", 1, 10, "Tries of one step, the first included."),
       deadline("retry_delay", "\"5s\"", "Rest before the next try."),
       number("failures_tolerated", "0", 0, kMany, "Failed services in the whole upgrade."),
       number("failures_tolerated_domain", "0", 0, kMany,
              "Failed services in one role and domain."),
       {.name = "busy",
        .kind = Kind::Choice,
        .doc = "When a conductor is still busy at its deadline: fail the step, or stop it all the "
               "same and name the nodes.",
        .fallback = "\"fail\"",
        .choices = {"fail", "go-on"}},
       {.name = "on_failure",
        .kind = Kind::Choice,
        .doc =
            "When more services failed than is tolerated: pause, or go back to the old release "
            "at once. That is for pin, conductors and api; in other phases, and on the way back, "
            "it always pauses.",
        .fallback = "\"pause\"",
        .choices = {"pause", "rollback"}},
       {.name = "deadlines",
        .kind = Kind::Object,
        .doc = "Longest time of one step of each kind.",
        .fallback = "{}",
        .table = &deadlines_table()},
       deadline("window_drain", "\"15m\"", "Drain time of the services while the upgrade runs."),
       deadline("window_heartbeat", "\"10m\"", "Heartbeat timeout while the upgrade runs."),
       number("migrate_batch", "1000", 1, 1'000'000, "Rows of one batch of contract."),
       deadline("migrate_pause", "\"1s\"", "Rest between two batches."),
       {.name = "allow_unsupported_hop",
        .kind = Kind::Boolean,
        .doc = "Go between releases although the project does not support the hop.",
        .fallback = "false"},
       {.name = "waived_checks",
        .kind = Kind::TextMap,
        .doc = "Checks that may fail: id and the reason why.",
        .fallback = "{}"},
       {.name = "backup_reference",
        .kind = Kind::Text,
        .doc = "What you attest as the backup of the database.",
        .fallback = "\"\""},
       deadline("max_clock_skew", "\"5s\"", "Difference of clocks between hosts.")}};
  return table;
}

}  // namespace rollmill::config
