"""Upgrades that are turned round before the point of no return, and go all the way back."""

import dataclasses
import json
import os

from goals import back_again
from guard import GuardedUpgrade
from upgrade import SERVICES

SOAK = "2s"  # long enough to see that a wave is done, and to turn round before the next one


@dataclasses.dataclass(frozen=True)
class Turn:
    """Where an upgrade is turned round: it waits there, in `phase`, with `code`."""

    name: str
    phase: str
    code: str
    turned: tuple  # the hosts whose services are of the new release then
    whole: bool = False  # everything has gone forward, so everything has to go back

    def has_come(self, view):
        waits = view["blocked"] and view["blocked"]["code"] == self.code
        return waits and view["direction"] == "FORWARD" and view["current_phase"] == self.phase


TURNS = [
    Turn("conductor", "conductors", "SOAKING", ("cond1",)),
    Turn("api", "api", "SOAKING", ("cond1", "cond2", "api1")),
    Turn("gate", "unpin", "APPROVAL_MISSING", tuple(SERVICES), whole=True),
]


class TurnedUpgrade(GuardedUpgrade):
    """Goes forward to a turn and then all the way back. `on_turn` is called with it once, just
    before it is asked to go back, when no task is under way."""

    def __init__(self, world, programs, plans, turn, on_turn=lambda upgrade: None):
        super().__init__(world, programs, plans)
        self.goal = back_again(turn.turned)
        self.turn = turn
        self._on_turn = on_turn
        self._turned = False

    @staticmethod
    def start_words():
        return [w for w in GuardedUpgrade.start_words() if w not in ("--approve", "unpin")]

    def begin(self):
        self.fleet.make(quick=True)
        if self.turn.code == "SOAKING":
            self._soak_long()
        self.guard.begin()

    def meet(self, view):
        if view["direction"] == "FORWARD" and (self._turned or self.turn.has_come(view)):
            if not self._turned:
                self._on_turn(self)
            self._turned = True
            self.keep_asking("upgrade", "rollback", "--reason", "crash test")

    def _soak_long(self):
        path = os.path.join(self.fleet.folder, "controller.json")
        with open(path, encoding="utf-8") as source:
            settings = json.load(source)
        settings["policy"]["soak"] = SOAK
        with open(path, "w", encoding="utf-8") as out:
            json.dump(settings, out)
