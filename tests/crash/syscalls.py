"""Programs that die at, or are failed by, the system calls that make their journals durable.

strace does it, from outside, so that released programs can be tried. It follows the main thread,
which is the loop, which is who writes the journal.
"""

import collections
import itertools

from cases import DeathsCase
from guard import Death, GuardedUpgrade
from upgrade import CONTROLLER

AGENT = "cond1"
SYNCS = "fsync,fdatasync"
STRIDE = {CONTROLLER: 40, AGENT: 12}
MOST_DEATHS = 40
ABORTED, REFUSED = -6, 1
# What fails, how, and at which of its calls; `+`: from then on, as on a full disk.
FAILURES = [
    # While a journal is made, and at appends. Others are a folder's: without these SQLite goes on.
    ("fdatasync", "EIO", ["1", "3", "7", "20", "33"]),
    ("pwrite64", "ENOSPC", ["3+", "9+", "30+", "77+", "160+"]),
    ("pwrite64", "EIO", ["4", "20", "61", "130"]),
    ("fsync", "EIO", ["1", "2"]),
    ("ftruncate", "EIO", ["1"]),
]


def strace(inject):
    return ("strace", "-D", "-qq", "-o", "/dev/null", "-e", f"inject={inject}")


class SyscallCase(DeathsCase):
    """A controller and an agent of a released build, with deaths one after the other."""

    def __init__(self, name, plans):
        self.plans = plans
        super().__init__(name, [each for plan in plans.values() for each in plan])

    def make(self, world, programs):
        plans = {name: [death for _, death in plan] for name, plan in self.plans.items()}
        return GuardedUpgrade(world, programs["release"], plans)


class FailureCase(SyscallCase):
    """Every failure must have been met: one that the program lives through hides the next ones."""

    def run(self, upgrade):
        problems = super().run(upgrade)
        for kind, count in collections.Counter(k for k, d in self.deaths if not d.came).items():
            problems.append(f"{kind}: {count} times it did not end the program")
        return problems


def sync_case(first):
    """Killed at the `first` sync, then at every so many-th after a start: over all `first` every
    sync of an upgrade is met."""
    plans = {}
    for member, stride in STRIDE.items():
        if first > stride:
            continue
        numbers = itertools.chain([first], itertools.repeat(stride, MOST_DEATHS))
        kind = f"{'controller' if member == CONTROLLER else 'agent'} killed at its n-th sync"
        plans[member] = [
            (kind, Death(words=strace(f"{SYNCS}:signal=KILL:when={n}")))
            for n in numbers
        ]
    return SyscallCase(f"sync={first}", plans)


def failure_case(number):
    """One call that fails, in the controller and, at another time, in the agent."""
    call, error, times = FAILURES[number]
    plans = {CONTROLLER: [], AGENT: []}
    for member, plan in plans.items():
        whose = "controller" if member == CONTROLLER else "agent"
        for when in times:
            death = Death(
                words=strace(f"{call}:error={error}:when={when}"),
                codes=(ABORTED, REFUSED),
            )
            plan.append((f"{whose}: {call} of its journal fails with {error}", death))
    return FailureCase(f"failure={number}", plans)


def cases():
    for first in range(1, max(STRIDE.values()) + 1):
        yield sync_case(first)
    for number in range(len(FAILURES)):
        yield failure_case(number)
