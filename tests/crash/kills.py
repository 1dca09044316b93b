"""When and whom to kill: 20 moments spread over the phases of an upgrade, drawn from a seed."""

import dataclasses
import random

PHASES = [
    "preflight", "stage", "expand", "pin", "conductors", "api", "gate", "unpin", "contract",
    "verify",
]  # fmt: skip
# How often each phase is hit; how many turns it has one after the other; how many seconds after the
# begin of a turn at most. Long phases get more.
_SHARES = {
    "preflight": (1, 1, 1.0),
    "stage": (2, 1, 0.8),
    "expand": (2, 1, 2.0),
    "pin": (1, 1, 0.3),
    "conductors": (4, 2, 2.5),
    "api": (3, 2, 2.5),
    "gate": (1, 1, 0.3),
    "unpin": (4, 4, 1.5),
    "contract": (1, 1, 0.5),
    "verify": (1, 1, 0.3),
}
_WITH_EFFECTS = {"stage", "expand", "conductors", "api", "unpin", "contract"}
_LONGEST_PAUSES = (0.2, 2.0)
_LONGEST_INSIDE = 0.4
_OFTEN = 0.8


@dataclasses.dataclass
class Kill:
    """One kill -9, and what became of it."""

    number: int
    phase: str  # where it is meant to fall
    turn: int  # how many turns of the phase are done by then
    delay: float  # seconds after that was seen
    controller: bool  # else an agent
    inside: float | None  # seconds into the next command of an agent that changes something
    at_work: bool  # else: rather an agent that has a task than any
    pause: float  # seconds until it is started again
    chance: random.Random  # picks among the agents
    victim: str = ""
    during: str = ""  # the command that it was inside of
    at: float = 0.0  # seconds since the epoch
    hit: str = ""  # the phase in which it fell, by the journal

    def text(self):
        kind = "controller" if self.controller else f"agent of {self.victim}"
        where = f" during {self.during}" if self.during else ""
        return f"kill {self.number:2}: {kind} in {self.hit}{where}, away for {self.pause:.2f} s"


def is_late(phase):
    """From here on there is no way back."""
    return PHASES.index(phase) >= PHASES.index("unpin")


def draw_kills(seed):
    """The kills in a random order. Before and from unpin on, controller and agents take turns."""
    chance = random.Random(seed)
    phases = [phase for phase, (count, _, _) in _SHARES.items() for _ in range(count)]
    chance.shuffle(phases)
    turn = {False: chance.random() < 0.5, True: chance.random() < 0.5}
    kills = []
    for number, phase in enumerate(phases, 1):
        _, turns, longest = _SHARES[phase]
        late = is_late(phase)
        turn[late] = not turn[late]
        kills.append(
            Kill(
                number=number,
                phase=phase,
                turn=chance.randrange(turns),
                delay=chance.uniform(0, longest),
                controller=turn[late],
                inside=chance.uniform(0, _LONGEST_INSIDE)
                if not turn[late] and phase in _WITH_EFFECTS and chance.random() < _OFTEN
                else None,
                at_work=chance.random() < _OFTEN,
                pause=chance.uniform(0, chance.choice(_LONGEST_PAUSES)),
                chance=random.Random(chance.random()),
            )
        )
    return kills


def in_order(kills):
    """As they come in one upgrade."""
    return sorted(kills, key=lambda kill: (PHASES.index(kill.phase), kill.turn, kill.delay))
