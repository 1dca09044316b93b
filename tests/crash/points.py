"""The crash points of one upgrade, and how they are shared out over many upgrades.

A build for tests writes a line for every place that it passes (src/apps/crash/points.h). From the
lines of an undisturbed upgrade the matrix knows every point; each is then tried once. Several
points share an upgrade: one member dies several times in it, and all members die in it.
"""

import dataclasses

from cases import DeathsCase
from guard import MEMBERS, Death
from roads import trace_file
from upgrade import CONTROLLER, HOSTS

APART = 3  # facts: what follows a death at once belongs to it
EFFECTS_OF_TASK = 100  # next_effect() in src/apps/crash/points.h
MOST_TRIES = 3
PER_ROUND = {CONTROLLER: 30}  # points at which one member dies in one upgrade
PER_ROUND_AGENT = 10


@dataclasses.dataclass
class Point:
    """One place of one member at which it dies once. `at`: the fact its journal had reached."""

    member: str
    place: str
    number: int
    at: int
    what: str
    tries: int = 0
    in_hand: bool = False  # an upgrade is under way with it
    came: bool = False

    @property
    def name(self):
        return f"{self.member}/{self.place}:{self.number}"

    @property
    def of_agent(self):
        return self.member != CONTROLLER

    @property
    def kind(self):
        return f"{'agent' if self.of_agent else 'controller'} {self.place}"

    def death(self):
        return Death({"ROLLMILL_CRASH_AT": f"{self.place}:{self.number}"})


class PointsCase(DeathsCase):
    """Members that die at some points of a road."""

    def __init__(self, road, points):
        self.road = road
        self.points = points
        self.by_member = {name: [] for name in MEMBERS}
        deaths = []
        for point in points:
            death = point.death()
            self.by_member[point.member].append(death)
            deaths.append((point.kind + road.of_kind, death))
        super().__init__(f"{road.name}=" + ",".join(point.name for point in points), deaths)

    def make(self, world, programs):
        return self.road.make(world, programs["test"], self.by_member)

    def run(self, upgrade):
        try:
            return super().run(upgrade)
        finally:
            for point, (_, death) in zip(self.points, self.deaths, strict=True):
                point.came, point.in_hand = death.came, False


class Points:
    """All points of a road, shared out over rounds."""

    def __init__(self, road, points):
        self.road = road
        self.points = points

    def cases(self, whose):
        """Upgrades until every point of the members has come. Each list of `whose` has rounds of
        its own: a controller that dies and comes back with a higher term gives its agents one fact
        more each time, and their points would be at other places. A point that did not come, as the
        upgrade took another way, is chosen again."""
        for members in whose:
            while chosen := [p for member in members for p in self._choose(member)]:
                for point in chosen:
                    point.tries += 1
                    point.in_hand = True
                yield PointsCase(self.road, chosen)

    def never_came(self):
        """Names of those that were tried in vain."""
        return [p.name for p in self.points if not p.came and p.tries]

    def _choose(self, member):
        """The first that is left of each stretch of the journal, so that the choice wanders
        through all of them."""
        mine = [p for p in self.points if p.member == member]
        reached = [p.at for p in mine]
        span = max(reached, default=0) - min(reached, default=0)
        step = max(APART, span // PER_ROUND.get(member, PER_ROUND_AGENT))
        chosen, after = [], 0
        for point in sorted(mine, key=lambda p: p.at):
            free = not (point.came or point.in_hand or point.tries == MOST_TRIES)
            if free and point.at >= after:
                chosen.append(point)
                after = point.at + step
        return chosen


def read_points(world):
    return [point for name in MEMBERS for point in _read_trace(name, trace_file(world, name))]


def _read_trace(member, path):
    """One point for each append, by its first fact, and one for each place of an effect, by the
    fact of its task."""
    points = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            place, number, what = line.rstrip("\n").split(" ", 2)
            at = int(number) if place.startswith("journal") else int(number) // EFFECTS_OF_TASK
            points.append(Point(member, place, int(number), at, what))
    return points
