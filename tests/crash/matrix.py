#!/usr/bin/python3 -B
"""The crash matrix: upgrades of the demo, two at a time, in which the controller and the agents die
at every append to their journals, around every effect and at every sync, lose their connections,
their place or their disk, and are exchanged for another build. After each the whole log of effects
is compared and every journal verified. About half an hour on two free cores; as root a full disk is
tried, too.

A table tells what was tried and what was green, and for each failure the command that repeats it.
Worlds are made in FOLDER; one in which something went wrong stays there. `./dev crash` builds the
programs and names FOLDER, --bin and --release itself.
"""

import argparse
import collections
import concurrent.futures
import itertools
import os
import random
import secrets
import sys
import threading
import time

import cuts
import points
import syscalls
from roads import BACK, FORWARD, ROADS
from thin import choose_points
from upgrade import CONTROLLER, HOSTS, in_new_world, judge

# Kinds of cases, in the order in which they are tried, and what they need.
KINDS = {
    "controller": "the controller dies before and after each of its appends",
    "agents": "agents die before and after each append, and before, in and after each effect",
    "back": "both do on ways back from three turns: of points that are alike there, one each",
    "syscalls": "released programs die at each sync, or a call of their journals fails",
    "cuts": "connections, places and disks are taken away; builds are exchanged",
}
NEED_RELEASE = {"syscalls", "cuts"}
OF_POINTS = {"controller", "agents", "back"}


class Table:
    """What was tried and what came out, by kind of point. THREAD: any."""

    def __init__(self):
        self._lock = threading.Lock()
        self._tried = collections.Counter()
        self._green = collections.Counter()
        self.upgrades = 0
        self.failed = []  # (name of the case, problems)

    def add(self, case, problems):
        with self._lock:
            self.upgrades += 1
            self._tried.update(case.came())
            if problems:
                self.failed.append((case.name, problems))
            else:
                self._green.update(case.came())
            said = "NOT GREEN" if problems else "green"
            print(f"upgrade {self.upgrades}: {said}: {case.name[:300]}", flush=True)

    def print(self):
        print(f"\n{'kind of point':<60} {'tried':>6} {'green':>6}")
        for kind in sorted(self._tried):
            print(f"{kind:<60} {self._tried[kind]:>6} {self._green[kind]:>6}")
        print(f"{'together':<60} {self._tried.total():>6} {self._green.total():>6}")
        for name, problems in self.failed:
            print("\nNOT GREEN: " + "; ".join(problems)[:2000])
            print(f"again: ./dev crash --case '{name}'")


class Matrix:
    def __init__(self, folder, programs, jobs):
        self.folder = folder
        self.programs = programs
        self.jobs = jobs
        self.table = Table()

    def record(self, roads):
        """The points of an undisturbed upgrade of each road, by the road's name."""
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            found = dict(zip([r.name for r in roads], pool.map(self._record, roads), strict=True))
        for name, points_of_road in found.items():
            print(f"{name}: {len(points_of_road)} points", flush=True)
        return found

    def _record(self, road):
        found = []

        def run(upgrade):
            events = upgrade.run()
            found.extend(points.read_points(upgrade.world))
            return judge(upgrade, events)

        made = lambda world: road.record(world, self.programs["test"])
        if in_new_world(self.folder, made, run):
            raise SystemExit(f"{road.name}: the undisturbed upgrade failed: nothing to compare")
        return found

    def try_case(self, case):
        made = lambda world: case.make(world, self.programs)
        self.table.add(case, in_new_world(self.folder, made, case.run))

    def try_all(self, cases):
        """A case is asked for when there is a place for it: it may depend on earlier ones."""
        free = threading.Semaphore(self.jobs)
        done = []
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            cases = iter(cases)
            while free.acquire() and (case := next(cases, None)):
                future = pool.submit(self.try_case, case)
                future.add_done_callback(lambda _: free.release())
                done.append(future)
        for future in done:
            future.result()


def cases_of(kind, shares):
    """`shares`: the points to be tried of each road, by its name."""
    match kind:
        case "controller":
            return shares[FORWARD.name].cases([[CONTROLLER]])
        case "agents":
            return shares[FORWARD.name].cases([HOSTS])
        case "back":
            roads = [shares[road.name] for road in BACK if road.name in shares]
            whose = [[CONTROLLER], HOSTS]
            return itertools.chain.from_iterable(each.cases(whose) for each in roads)
        case "syscalls":
            return syscalls.cases()
        case "cuts":
            return cuts.cases()


def find_case(name, found):
    """The case of a name, as a table that is not green tells it."""
    kind, _, rest = name.partition("=")
    for road in ROADS:
        if road.name == kind:
            wanted = rest.split(",")
            return points.PointsCase(road, [p for p in found[kind] if p.name in wanted])
    for case in [*syscalls.cases(), *cuts.cases()]:
        if case.name == name:
            return case
    raise SystemExit(f"there is no case '{name}'")


def choose(options, found, shares):
    """All cases that were asked for, one after the other."""
    yield from (find_case(name, found) for name in options.case)
    chance = random.Random(options.seed)
    for kind in kinds_of(options):
        cases = cases_of(kind, shares)
        if options.sample:
            cases = list(cases)
            cases = chance.sample(cases, min(options.sample, len(cases)))
        yield from cases


def left_over(options, shares):
    """Once more what did not come in the last upgrades that were under way side by side."""
    for kind in kinds_of(options):
        if kind in OF_POINTS and not options.sample:
            yield from cases_of(kind, shares)


def tell_never_came(shares):
    names = [f"{road}={name}" for road, share in shares.items() for name in share.never_came()]
    for name in names:
        print(f"never came: {name}")


def kinds_of(options):
    return options.only or ([] if options.case else list(KINDS))


def needed_roads(options):
    """The roads of which an undisturbed upgrade must tell the points first."""
    kinds = set(kinds_of(options))
    named = {name.partition("=")[0] for name in options.case}
    if "back" in kinds:
        back = random.Random(options.seed).sample(BACK, 1) if options.sample else BACK
        named |= {road.name for road in back}
    named |= {FORWARD.name for kind in ("controller", "agents") if kind in kinds}
    return [road for road in ROADS if road.name in named]


def parse():
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(["kinds:", *(f"  {k:<12}{text}" for k, text in KINDS.items())]),
    )  # fmt: skip
    made.add_argument("folder", metavar="FOLDER")
    made.add_argument("--bin", required=True, metavar="DIR", help="programs of a build for tests")
    made.add_argument("--release", metavar="DIR", help="programs as they are released")
    made.add_argument("--only", action="append", choices=KINDS, help="this kind of case")
    made.add_argument("--sample", type=int, metavar="N", help="N upgrades of each kind, at random")
    made.add_argument("--seed", default=secrets.token_hex(4), help="of --sample")
    made.add_argument("--case", action="append", default=[], metavar="NAME", help="this case")
    made.add_argument("--jobs", type=int, default=2, metavar="N", help="upgrades at once")
    options = made.parse_args()
    needed = set(kinds_of(options)) & NEED_RELEASE
    if needed and not options.release:
        made.error(f"--release is missing: {', '.join(sorted(needed))} try released programs")
    return options


def main():
    options = parse()
    os.makedirs(options.folder, exist_ok=True)
    begun = time.monotonic()
    test = os.path.abspath(options.bin)
    release = os.path.abspath(options.release) if options.release else test
    programs = {"test": test, "release": release}
    matrix = Matrix(options.folder, programs, options.jobs)
    found = matrix.record(needed_roads(options))
    if options.sample:
        print(f"seed {options.seed}", flush=True)
    shares = {
        road.name: points.Points(road, choose_points(road, found[road.name]))
        for road in ROADS
        if road.name in found
    }
    matrix.try_all(choose(options, found, shares))
    for _ in range(points.MOST_TRIES - 1):
        matrix.try_all(left_over(options, shares))
    matrix.table.print()
    if not options.sample:
        tell_never_came(shares)
    print(f"{matrix.table.upgrades} upgrades in {time.monotonic() - begun:.0f} s")
    return 1 if matrix.table.failed else 0


if __name__ == "__main__":
    sys.exit(main())
