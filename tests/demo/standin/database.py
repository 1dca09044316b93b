"""The shared database of a world: one SQLite file in WAL mode, with Ironic's tables in small."""

import contextlib
import sqlite3

from standin.releases import OBJECT_NAMES, RELEASES, knows, revision_index

_SCHEMA = """
CREATE TABLE alembic_version (version_num TEXT NOT NULL);
CREATE TABLE conductors (
  hostname TEXT PRIMARY KEY, conductor_group TEXT NOT NULL, online INTEGER NOT NULL,
  created_at REAL NOT NULL, updated_at REAL NOT NULL, version TEXT NOT NULL,
  drivers TEXT NOT NULL, rpc_url TEXT NOT NULL);
CREATE TABLE nodes (
  id INTEGER PRIMARY KEY, uuid TEXT UNIQUE NOT NULL, name TEXT UNIQUE NOT NULL,
  driver TEXT NOT NULL, provision_state TEXT NOT NULL, target_provision_state TEXT,
  target_power_state TEXT, power_state TEXT, reservation TEXT, conductor_group TEXT NOT NULL,
  parent_node TEXT, last_error TEXT, maintenance INTEGER NOT NULL DEFAULT 0,
  created_at REAL NOT NULL, updated_at REAL, provision_updated_at REAL,
  workload INTEGER NOT NULL DEFAULT 0, version TEXT NOT NULL);
CREATE TABLE ports (
  id INTEGER PRIMARY KEY, node_uuid TEXT NOT NULL, address TEXT NOT NULL, version TEXT NOT NULL);
CREATE TABLE node_history (
  id INTEGER PRIMARY KEY, node_uuid TEXT NOT NULL, conductor TEXT NOT NULL, event TEXT NOT NULL,
  created_at REAL NOT NULL, version TEXT NOT NULL);
CREATE TABLE firmware_information (
  id INTEGER PRIMARY KEY, node_uuid TEXT NOT NULL, component TEXT NOT NULL,
  current_version TEXT NOT NULL, version TEXT NOT NULL);
CREATE TABLE runbooks (
  id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, version TEXT NOT NULL);
"""
# What each revision after the first adds; run in order by an upgrade of the schema.
STEPS = {
    "5c01f8e2d9aa": "ALTER TABLE nodes ADD COLUMN health TEXT",
    "71d4be90c3f2": "CREATE TABLE runbook_traits (id INTEGER PRIMARY KEY, "
    "runbook_id INTEGER NOT NULL, trait TEXT NOT NULL, version TEXT NOT NULL)",
    "8e2790d1a6b4": "ALTER TABLE node_history ADD COLUMN severity TEXT",
    "9fb44677ef15": "CREATE INDEX runbook_traits_index ON runbook_traits (runbook_id)",
}


class Incompatible(Exception):
    """A row is newer than the reading release knows; the text is the faultstring Ironic gives."""


class OldSchema(Exception):
    """The schema lacks what the release needs: the database was not expanded yet."""


@contextlib.contextmanager
def connected(world):
    """A connection for a short piece of work; commits at the end, rolls back on an exception."""
    link = sqlite3.connect(world.database, timeout=10.0)
    link.row_factory = sqlite3.Row
    link.execute("PRAGMA synchronous=OFF")  # a world outlives processes, never a power cut
    try:
        with link:
            yield link
    finally:
        link.close()


def create(world, release):
    """Makes the file with the schema of `release`; there must be none yet."""
    link = sqlite3.connect(world.database)
    link.execute("PRAGMA journal_mode=WAL")
    link.executescript(_SCHEMA)
    link.execute("INSERT INTO alembic_version VALUES (?)", (RELEASES[release]["head"],))
    link.commit()
    link.close()


def revision(link):
    return link.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def require_schema(link, release):
    """Refuses a database that lacks what `release` needs."""
    head = RELEASES[release]["head"]
    if revision_index(revision(link)) < revision_index(head):
        raise OldSchema("(1054, \"Unknown column 'nodes.health' in 'field list'\")")


def check_row(table, row, release):
    """Refuses a row that code of `release` cannot read; returns the row."""
    if not knows(table, row["version"], release):
        newest = RELEASES[release]["objects"][table]
        raise Incompatible(
            f"Version {row['version']} of {OBJECT_NAMES[table]} is not supported, "
            f"supported version is {newest}"
        )
    return row


def tables(link):
    """The tables whose rows carry an object version, as far as the schema has them."""
    found = {row[0] for row in link.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    return [name for name in OBJECT_NAMES if name in found]


def histogram(link):
    """How many rows of each table are at which version."""
    counts = {}
    for table in tables(link):
        query = f"SELECT version, COUNT(*) FROM {table} GROUP BY version ORDER BY version"
        counts[table] = {row[0]: row[1] for row in link.execute(query)}
    return counts


def unknown_rows(link, release):
    """The first table and version that code of `release` does not know, or None."""
    for table, versions in histogram(link).items():
        if table not in RELEASES[release]["objects"]:
            continue  # a table of a later release: this code does not look at it
        for version in versions:
            if not knows(table, version, release):
                return table, version
    return None
