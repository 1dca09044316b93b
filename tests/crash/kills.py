"""When and whom to kill: 20 moments spread over the phases of an upgrade, drawn from a seed."""

import dataclasses
import random

PHASES = [
    "preflight", "stage", "expand", "pin", "conductors", "api", "gate", "unpin", "contract",
    "verify",
]  # fmt: skip
# How often each phase is hit, and how many seconds after its begin at most. Long phases get more.
_SHARES = {
    "preflight": (1, 1.0),
    "stage": (2, 0.8),
    "expand": (2, 2.5),
    "pin": (1, 0.3),
    "conductors": (4, 9.0),
    "api": (3, 7.0),
    "gate": (1, 0.3),
    "unpin": (4, 12.0),
    "contract": (1, 0.5),
    "verify": (1, 0.3),
}
_LONGEST_PAUSE = 2.0
_AT_WORK = 0.8


@dataclasses.dataclass
class Kill:
    """One kill -9, and what became of it."""

    number: int
    phase: str  # where it is meant to fall
    delay: float  # seconds after the phase was seen to begin
    controller: bool  # else an agent
    at_work: bool  # rather an agent that has a task than any
    pause: float  # seconds until it is started again
    chance: random.Random  # picks among the agents
    victim: str = ""
    at: float = 0.0  # seconds since the epoch
    hit: str = ""  # the phase in which it fell, by the journal

    def text(self):
        kind = "controller" if self.controller else f"agent of {self.victim}"
        return f"kill {self.number:2}: {kind}, away for {self.pause:.2f} s, in {self.hit}"


def is_late(phase):
    """From here on there is no way back."""
    return PHASES.index(phase) >= PHASES.index("unpin")


def draw_kills(seed):
    """The kills in a random order. Before and from unpin on, controller and agents take turns."""
    chance = random.Random(seed)
    phases = [phase for phase, (count, _) in _SHARES.items() for _ in range(count)]
    chance.shuffle(phases)
    turn = {False: chance.random() < 0.5, True: chance.random() < 0.5}
    kills = []
    for number, phase in enumerate(phases, 1):
        late = is_late(phase)
        turn[late] = not turn[late]
        kills.append(
            Kill(
                number=number,
                phase=phase,
                delay=chance.uniform(0, _SHARES[phase][1]),
                controller=turn[late],
                at_work=chance.random() < _AT_WORK,
                pause=chance.uniform(0, _LONGEST_PAUSE),
                chance=random.Random(chance.random()),
            )
        )
    return kills


def in_order(kills):
    """As they come in one upgrade."""
    return sorted(kills, key=lambda kill: (PHASES.index(kill.phase), kill.delay))
