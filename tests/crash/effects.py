"""What one whole upgrade does to the demo's hosts, and how a log of effects differs from it.

`check_effects` is pure: lines in, problems out. It knows every line that an upgrade from OLD to NEW
may leave, how often, and in which order; nothing else may be there.
"""

import collections
import itertools
import json

OLD, NEW = "35.0", "39.0"
OLD_HEAD, NEW_HEAD = "2a3b4c5d6e7f", "9fb44677ef15"
SERVICES = {"cond1": "conductor", "cond2": "conductor", "api1": "api", "api2": "api"}
SCHEMA_HOST = "admin"
_PER_RUN = {"time", "host", "pid"}
_PARTS = [
    "stage",
    "expand",
    "conductors pinned",
    "APIs pinned",
    "conductors unpinned",
    "APIs unpinned",
    "contract",
]


def read_effects(path):
    """Every line of a log of effects, those of the world's own start too."""
    with open(path, encoding="utf-8") as source:
        return [json.loads(line) for line in source]


def check_effects(lines):
    """Everything that is wrong with the log of one finished upgrade; empty when nothing is."""
    begin, problems = find_begin(lines)
    if problems:
        return problems
    done = lines[begin:]
    problems += check_hosts([line for line in done if line["effect"] != "migrate"], _expected)
    problems += check_processes(lines)
    problems += check_away(done)
    problems += check_unpinned(lines[:begin], done)
    problems += check_parts(done, _PARTS, _part_of)
    return problems + _check_migration(done)


def find_begin(lines):
    """Where the upgrade's own lines begin, behind those of the world's start; problems if none."""
    marks = [i for i, line in enumerate(lines) if line["effect"] == "world_up"]
    if len(marks) != 1:
        return 0, [f"the log has {len(marks)} world_up lines instead of 1"]
    return marks[0] + 1, []


# ---- every line of every host --------------------------------------------------------------------


def _expected(host):
    """The effects on one host in order, without time and process."""
    stage = {"effect": "stage", "release": NEW}
    install = {"effect": "install", "release": NEW, "before": OLD}
    if host == SCHEMA_HOST:
        change = {"effect": "upgrade", "release": NEW, "before": OLD_HEAD, "after": NEW_HEAD}
        return [stage, install, change]
    service = SERVICES[host]
    stop = {"effect": "stop", "service": service, "killed": False}
    start = {"effect": "start", "service": service}
    run = {"effect": "run", "service": service, "release": NEW}
    return [stage, stop, install, start, {**run, "pin": OLD}, stop, start, {**run, "pin": None}]


def check_hosts(done, expected):
    """`expected`: the lines of a host, in order. No other line may be there."""
    by_host = collections.defaultdict(list)
    for line in done:
        by_host[line["host"]].append(line)
    problems = []
    for host in sorted({SCHEMA_HOST, *SERVICES} | set(by_host)):
        if host not in SERVICES and host != SCHEMA_HOST:
            problems.append(f"{host}: is no host of the demo")
            continue
        problems += _check_host(host, by_host[host], expected(host))
    return problems


def _check_host(host, lines, expected):
    """Counts first, as they name the culprit; the order only when the counts are right."""
    found = [_text(line) for line in _in_pairs(lines)]
    wanted = [_text(line) for line in expected]
    have, want = collections.Counter(found), collections.Counter(wanted)
    problems = [
        f"{host}: {text}: {have[text]} times instead of {want[text]}"
        for text in sorted(have | want)
        if have[text] != want[text]
    ]
    if not problems and found != wanted:
        problems.append(f"{host}: the order is {found} instead of {wanted}")
    return problems


def _text(line):
    rest = {key: value for key, value in line.items() if key not in _PER_RUN}
    return " ".join([rest.pop("effect"), *(f"{k}={v}" for k, v in sorted(rest.items()))])


def _in_pairs(lines):
    """The manager writes `start`, the new process writes `run`; who is first does not matter."""
    lines = list(lines)
    for i, (one, two) in enumerate(itertools.pairwise(lines)):
        if (one["effect"], two["effect"]) == ("run", "start") and one["pid"] == two["pid"]:
            lines[i], lines[i + 1] = two, one
    return lines


# ---- what holds across hosts ---------------------------------------------------------------------


def check_processes(lines):
    """A stop ends the process that ran last, a start begins the one that reports."""
    problems = []
    running, started = {}, {}
    for line in lines:
        host, pid = line["host"], line.get("pid")
        match line["effect"]:
            case "run":
                running[host] = pid
            case "start":
                started[host] = pid
            case "stop" if running.get(host) != pid:
                problems.append(f"{host}: process {pid} was stopped, {running.get(host)} ran")
    problems += [
        f"{host}: process {pid} was started last, {running.get(host)} ran last"
        for host, pid in started.items()
        if running.get(host) != pid
    ]
    return problems


def check_away(done):
    """Never are two services of one role away at once."""
    problems = []
    away = []
    for line in done:
        host = line["host"]
        if line["effect"] == "stop":
            role = SERVICES.get(host)
            others = [other for other in away if SERVICES.get(other) == role and other != host]
            problems += [f"{other} was away when {host} was stopped" for other in others]
            away.append(host)
        elif line["effect"] == "run" and host in away:
            away.remove(host)
    return problems + [f"{host} was stopped and never ran again" for host in away]


def check_unpinned(before, done):
    """New code runs unpinned only where no old process is left."""
    release = {line["host"]: line["release"] for line in before if line["effect"] == "run"}
    problems = []
    for line in done:
        if line["effect"] != "run":
            continue
        release[line["host"]] = line["release"]
        old = [host for host in SERVICES if release.get(host) != NEW]
        if line["release"] == NEW and line["pin"] is None and old:
            problems.append(f"{line['host']} ran {NEW} unpinned beside old: {', '.join(old)}")
    return problems


def check_parts(done, parts, part_of):
    """The parts of an upgrade follow each other; none begins before the last has ended. `part_of`:
    the index in `parts` of a line, by it and what (host, effect) there was before it."""
    problems = []
    at = 0
    seen = set()
    for line in done:
        part = part_of(line, seen)
        if part < at:
            problems.append(
                f"{line['host']}: {_text(line)}: belongs to {parts[part]}, "
                f"but {parts[at]} had begun"
            )
        at = max(at, part)
        seen.add((line["host"], line["effect"]))
    return problems


def _part_of(line, seen):
    """Index in _PARTS. What a service did once pinned it does again when it is unpinned."""
    host, effect = line["host"], line["effect"]
    if effect == "stage":
        return 0
    if host not in SERVICES:
        return 6 if effect == "migrate" else 1
    again = (host, effect if effect in ("run", "start") else "run") in seen
    return 2 + (SERVICES[host] == "api") + 2 * again


def _check_migration(done):
    """Batches that each move rows, none of them twice, until nothing is left. Services that save
    a row bring it up, too: fewer rows may be left than the batches account for."""
    problems = []
    batches = [line for line in done if line["effect"] == "migrate"]
    for line in batches:
        if line["host"] != SCHEMA_HOST or line["release"] != NEW:
            problems.append(f"{line['host']}: {_text(line)}: is not a batch of {SCHEMA_HOST}")
    for one, two in itertools.pairwise(batches):
        if two["left"] > one["left"] - two["migrated"]:
            problems.append(
                f"migrate: {one['left']} rows were left, then {two['migrated']} moved "
                f"and {two['left']} were left"
            )
    if not batches or batches[-1]["left"] != 0:
        problems.append("migrate: no batch ended with 0 rows left")
    return problems
