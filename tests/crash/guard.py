"""Lets programs die while an upgrade runs, and starts them again."""

import dataclasses
import os
import signal
import subprocess
import time

from upgrade import (
    ANSWER_SECONDS, CONTROLLER, HOSTS, LOOK_SECONDS, STOPPED_STATES, Crash, Upgrade, await_true,
    brief, facts_in,
)  # fmt: skip

MEMBERS = [CONTROLLER, *HOSTS]
RUN_SECONDS = 900.0
ASK_AGAIN_SECONDS = 0.2


@dataclasses.dataclass
class Death:
    """One way for one start of a program to end, and what became of it."""

    variables: dict = dataclasses.field(default_factory=dict)  # of its environment
    words: tuple = ()  # before its command line
    codes: tuple = (-signal.SIGKILL,)  # what its end looks like
    programs: str | None = None  # the folder of this start's program; None: the upgrade's
    facts: int | None = None  # killed from outside when its journal has so many
    came: bool = False


class Guard:
    """Starts every member of a fleet with the next death that is planned for it, and again when it
    has died; once no death is left, without one."""

    def __init__(self, upgrade, plans):
        self.upgrade = upgrade
        self.fleet = upgrade.fleet
        self.plans = {name: list(plans.get(name, [])) for name in MEMBERS}
        self.children = {}
        self._ahead = {}

    def begin(self):
        for name in MEMBERS:
            self.start(name)

    def start(self, name):
        plan = self.plans.get(name, [])
        death = plan.pop(0) if plan else None
        self._ahead[name] = death
        self.fleet.programs_of[name] = (death and death.programs) or self.fleet.programs
        words, variables = (death.words, death.variables) if death else ((), {})
        self.children[name] = self.fleet.start(name, words, variables)

    def look(self):
        """Kills what is due, starts again what has died; Crash when something died that should
        not have."""
        for name, child in list(self.children.items()):
            code = child.poll()
            if code is None:
                self._kill_when_due(name, child)
                continue
            death = self._ahead[name]
            if death is None or code not in death.codes:
                said = self.fleet.last_lines(name, 15)
                raise Crash(f"{name} ended by itself with code {code}:\n{said}")
            death.came = True
            self.start(name)

    def let_go(self, name):
        """A member that the guard cares for no more."""
        self._ahead[name] = None
        self.plans[name] = []
        return self.children.pop(name)

    def _kill_when_due(self, name, child):
        death = self._ahead[name]
        if death and death.facts and facts_in(self.upgrade.journal(name)) >= death.facts:
            child.kill()


class GuardedUpgrade(Upgrade):
    """An upgrade of a quick world under a guard. `plans`: the deaths of each member, in order."""

    def __init__(self, world, programs, plans):
        super().__init__(world, programs)
        self.limit = time.monotonic() + RUN_SECONDS
        self.guard = Guard(self, plans)
        self.controller = CONTROLLER
        self._asking = None
        self._ask_at = 0.0
        self.known = False  # the controller has shown that there is an upgrade

    def run(self):
        """From nothing to the end; gives the events."""
        self.begin()
        return self.finish()

    def begin(self):
        self.fleet.make(quick=True)
        self.guard.begin()

    def finish(self):
        while not self.ended():
            time.sleep(LOOK_SECONDS)
        return self.events()

    def ended(self):
        """Whether it is at its end. Asks for it until there is one; Crash when it got stuck."""
        self.guard.look()
        view = self.view()
        self.known = self.known or view is not None
        if not self.known:
            self.keep_asking(*self.start_words())
        elif view:
            self.meet(view)
        if view and view["state"] in STOPPED_STATES:
            raise Crash(f"the upgrade is {view['state']}: {view['blocked']}")
        if time.monotonic() > self.limit:
            raise Crash(f"the upgrade has not ended after {RUN_SECONDS:g} s; it is {brief(view)}")
        return view is not None and view["state"] == self.goal.state

    def meet(self, view):
        """What a person does who sees this."""

    def rest(self, seconds):
        """The guard goes on meanwhile."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.guard.look()
            time.sleep(LOOK_SECONDS)

    def restart_controller(self):
        """Stops it in an orderly way and lets it read its journal once more."""
        child = self.guard.let_go(self.controller)
        child.terminate()
        child.wait(ANSWER_SECONDS)
        self.guard.start(self.controller)
        await_true(self._all_connected, "not all agents have come back to the controller")

    def _all_connected(self):
        self.guard.look()
        return self.fleet.connected() == len(HOSTS)

    def keep_asking(self, *words):
        """One command of a person, who does not wait for the answer. The controller may be away, or
        die over it: to be called again until what was asked for is seen."""
        if time.monotonic() < self._ask_at or (self._asking and self._asking.poll() is None):
            return
        self._ask_at = time.monotonic() + ASK_AGAIN_SECONDS
        command = [self.cli, "--controller", self.fleet.addresses()["controller"]]
        with open(os.path.join(self.world, "asked.log"), "ab") as log:
            self._asking = subprocess.Popen(
                [*command, *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
