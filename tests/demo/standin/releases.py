"""What each known release of Ironic brings: the only place with release facts."""

# Object versions a release writes when nothing is pinned, by the table that holds the rows.
_OBJECTS_35 = {
    "nodes": "1.44",
    "conductors": "1.6",
    "ports": "1.16",
    "node_history": "1.1",
    "firmware_information": "1.1",
    "runbooks": "1.1",
}
_OBJECTS_39 = {
    **_OBJECTS_35,
    "node_history": "1.3",
    "firmware_information": "1.2",
    "runbooks": "1.2",
    "runbook_traits": "1.0",
}

OBJECT_NAMES = {
    "nodes": "Node",
    "conductors": "Conductor",
    "ports": "Port",
    "node_history": "NodeHistory",
    "firmware_information": "FirmwareComponent",
    "runbooks": "Runbook",
    "runbook_traits": "RunbookTrait",
}

_NAMED = ["zed", "yoga", "antelope"]
_SERIES = ["2023.1", "2023.2", "2024.1", "2024.2", "2025.1", "2025.2", "2026.1"]
_NUMBERED = [
    "9.2", "10.0", "10.1", "11.1", "12.1", "13.0", "14.0", "15.0", "15.1", "16.0", "16.1", "16.2",
    "17.0", "18.0", "18.1", "18.2", "19.0", "20.0", "20.1", "20.2", "21.0", "21.1", "21.4", "22.0",
    "23.0", "24.1", "26.1", "29.0", "32.0", "33.0", "35.0",
]  # fmt: skip

_PINS_35 = sorted(_NAMED + _SERIES + _NUMBERED, reverse=True)
_PINS_39 = sorted(_PINS_35 + ["2026.2", "37.0", "38.0", "39.0"], reverse=True)

RELEASES = {
    "35.0": {
        "package": "35.0.1",
        "max_minor": 111,
        "head": "2a3b4c5d6e7f",
        "objects": _OBJECTS_35,
        "pins": _PINS_35,
        "migrations": ["update_to_latest_versions", "migrate_to_builtin_inspection"],
    },
    "39.0": {
        "package": "39.0.0",
        "max_minor": 115,
        "head": "9fb44677ef15",
        "objects": _OBJECTS_39,
        "pins": _PINS_39,
        "migrations": [
            "update_to_latest_versions",
            "migrate_to_builtin_inspection",
            "migrate_runbook_names_to_traits",
        ],
    },
}

# The schema's history, oldest first: (revision, what it does). A head is one of these.
REVISIONS = [
    ("2a3b4c5d6e7f", "initial schema of the stand-in"),
    ("5c01f8e2d9aa", "add health to nodes"),
    ("71d4be90c3f2", "add runbook traits"),
    ("8e2790d1a6b4", "widen node history"),
    ("9fb44677ef15", "index runbook traits"),
]

_PIN_SERIES = {"2026.1": "35.0", "2026.2": "39.0"}


def release_of_pin(pin):
    """The release whose behaviour a pin asks for; older ones than we know act as the oldest."""
    pin = _PIN_SERIES.get(pin, pin)
    return pin if pin in RELEASES else min(RELEASES, key=float)


def effective(release, pin):
    """The release whose versions and microversions a process of `release` uses under `pin`."""
    return release_of_pin(pin) if pin else release


def write_version(table, release, pin):
    """The object version that a process of `release` under `pin` writes into rows of `table`."""
    capped = RELEASES[effective(release, pin)]["objects"]
    return capped.get(table, RELEASES[release]["objects"][table])


def knows(table, version, release):
    """Whether code of `release` can read a row of `table` at `version`."""
    newest = RELEASES[release]["objects"].get(table)
    return newest is not None and _number(version) <= _number(newest)


def revision_index(revision):
    """The place of a revision in the history, or -1."""
    names = [name for name, _ in REVISIONS]
    return names.index(revision) if revision in names else -1


def _number(version):
    return tuple(int(part) for part in version.split("."))
