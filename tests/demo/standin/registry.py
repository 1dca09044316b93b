"""The conductors table, and which conductor serves which node."""

import hashlib
import time

from standin.database import check_row


def rows(link, release):
    """All conductors ever registered, readable by `release` or Incompatible."""
    found = link.execute("SELECT * FROM conductors ORDER BY hostname").fetchall()
    return [check_row("conductors", row, release) for row in found]


def alive(row, heartbeat_timeout):
    return bool(row["online"]) and time.time() - row["updated_at"] < heartbeat_timeout


def owner(node, candidates):
    """The conductor that serves a node: the highest hash among those of its group, or None.

    `candidates` are rows of living conductors. One that comes or goes moves only its own nodes.
    """
    group = [c for c in candidates if c["conductor_group"] == node["conductor_group"]]
    return max(group, key=lambda c: _weight(node["uuid"], c["hostname"]), default=None)


def _weight(uuid, hostname):
    return hashlib.sha256(f"{uuid} {hostname}".encode()).digest()
