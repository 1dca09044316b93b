"""How an upgrade is meant to end, and what it must have left then."""

import dataclasses
from collections.abc import Callable

from effects import NEW, OLD, SERVICES, check_effects
from effects_back import check_way_back


@dataclasses.dataclass(frozen=True)
class Goal:
    """`check`: what is wrong with the log of effects of an upgrade that has ended."""

    state: str
    last_fact: str
    release: str
    check: Callable


ARRIVED = Goal("SUCCEEDED", "UpgradeSucceeded", NEW, check_effects)


def back_again(turned):
    """It was turned round when just these services were of the new release."""
    assert set(turned) <= set(SERVICES)
    return Goal(
        "ROLLED_BACK", "UpgradeRolledBack", OLD, lambda lines: check_way_back(lines, turned)
    )
