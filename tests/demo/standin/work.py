"""The work of a conductor: it holds a node for a while, so that a drain has to wait for it."""

import random
import sqlite3
import threading
import time

from standin.database import check_row, connected
from standin.world import now_text

WORK_SECONDS = 1.0
PAUSE_SECONDS = (1.5, 3.5)

# From which state: (state while working, target, state after).
_JOBS = {
    "available": ("deploying", "active", "active"),
    "active": ("deleting", "available", "available"),
}

# What becomes of a node that a restart finds in a state that no conductor can resume.
FAILED_STATES = {
    "deploying": "deploy failed",
    "cleaning": "clean failed",
    "verifying": "enroll",
    "inspecting": "inspect failed",
    "adopting": "adopt failed",
    "rescuing": "rescue failed",
    "unrescuing": "unrescue failed",
    "deleting": "error",
    "servicing": "service failed",
}


class Work:
    """Takes one node after another. `loop` runs in a thread of its own; `finish` may be called
    from another one and lets the piece in hand end."""

    def __init__(self, conductor):
        self._conductor = conductor
        self._finishing = threading.Event()

    def finish(self):
        self._finishing.set()

    def loop(self):
        span = self._conductor.world.span
        while not self._finishing.wait(span(random.uniform(*PAUSE_SECONDS))):
            try:
                node = self._begin()
                if node is not None:
                    time.sleep(span(WORK_SECONDS))
                    self._end(node)
            except sqlite3.OperationalError as error:
                print(f"{now_text()} WARNING conductor work put off: {error}", flush=True)

    def _begin(self):
        """Reserves one of our nodes and moves it into a working state; None when there is none."""
        with connected(self._conductor.world) as link:
            idle = link.execute(
                "SELECT * FROM nodes WHERE workload = 1 AND reservation IS NULL "
                "AND maintenance = 0 AND provision_state IN ('available', 'active')"
            ).fetchall()
            mine = self._conductor.owned(link, idle)
            if not mine:
                return None
            node = check_row("nodes", random.choice(mine), self._conductor.release)
            working, target, _ = _JOBS[node["provision_state"]]
            taken = link.execute(
                "UPDATE nodes SET reservation = ?, provision_state = ?, "
                "target_provision_state = ?, provision_updated_at = ?, updated_at = ?, version = ? "
                "WHERE uuid = ? AND reservation IS NULL AND provision_state = ?",
                (
                    *(self._conductor.hostname, working, target, time.time(), time.time()),
                    *(self._conductor.version_of("nodes"), node["uuid"], node["provision_state"]),
                ),
            )
            return node if taken.rowcount == 1 else None

    def _end(self, node):
        """Lets the node go in its new state and writes the rows that such work leaves behind."""
        conductor = self._conductor
        now = time.time()
        _, _, done = _JOBS[node["provision_state"]]
        with connected(conductor.world) as link:
            link.execute(
                "UPDATE nodes SET reservation = NULL, provision_state = ?, "
                "target_provision_state = NULL, provision_updated_at = ?, updated_at = ?, "
                "version = ? WHERE uuid = ? AND reservation = ?",
                (done, now, now, conductor.version_of("nodes"), node["uuid"], conductor.hostname),
            )
            link.execute(
                "INSERT INTO node_history (node_uuid, conductor, event, created_at, version) "
                "VALUES (?, ?, ?, ?, ?)",
                (
                    *(node["uuid"], conductor.hostname, f"became {done}", now),
                    conductor.version_of("node_history"),
                ),
            )
            link.execute(
                "UPDATE firmware_information SET version = ? WHERE node_uuid = ?",
                (conductor.version_of("firmware_information"), node["uuid"]),
            )


def fail_stuck_nodes(conductor, link):
    """At its start a conductor fails those of its nodes that nobody holds and nobody can resume."""
    marks = ",".join("?" * len(FAILED_STATES))
    stuck = link.execute(
        f"SELECT * FROM nodes WHERE reservation IS NULL AND provision_state IN ({marks})",
        tuple(FAILED_STATES),
    ).fetchall()
    for node in conductor.owned(link, stuck):
        reason = (
            f"The {node['provision_state']} state can't be resumed by conductor "
            f"{conductor.hostname}. Moving to fail state."
        )
        _fail(conductor, link, node, reason)


def release_orphans(conductor, link):
    """Frees nodes that a conductor without a heartbeat holds; what it was doing to them failed."""
    silent = time.time() - conductor.heartbeat_timeout
    held = link.execute(
        "SELECT nodes.* FROM nodes JOIN conductors ON nodes.reservation = conductors.hostname "
        "WHERE conductors.updated_at < ?",
        (silent,),
    ).fetchall()
    for node in conductor.owned(link, held):
        _fail(conductor, link, node, "Operation was aborted due to conductor take over")


def _fail(conductor, link, node, reason):
    failed = FAILED_STATES.get(node["provision_state"], node["provision_state"])
    link.execute(
        "UPDATE nodes SET provision_state = ?, target_provision_state = NULL, reservation = NULL, "
        "last_error = ?, provision_updated_at = ?, version = ? WHERE uuid = ?",
        (failed, reason, time.time(), conductor.version_of("nodes"), node["uuid"]),
    )
    print(f"{now_text()} WARNING conductor node {node['uuid']}: {reason}", flush=True)
