#include <string>

#include "agent/registry.h"
#include "agent/row_versions.h"
#include "agent/verbs/proofs.h"
#include "agent/verbs/verbs.h"

namespace rollmill::agent {
namespace {

/// From here on the schema needs utf8mb4 (IRONIC.md 1): MySQL 8.0 or MariaDB 10.3.
constexpr core::ReleaseNumber kNeedsUtf8mb4{35, 0};
constexpr core::ReleaseNumber kOldestMySql{8, 0};
constexpr core::ReleaseNumber kOldestMariaDb{10, 3};

/// The old release's check says nothing once the new release is installed here, before expand.
void look_at_status_check(Job& job) {
  constexpr const char* kId = "preflight.status-check-old";
  const auto check = job.host.schema->status_check();
  if (!check) return job.note(kId, check.error().message);
  if (check->worst == 0) return job.ok(kId, "ironic-status upgrade check found nothing.");
  if (check->worst == 1) return job.warn(kId, check->summary);
  const auto installed = job.host.release.installed();
  const std::string text = "ironic-status upgrade check ended with " +
                           std::to_string(check->worst) + ": " + check->summary;
  if (installed && installed->number == job.args.to)
    job.warn(kId, text + " (of release " + core::to_string(job.args.to) + ", installed already)");
  else
    job.note(kId, text);
}

/// The migrations of a newer release write what the old one cannot read.
std::string where_to_migrate(const Job& job) {
  const auto installed = job.host.release.installed();
  if (!installed || installed->number == job.args.from) return {};
  return ", on a host that still has it: here it is " + core::to_string(installed->number) +
         ", whose migrations the old services would not survive";
}

/// Running the migrations to see whether there are any would change rows, so the versions of the
/// rows are counted instead.
void look_at_rows(Job& job) {
  constexpr const char* kId = "preflight.data-migrations-old";
  const auto newest = job.host.schema->versions_of(job.args.from);
  if (!newest) return job.note(kId, newest.error().message);
  const auto rows = job.host.schema->histogram();
  if (!rows) return job.note(kId, rows.error().message);
  job.details["db.rows"] = print_row_counts(*rows);
  const std::string from = core::to_string(job.args.from);
  const auto newer = rows_newer_than(*rows, *newest);
  if (!newer.empty())
    return job.note(kId, join_some(newer) + ": release " + from + " cannot read them. A newer "
                             "service ran without its pin, or newer migrations were run; rows "
                             "that nothing saves again need the database backup.");
  const auto older = rows_other_than(*rows, *newest);
  if (older.empty())
    job.ok(kId, "Every row is in the newest version of " + from + ".");
  else
    job.note(kId, join_some(older) + "; run ironic-dbsync online_data_migrations of release " +
                      from + " first" + where_to_migrate(job) + ".");
}

void look_at_revision(Job& job) {
  constexpr const char* kId = "preflight.schema-revision";
  const auto revision = job.host.schema->revision();
  if (!revision) return job.note(kId, revision.error().message);
  job.details["schema.revision"] = *revision;
  const auto head = [&](const core::ReleaseNumber& number) {
    const core::ReleaseInfo* info = core::find_release(job.host.profile, number);
    return info == nullptr ? std::string() : info->schema_head;
  };
  const std::string old_head = head(job.args.from);
  if (old_head.empty() || *revision == old_head)
    job.ok(kId, "The schema is at revision " + *revision + ".");
  else if (*revision == head(job.args.to))
    job.warn(kId, "The schema is at " + *revision + ", the head of " +
                      core::to_string(job.args.to) + ": it is expanded already.");
  else
    job.note(kId, "The schema is at revision " + *revision + ", not at " + old_head +
                      ", the head of " + core::to_string(job.args.from) + ".");
}

/// MariaDB may put "5.5.5-" before its own version.
std::optional<core::ReleaseNumber> server_version(std::string text) {
  constexpr const char* kCompatibility = "5.5.5-";
  if (text.rfind(kCompatibility, 0) == 0) text.erase(0, 6);
  return core::parse_release_number(text);
}

void look_at_server(Job& job) {
  constexpr const char* kId = "preflight.database-engine";
  const auto text = job.host.schema->database_version();
  if (!text && text.error().code == base::ErrorCode::NotFound)
    return job.warn(kId, "There is no database server to ask.");
  if (!text) return job.note(kId, text.error().message);
  job.details["db.version"] = *text;
  const auto version = server_version(*text);
  if (!version) return job.warn(kId, "The database server calls itself \"" + *text + "\".");
  const bool maria = text->find("MariaDB") != std::string::npos;
  const core::ReleaseNumber oldest = maria ? kOldestMariaDb : kOldestMySql;
  if (job.args.to >= kNeedsUtf8mb4 && *version < oldest)
    job.note(kId, "The database server is " + *text + "; release " + core::to_string(job.args.to) +
                      " needs MySQL 8.0 or MariaDB 10.3.");
  else
    job.ok(kId, "The database server is " + *text + ".");
}

}  // namespace

Trouble inspect_schema(Job& job) {
  if (Trouble missing = need_schema(job)) return missing;
  look_at_status_check(job);
  look_at_rows(job);
  look_at_revision(job);
  look_at_server(job);
  return {};
}

}  // namespace rollmill::agent
