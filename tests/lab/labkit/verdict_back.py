"""The verdict on an upgrade that was taken back: everything is as it was, nobody was harmed on the
way there or back. Pure functions, as in verdict.py."""
from labkit import verdict
from labkit.verdict import Check
from labkit.way_back import Point


def judge(data: dict, point: Point) -> list[Check]:
    old, new, samples = data["old"], data["new"], data["samples"]
    running = verdict.running_by_sample(samples)
    return [
        check_ended(data["timeline"]),
        check_turned(running, new, point),
        verdict.check_installed(data["hosts"], old, "old"),
        verdict.check_restarted(samples, data["hosts"], old, "old"),
        check_once(samples, data["hosts"], old, new),
        check_nothing_left(data["hosts"]),
        verdict.check_api_maximum(data["api_maximum"], data["newest_api"], "old"),
        verdict.check_row_versions(data["row_versions"], data["newest_objects"],
                                   "every row has the old release's version"),
        verdict.check_nodes(data["nodes_before"], data["nodes_after"]),
        verdict.check_silent(data["load"]),
        verdict.check_others(data["load"]),
        verdict.check_alive(samples, data["load"]),
        verdict.check_unpinned(running, old),
        verdict.check_order(running, old),
        verdict.check_watched(samples, data["load"], data["timeline"]),
    ]


def check_ended(timeline: list) -> Check:
    state = timeline[-1].get("state", "") if timeline else ""
    return Check("the upgrade ended as ROLLED_BACK", state == "ROLLED_BACK",
                 f"it is {state or 'not ended'}")


def check_turned(running: list, new: dict, point: Point) -> Check:
    """It turned where it should: what ran the new release at most at one time."""
    most = {role: max((len({p.host for p in processes if p.role == role
                            and p.version == new["version"]}) for _, processes in running),
                      default=0) for role in ("conductor", "api")}
    hosts = {role: len({p.host for _, processes in running for p in processes if p.role == role})
             for role in ("conductor", "api")}
    wanted = {"conductor": point.count if point.role == "conductor" else hosts["conductor"],
              "api": {"conductor": 0, "api": point.count}.get(point.role, hosts["api"])}
    text = f"{most['conductor']} conductors and {most['api']} APIs ran the new release"
    return Check(f"it turned round at {point.text}", most == wanted and bool(running), text)


def check_once(samples: list, hosts: dict, old: dict, new: dict) -> Check:
    """A host that got the new release got the old one once after it, and its service was started
    with each of them. A turn that was just beginning may have cost its service one start."""
    wrong, taken_back = [], 0
    for name, host in sorted(hosts.items()):
        touched = host["installs"] == [new["version"], old["version"]]
        taken_back += touched
        if host["installs"] and not touched:
            wrong.append(f"{name} was brought to {', '.join(host['installs'])}")
        role = verdict.role_of(name)
        starts = {s["hosts"][name]["services"].get(role) for s in samples} - {None}
        if role and len(starts) not in ((3,) if touched else (1, 2)):
            wrong.append(f"{name} ran {len(starts)} processes of its {role}")
    expands = {host.get("expanding") for s in samples for host in s["hosts"].values()} - {None}
    if len(expands) != 1:
        wrong.append(f"the schema was changed {len(expands)} times")
    return Check("each thing was done once", not wrong and taken_back > 0, ", ".join(wrong) or
                 f"{taken_back} hosts went there and back, {len(hosts) - taken_back} stayed")


def check_nothing_left(hosts: dict) -> Check:
    left = [f"{name}: {host['pin'] or 'no pin, but its drop-in is still there'}"
            for name, host in sorted(hosts.items()) if host["pin"] or host["drop_in"]]
    left += [f"{name}: {path}" for name, host in sorted(hosts.items())
             for path in host["unit_drop_ins"]]
    return Check("no pin, no drop-in of settings or units is left", not left and bool(hosts),
                 ", ".join(left) or "none on any host")
