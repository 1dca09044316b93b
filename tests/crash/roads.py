"""The ways that an upgrade takes while its programs die: forward, or to some turn and back again.

An undisturbed upgrade of each road tells the points at which they can die on it.
"""

import os

from back import TURNS, TurnedUpgrade
from guard import MEMBERS, Death, GuardedUpgrade


class Road:
    """One way. `name` begins the names of its cases, `of_kind` ends the names of its kinds."""

    def __init__(self, name, turn=None):
        self.name = name
        self.turn = turn
        self.of_kind = f", on the way back from the {turn.name}" if turn else ""

    def make(self, world, programs, plans):
        """An upgrade in which the members die as planned."""
        if self.turn:
            return TurnedUpgrade(world, programs, plans, self.turn)
        return GuardedUpgrade(world, programs, plans)

    def record(self, world, programs):
        """An upgrade in which nobody dies and every passage is written down."""
        plans = {
            name: [Death({"ROLLMILL_CRASH_TRACE": trace_file(world, name)})]
            for name in MEMBERS
        }
        if self.turn:
            return TurnedUpgrade(world, programs, plans, self.turn, forget_passages)
        return GuardedUpgrade(world, programs, plans)


ROADS = [Road("points"), *(Road(f"back-{turn.name}", turn) for turn in TURNS)]
FORWARD, BACK = ROADS[0], ROADS[1:]


def trace_file(world, member):
    return os.path.join(world, f"{member}.trace")


def forget_passages(upgrade):
    """What was passed on the way there is another road's."""
    for name in MEMBERS:
        os.truncate(trace_file(upgrade.world, name), 0)
