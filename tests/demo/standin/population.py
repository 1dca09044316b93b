"""The machines of a new world and the rows that belong to them."""

import time
import uuid

from standin.releases import RELEASES

NODES = 18
CHILD_OF = 1  # node 18 is a part of node 1, and hidden from default lists
HISTORY_EACH = 3
RUNBOOKS = ["wipe-disks", "update-bios", "burn-in", "collect-logs"]
COMPONENTS = ["bios", "bmc"]
_STATES = {17: "manageable", 16: "enroll"}


def _uuid(number):
    """The same in every world; this name happens to share the work evenly between conductors."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"rollmill-metal-{number}"))


FIRST_NODE = _uuid(1)


def _state(number):
    return _STATES.get(number, "active" if number % 2 else "available")


def fill(link, release):
    """Writes all rows at the versions of `release`."""
    versions = RELEASES[release]["objects"]
    now = time.time()
    for number in range(1, NODES + 1):
        _add_node(link, number, now, versions)
    for name in RUNBOOKS:
        link.execute(
            "INSERT INTO runbooks (name, version) VALUES (?, ?)", (name, versions["runbooks"])
        )


def _add_node(link, number, now, versions):
    ident = _uuid(number)
    state = _state(number)
    parent = _uuid(CHILD_OF) if number == NODES else None
    # Every third machine has a tenant who keeps the conductors busy; so has the child.
    workload = int(number % 3 == 0 and state in ("active", "available"))
    link.execute(
        "INSERT INTO nodes (id, uuid, name, driver, provision_state, power_state, conductor_group, "
        "parent_node, created_at, updated_at, provision_updated_at, workload, version) "
        "VALUES (?, ?, ?, 'fake-hardware', ?, 'power on', '', ?, ?, ?, ?, ?, ?)",
        (
            *(number, ident, f"node-{number:02}", state, parent, now, now, now),
            *(workload, versions["nodes"]),
        ),
    )
    link.execute(
        "INSERT INTO ports (node_uuid, address, version) VALUES (?, ?, ?)",
        (ident, f"52:54:00:00:00:{number:02x}", versions["ports"]),
    )
    for _ in range(HISTORY_EACH):
        link.execute(
            "INSERT INTO node_history (node_uuid, conductor, event, created_at, version) "
            "VALUES (?, 'cond1', 'was enrolled', ?, ?)",
            (ident, now, versions["node_history"]),
        )
    for component in COMPONENTS:
        link.execute(
            "INSERT INTO firmware_information (node_uuid, component, current_version, version) "
            "VALUES (?, ?, '1.0', ?)",
            (ident, component, versions["firmware_information"]),
        )
