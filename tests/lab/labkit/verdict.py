"""The verdict on an upgrade: pure functions over what was collected from outside of rollmill.

A sample is {"t", "hosts": {name: {"version", "pin", "changed", "services": {role: started}}},
"alive": [...]}; "changed" is when the files that hold version and pin last changed.
"""
import re
from dataclasses import dataclass

# By hand, on this lab's kind of machine: failed requests of all requests, best and worst run.
FLOOR = ((15, 2900), (24, 2300))
MUST_NOT_FAIL = ("list", "patch")
KINDS = ("list", "patch", "conductors", "power", "provision", "deploy")
DEPLOYED_NODES = ("n11", "n12")
LONGEST_GAP = 10.0
CLOCK_TICK = 0.02  # start times are known no better


@dataclass
class Check:
    name: str
    ok: bool
    detail: str


@dataclass(frozen=True)
class Process:
    """A service process, with what it read when it started."""
    host: str
    role: str
    started: float
    version: str
    pin: str


def judge(data: dict) -> list[Check]:
    old, new = data["old"], data["new"]
    running = running_by_sample(data["samples"])
    return [
        check_installed(data["hosts"], new),
        check_restarted(data["samples"], data["hosts"], new),
        check_once(data["samples"], data["hosts"], new),
        check_pins(data["hosts"]),
        check_api_maximum(data["api_maximum"], data["newest_api"]),
        check_migrations(data["migrations"]),
        check_row_versions(data["row_versions"], data["newest_objects"]),
        check_nodes(data["nodes_before"], data["nodes_after"]),
        check_silent(data["load"]),
        check_others(data["load"]),
        check_alive(data["samples"], data["load"]),
        check_unpinned(running, old),
        check_order(running, old),
        check_unpin_order(running, old),
        check_watched(data["samples"], data["load"], data["timeline"]),
    ]


# ---- what was read of the hosts at the end


def check_installed(hosts: dict, wanted: dict, which="new") -> Check:
    behind = [f"{name} has {host['version'] or 'a half installed one'}"
              for name, host in sorted(hosts.items()) if host["version"] != wanted["version"]]
    return Check(f"every host has the {which} release", not behind and bool(hosts),
                 ", ".join(behind) or f"{len(hosts)} hosts have {wanted['version']}")


def role_of(host: str):
    """None: no service belongs there."""
    return {"cond": "conductor", "api": "api"}.get(host.rstrip("0123456789"))


def check_restarted(samples: list, hosts: dict, installed: dict, which="new") -> Check:
    wrong = []
    for name, host in sorted(hosts.items()):
        before = [s["t"] for s in samples if s["hosts"][name]["version"] != installed["version"]]
        wanted = role_of(name)
        if wanted and wanted not in host["services"]:
            wrong.append(f"{name} does not run its {wanted}")
        for role, started in host["services"].items():
            if role != wanted:
                wrong.append(f"{name} runs a {role}")
            elif before and started < max(before):
                wrong.append(f"{name}: its {role} started before the {which} release was "
                             "installed")
    return Check(f"every service runs the {which} release", not wrong,
                 ", ".join(wrong) or "each started after its host got the release")


def check_once(samples: list, hosts: dict, new: dict) -> Check:
    """One install a host, one change of the schema, and each service started twice: with the new
    release, and without its pin."""
    wrong = []
    for name, host in sorted(hosts.items()):
        if host["installs"] != [new["version"]]:
            wrong.append(f"{name} was brought to {', '.join(host['installs']) or 'nothing'}")
        role = role_of(name)
        starts = {s["hosts"][name]["services"].get(role) for s in samples} - {None}
        if role and len(starts) != 3:
            wrong.append(f"{name} ran {len(starts)} processes of its {role}, not 3")
    expands = {host.get("expanding") for s in samples for host in s["hosts"].values()} - {None}
    if len(expands) != 1:
        wrong.append(f"the schema was changed {len(expands)} times")
    return Check("each thing was done once", not wrong, ", ".join(wrong) or
                 f"{len(hosts)} installs, 1 change of the schema, 2 starts of each service")


def check_kills(kills: list) -> Check:
    """A run that was to be disturbed was disturbed, the controller as well as agents."""
    controller = [kill for kill in kills if kill["victim"] == "controller"]
    agents = [kill for kill in kills if kill["victim"] != "controller"]
    return Check("it was disturbed", len(controller) >= 2 and len(agents) >= 4,
                 f"the controller was killed {len(controller)} times, agents {len(agents)} times")


def check_pins(hosts: dict) -> Check:
    left = [f"{name}: {host['pin'] or 'no pin, but its drop-in is still there'}"
            for name, host in sorted(hosts.items()) if host["pin"] or host["drop_in"]]
    return Check("no pin and no drop-in is left", not left, ", ".join(left) or "none on any host")


def check_api_maximum(maximum: dict, newest: str, which="new") -> Check:
    wrong = [f"{name} says {value or 'nothing'}" for name, value in sorted(maximum.items())
             if value != newest]
    return Check(f"every API offers the {which} release's microversions",
                 not wrong and bool(maximum), ", ".join(wrong) or f"all say {newest}")


def check_migrations(migrations: dict) -> Check:
    counts = re.findall(r"(\S+)\(\) migrated (\d+) of (\d+) objects", migrations["text"])
    left = [f"{name} {done} of {total}" for name, done, total in counts if total != "0"]
    ok = (migrations["code"] == 0 and not left and bool(counts)
          and "Data migrations have completed" in migrations["text"])
    text = ", ".join(left) or f"{len(counts)} times 0 of 0"
    return Check("no data migration is left", ok, f"code {migrations['code']}, {text}")


def check_row_versions(tables: dict, newest: dict, name="every row has its newest version"):
    """A table whose rows have no version at all is one that Ironic does not version."""
    wrong, seen = [], 0
    for table, versions in sorted(tables.items()):
        versions = {version: count for version, count in versions.items() if version}
        if table not in newest or not versions:
            continue
        seen += sum(versions.values())
        wrong += [f"{table} has {count} rows of {version}, not {newest[table]}"
                  for version, count in versions.items() if version != newest[table]]
    return Check(name, not wrong and seen > 0,
                 ", ".join(wrong) or f"{seen} rows")


def check_nodes(before: dict, after: dict) -> Check:
    wrong = [f"{name} is gone" for name in sorted(before) if name not in after]
    for name in sorted(set(before) & set(after) - set(DEPLOYED_NODES)):
        if before[name] != after[name]:
            wrong.append(f"{name} was {before[name]}, is {after[name]}")
    return Check("every node is there, and as it was", not wrong and bool(before),
                 ", ".join(wrong) or f"{len(before)} nodes")


# ---- what clients saw


def totals(load: list) -> dict:
    """kind -> {"sent", "failed", "locked"}."""
    result = {kind: {"sent": 0, "failed": 0, "locked": 0} for kind in KINDS}
    for row in load:
        for what in ("sent", "failed", "locked"):
            for kind, count in row.get(what, {}).items() if "second" in row else ():
                result[kind][what] += count
    return result


def failures(load: list) -> list:
    return [row for row in load if "kind" in row and row.get("failed")]


def phase_at(timeline: list, moment: float) -> str:
    phase = "before"
    for entry in timeline:
        if "phase" in entry and entry["t"] <= moment:
            phase = entry["phase"]
    return phase


def failures_by_phase(load: list, timeline: list) -> dict:
    """(kind, phase) -> count; a deploy counts where it began."""
    result = {}
    for row in failures(load):
        key = (row["kind"], phase_at(timeline, row["t"]))
        result[key] = result.get(key, 0) + 1
    return result


def check_silent(load: list) -> Check:
    counts = totals(load)
    bad = [f"{counts[kind]['failed']} of {counts[kind]['sent']} {kind} requests failed"
           for kind in MUST_NOT_FAIL if counts[kind]["failed"] or not counts[kind]["sent"]]
    return Check("no list and no patch request failed", not bad, ", ".join(bad) or ", ".join(
        f"{counts[kind]['sent']} {kind}" for kind in MUST_NOT_FAIL))


def check_others(load: list) -> Check:
    counts = totals(load)
    sent = sum(count["sent"] for count in counts.values())
    failed = sum(counts[kind]["failed"] for kind in KINDS if kind not in MUST_NOT_FAIL)
    worst = max(bad / total for bad, total in FLOOR)
    text = f"{failed} of {sent} requests ({share(failed, sent)})"
    floor = " to ".join(f"{bad} of {total} ({share(bad, total)})" for bad, total in FLOOR)
    return Check("other requests failed no more often than by hand",
                 sent > 0 and failed / sent <= worst, f"{text}; by hand {floor}")


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "no requests"


def check_alive(samples: list, load: list) -> Check:
    seen = [(s["t"], len(s["alive"])) for s in samples if s["alive"] is not None]
    seen += [(row["t"], sum(row["alive"].values())) for row in load if "alive" in row]
    when, fewest = min(seen, key=lambda pair: pair[1], default=(0, 0))
    return Check("two conductors were alive at all times", fewest >= 2,
                 f"never fewer than {fewest} in {len(seen)} looks" if fewest >= 2 else
                 f"{fewest} alive at {when:.0f}")


# ---- what ran beside what


def running_by_sample(samples: list) -> list:
    """For each sample its time and the processes that ran."""
    known, result = {}, []
    for number, sample in enumerate(samples):
        running = set()
        for name, host in sample["hosts"].items():
            for role, started in host["services"].items():
                key = (name, role, started)
                if key not in known:
                    known[key] = process_of(samples, number, *key)
                running.add(known[key])
        result.append((sample["t"], running))
    return result


def process_of(samples: list, number: int, name: str, role: str, started: float) -> Process:
    """A process read what the first sample that saw it saw too, unless files changed after its
    start: then it is what the last sample before the start saw."""
    if samples[number]["hosts"][name]["changed"] > started + CLOCK_TICK:
        while number > 0 and samples[number]["t"] > started:
            number -= 1
    host = samples[number]["hosts"][name]
    return Process(name, role, started, host["version"], host["pin"])


def first_pair(running: list, wrong) -> str:
    """The first moment at which two processes ran for which wrong(one, other) holds."""
    for moment, processes in running:
        for one in processes:
            for other in processes:
                if wrong(one, other):
                    return f"{one.host} ({one.role}) beside {other.host} ({other.role}) " \
                           f"at {moment:.0f}"
    return ""


def check_unpinned(running: list, old: dict) -> Check:
    """A version that is neither (a host half installed) counts as new."""
    pair = first_pair(running, lambda one, other: one.version != old["version"]
                      and one.pin != old["release"] and other.version == old["version"])
    return Check("nothing new ran unpinned beside something old", not pair and bool(running), pair
                 or f"{len(running)} looks")


def check_order(running: list, old: dict) -> Check:
    pair = first_pair(running, lambda one, other: one.role == "api" and other.role == "conductor"
                      and one.version != old["version"] and other.version == old["version"])
    return Check("no new API ran beside an old conductor", not pair and bool(running), pair
                 or f"{len(running)} looks")


def check_unpin_order(running: list, old: dict) -> Check:
    pair = first_pair(running, lambda one, other: one.role == "api" and not one.pin
                      and one.version != old["version"] and other.role == "conductor"
                      and bool(other.pin))
    return Check("no unpinned API ran beside a pinned conductor", not pair and bool(running), pair
                 or f"{len(running)} looks")


def check_watched(samples: list, load: list, timeline: list) -> Check:
    """All of the above is worth something only if somebody looked all the while."""
    if not timeline or not samples:
        return Check("the upgrade was watched from end to end", False, "no samples or no timeline")
    begin, end = timeline[0]["t"], timeline[-1]["t"]
    gaps = {"samples": longest_gap([s["t"] for s in samples], begin, end),
            "load": longest_gap([row["second"] for row in load if "second" in row], begin, end)}
    text = ", ".join(f"longest gap in {name} {gap:.1f} s" for name, gap in gaps.items())
    return Check("the upgrade was watched from end to end", max(gaps.values()) <= LONGEST_GAP, text)


def longest_gap(moments: list, begin: float, end: float) -> float:
    inside = [m for m in sorted(moments) if begin <= m <= end]
    edges = [begin, *inside, end]
    return max(later - earlier for earlier, later in zip(edges, edges[1:]))
