"""The stand-in ironic-dbsync: the same sub-commands, texts and (ambiguous) exit codes."""

import traceback

from standin import arguments, tools
from standin.database import STEPS, connected, revision, unknown_rows
from standin.releases import RELEASES, REVISIONS, revision_index
from standin.world import complain, now_text, say

STEP_SECONDS = 0.15
BATCH_SECONDS = 0.05
BATCH = 50


class StepFailed(Exception):
    """The schema tool gives up; the text is alembic's."""


def main():
    made = arguments.parser("dbsync", "Changes or shows the schema of the world's database.")
    tools.add_release_option(made)
    commands = made.add_subparsers(dest="command")
    commands.add_parser("upgrade")
    commands.add_parser("version")
    commands.add_parser("online_data_migrations").add_argument("--max-count", type=int)
    options = made.parse_args()
    _, host = arguments.finish(made, options)
    release = tools.code_of(host, options.release)
    _log("Context impl SQLiteImpl.")
    _log("Will assume transactional DDL.")
    try:
        return _run(host, release, options)
    except Exception:
        traceback.print_exc()
        return 1


def _run(host, release, options):
    match options.command:
        case "upgrade" | None:  # Ironic's trap: no sub-command means upgrade
            return _upgrade(host, release)
        case "version":
            with connected(host.world) as link:
                say(revision(link))
            return 0
        case "online_data_migrations":
            return _migrate(host, release, options.max_count)


def _log(text):
    say(f"{now_text()} INFO alembic.runtime.migration [-] {text}")


def _compatible(world, release):
    with connected(world) as link:
        if unknown_rows(link, release) is None:
            return True
    complain(
        "The database is not compatible with this release of ironic "
        f"({RELEASES[release]['package']}). Please run "
        '"ironic-dbsync online_data_migrations" using the previous release.'
    )
    return False


def _upgrade(host, release):
    if not _compatible(host.world, release):
        return 2
    head = revision_index(RELEASES[release]["head"])
    with connected(host.world) as link:
        before = revision(link)
    at = revision_index(before)
    if at > head:
        raise StepFailed(f"Can't locate revision identified by '{before}'")
    for number in range(at + 1, head + 1):
        _step(host.world, number)
    if at < head:
        host.effect("upgrade", release=release, before=before, after=REVISIONS[head][0])
    return 0


def _step(world, number):
    name, text = REVISIONS[number]
    _log(f"Running upgrade {REVISIONS[number - 1][0]} -> {name}, {text}")
    world.pause(STEP_SECONDS)
    with connected(world) as link:
        link.execute(STEPS[name])
        link.execute("UPDATE alembic_version SET version_num = ?", (name,))


def _migrate(host, release, max_count):
    if max_count is not None and max_count < 1:
        complain('"--max-count" must be a positive value.')
        return 127
    if not _compatible(host.world, release):
        return 2
    if max_count is None:
        say(f"Running batches of {BATCH} until migrations have been completed.")
        while not _batch(host, release, BATCH):
            pass
    elif not _batch(host, release, max_count):
        say("Data migrations have not completed. Please re-run.")
        return 1
    say("Data migrations have completed.")
    return 0


def _batch(host, release, count):
    """Migrates at most `count` objects; returns whether nothing is left."""
    host.world.pause(BATCH_SECONDS)
    moved, left = 0, 0
    for name in RELEASES[release]["migrations"]:
        with connected(host.world) as link:
            total, done = _FUNCTIONS[name](link, release, count - moved)
        say(f"{name}() migrated {done} of {total} objects.")
        moved += done
        left += total - done
    if moved:
        host.effect("migrate", release=release, migrated=moved, left=left)
    return left == 0


def _latest_versions(link, release, count):
    """Writes the release's newest version into every row that has another one."""
    total, done = 0, 0
    for table, newest in RELEASES[release]["objects"].items():
        query = f"SELECT COUNT(*) FROM {table} WHERE version != ?"
        total += link.execute(query, (newest,)).fetchone()[0]
        changed = link.execute(
            f"UPDATE {table} SET version = ? WHERE rowid IN "
            f"(SELECT rowid FROM {table} WHERE version != ? LIMIT ?)",
            (newest, newest, count - done),
        )
        done += changed.rowcount
    return total, done


def _nothing(_link, _release, _count):
    return 0, 0


def _runbook_traits(link, release, count):
    """Gives each runbook its name as a trait."""
    missing = "FROM runbooks WHERE id NOT IN (SELECT runbook_id FROM runbook_traits)"
    total = link.execute(f"SELECT COUNT(*) {missing}").fetchone()[0]
    version = RELEASES[release]["objects"]["runbook_traits"]
    added = link.execute(
        "INSERT INTO runbook_traits (runbook_id, trait, version) "
        f"SELECT id, name, ? {missing} LIMIT ?",
        (version, count),
    )
    return total, added.rowcount


_FUNCTIONS = {
    "update_to_latest_versions": _latest_versions,
    "migrate_to_builtin_inspection": _nothing,
    "migrate_runbook_names_to_traits": _runbook_traits,
}
