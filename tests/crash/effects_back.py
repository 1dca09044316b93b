"""What an upgrade that was turned round does to the demo's hosts: there, and all of it back.

Like `check_effects` pure, and complete: it knows every line that such an upgrade may leave.
"""

from effects import (
    NEW, NEW_HEAD, OLD, OLD_HEAD, SCHEMA_HOST, SERVICES, check_away, check_hosts,
    check_parts, check_processes, check_unpinned, find_begin,
)  # fmt: skip

PARTS = [
    "stage",
    "expand",
    "conductors pinned",
    "APIs pinned",
    "APIs back",
    "conductors back",
    "schema host back",
]


def check_way_back(lines, turned):
    """Everything that is wrong with the log of an upgrade that has gone back to OLD, and that was
    turned round when just the services of the hosts `turned` were of NEW; empty when nothing is."""
    begin, problems = find_begin(lines)
    if problems:
        return problems
    done = lines[begin:]
    problems += check_hosts(done, lambda host: _expected(host, turned))
    problems += check_processes(lines)
    problems += check_away(done)
    problems += check_unpinned(lines[:begin], done)
    return problems + check_parts(done, PARTS, _part_of)


def _expected(host, turned):
    stage = {"effect": "stage", "release": NEW}
    there = {"effect": "install", "release": NEW, "before": OLD}
    back = {"effect": "install", "release": OLD, "before": NEW}
    if host == SCHEMA_HOST:
        change = {"effect": "upgrade", "release": NEW, "before": OLD_HEAD, "after": NEW_HEAD}
        return [stage, there, change, back]
    if host not in turned:
        return [stage]
    service = SERVICES[host]
    stop = {"effect": "stop", "service": service, "killed": False}
    start = {"effect": "start", "service": service}
    run = {"effect": "run", "service": service}
    new, old = {**run, "release": NEW, "pin": OLD}, {**run, "release": OLD, "pin": None}
    return [stage, stop, there, start, new, stop, back, start, old]


def _part_of(line, seen):
    """Index in PARTS. A host's second stop, install, start and run belong to the way back."""
    host, effect = line["host"], line["effect"]
    again = (host, effect) in seen
    if effect == "stage":
        return 0
    if host not in SERVICES:
        return 6 if again else 1
    if SERVICES[host] == "api":
        return 4 if again else 3
    return 5 if again else 2
