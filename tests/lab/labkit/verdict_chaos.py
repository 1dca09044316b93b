"""The verdict on an upgrade in which a conductor host lost its power: as in verdict.py, apart from
what that loss itself causes. What it may cause is bounded here: requests for the nodes of that
conductor from the cut until it is seen alive again and every API knows it, more starts of its own
service, a second run of an installation that the cut broke off, a person who says `retry`."""
from labkit import verdict
from labkit.verdict import Check

LONGEST_BACK = 120.0  # seconds from the return of power until all is settled
LONGEST_DEPLOY = 90.0  # seconds that a deploy may be old when the power goes
MOST_HELPS = 3


def judge(data: dict) -> list[Check]:
    losses = [kill for kill in data["kills"] if kill.get("power")]
    loss = losses[0] if len(losses) == 1 else None
    if not loss or "settled" not in loss:
        return [Check("one conductor host lost its power and came back", False,
                      f"{len(losses)} losses; it must be one, of which all is settled")]
    old, new, samples = data["old"], data["new"], data["samples"]
    load, spared = without(data["load"], loss)
    running = verdict.running_by_sample(samples)
    return [
        check_loss(loss, spared, data["load"]),
        check_helps(data["helps"], loss),
        verdict.check_kills([kill for kill in data["kills"] if kill is not loss]),
        verdict.check_installed(data["hosts"], new),
        verdict.check_restarted(samples, data["hosts"], new),
        check_once(samples, data["hosts"], new, loss["victim"]),
        verdict.check_pins(data["hosts"]),
        verdict.check_api_maximum(data["api_maximum"], data["newest_api"]),
        verdict.check_migrations(data["migrations"]),
        verdict.check_row_versions(data["row_versions"], data["newest_objects"]),
        verdict.check_nodes(data["nodes_before"], data["nodes_after"]),
        verdict.check_silent(load),
        verdict.check_others(load),
        check_alive(samples, load, loss),
        verdict.check_unpinned(running, old),
        verdict.check_order(running, old),
        verdict.check_unpin_order(running, old),
        verdict.check_watched(samples, data["load"], data["timeline"]),
    ]


def caused(row: dict, loss: dict) -> bool:
    """A failure of a request for one of the victim's nodes, in the window. A deploy counts from its
    beginning; requests that name no node (lists) are never the loss's."""
    begin = loss["t"] - (LONGEST_DEPLOY if row["kind"] == "deploy" else 1.0)
    return row.get("node") in loss["nodes"] and begin <= row["t"] <= loss["settled"]


def without(load: list, loss: dict) -> tuple[list, list]:
    """The load without the failures that the loss caused, and these."""
    spared = [row for row in verdict.failures(load) if caused(row, loss)]
    rows = [{**row, "failed": dict(row.get("failed", {}))} for row in load if "second" in row]
    for row in spared:
        discount(rows, int(row["t"]), row["kind"])
    return rows + [row for row in load if "second" not in row and row not in spared], spared


def discount(rows: list, second: int, kind: str):
    """A second has more rows than one when something was counted late."""
    for row in rows:
        if row["second"] == second and row["failed"].get(kind):
            row["failed"][kind] -= 1
            return


def check_loss(loss: dict, spared: list, load: list) -> Check:
    counts = {}
    for row in spared:
        counts[row["kind"]] = counts.get(row["kind"], 0) + 1
    cost = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "no request"
    nodes = sorted({row["node"] for row in spared})
    dark, back = loss["back"] - loss["t"], loss["settled"] - loss["back"]
    text = (f"{loss['victim']} was cut, had power again after {dark:.0f} s and was settled after "
            f"{back:.0f} s more (at most {LONGEST_BACK:.0f}); failed meanwhile, and not counted "
            f"below: {cost} of its nodes ({', '.join(nodes) or 'none'}; it had "
            f"{len(loss['nodes'])})")
    return Check("one conductor host lost its power and came back", back <= LONGEST_BACK, text)


def check_helps(helps: list, loss: dict) -> Check:
    """A person may be asked for help after the loss, never before it."""
    early = [each for each in helps if each["t"] < loss["t"]]
    codes = ", ".join(each["code"] for each in helps)
    return Check("a person was needed only for what the loss broke",
                 not early and len(helps) <= MOST_HELPS,
                 f"retried {len(helps)} times: {codes}" if helps else "nobody had to help")


def check_once(samples: list, hosts: dict, new: dict, victim: str) -> Check:
    """The victim's boot starts its conductor, and the broken off installation may run again."""
    others = {name: host for name, host in hosts.items() if name != victim}
    base = verdict.check_once(samples, others, new)
    installs = hosts[victim]["installs"]
    starts = {s["hosts"][victim]["services"].get("conductor") for s in samples} - {None}
    ok = 1 <= len(installs) <= 2 and set(installs) == {new["version"]} and len(starts) <= 6
    text = f"{victim}, which lost its power: {len(installs)} installs, {len(starts)} processes"
    return Check(base.name, base.ok and ok, f"{base.detail}; {text}")


def check_alive(samples: list, load: list, loss: dict) -> Check:
    """One at least while the victim is away (another one may be in its turn when the power goes);
    else two."""
    def parted(rows, inside):
        return [row for row in rows if "t" in row
                and (loss["t"] <= row["t"] <= loss["settled"]) == inside]

    outside = verdict.check_alive(parted(samples, False), parted(load, False))
    seen = [len(s["alive"]) for s in parted(samples, True) if s["alive"] is not None]
    fewest = min(seen, default=0)
    return Check("two conductors were alive at all times, one while the victim was away",
                 outside.ok and fewest >= 1,
                 f"{outside.detail}; while it was away never fewer than {fewest}")
