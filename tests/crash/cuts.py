"""What is taken away from programs that live on: connections, their place, their disk; and builds
that take each other's place in the middle of an upgrade."""

import contextlib
import json
import os
import random
import signal
import sqlite3
import time

from cases import Case
from disk import FullDiskCase
from guard import Death, GuardedUpgrade
from upgrade import CONTROLLER, HOSTS, LOOK_SECONDS, demo_files, facts_in, judge
from wire import Wire

SECOND = "controller-2"
LAST_FACTS = 380
PROGRESS = 20
BETWEEN_CUTS = (0.2, 2.5)
BETWEEN_PARTS = (4.0, 9.0)  # agents wait longer each time that they find nobody
PARTED_SECONDS = (0.5, 3.0)
AWAY_SECONDS = 3.0
SILENT_SECONDS = 35.0  # three heartbeats of 10 s and a little


class WiredUpgrade(GuardedUpgrade):
    """Agents reach the controller through a wire."""

    def __init__(self, world, programs):
        super().__init__(world, programs, {})
        self.wire = None
        self.first = ""  # address of the first controller

    def begin(self):
        self.fleet.make(quick=True)
        self.first = self.fleet.addresses()["controller"]
        self.wire = Wire(self.first)
        for host in HOSTS:
            self.change_file(f"{host}.json", f"{host}.json", controller=self.wire.address)
        self.guard.begin()

    def await_facts(self, count):
        """Until the controller's journal has so many facts; false when the upgrade ended first."""
        while facts_in(self.journal(self.controller)) < count:
            if self.ended():
                return False
            time.sleep(LOOK_SECONDS)
        return True

    def take_place(self):
        """Another controller, with a copy of the journal, takes the place of the first one."""
        copy_journal(self.journal(), self.journal(SECOND))
        listen, status = demo_files.free_addresses(self.facts())
        settings = {"listen": listen, "status_listen": status, "journal": f"{SECOND}.db"}
        self.change_file("controller.json", f"{SECOND}.json", **settings)
        addresses = {"controller": listen, "status": f"http://{status}"}
        self.change_file("addresses.json", "addresses.json", **addresses)
        self.controller = SECOND
        self.fleet.members.append(SECOND)
        self.guard.start(SECOND)
        self.wire.target = listen
        self.wire.cut()

    def facts(self):
        with open(os.path.join(self.world, "world.json"), encoding="utf-8") as source:
            return json.load(source)

    def change_file(self, source, target, **settings):
        with open(os.path.join(self.fleet.folder, source), encoding="utf-8") as file:
            old = json.load(file)
        with open(os.path.join(self.fleet.folder, target), "w", encoding="utf-8") as file:
            json.dump({**old, **settings}, file)


def copy_journal(source, target):
    with contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as one:
        with contextlib.closing(sqlite3.connect(target)) as other:
            one.backup(other)


class WireCase(Case):
    """The wire is cut, or carries nothing for a while, again and again."""

    def __init__(self, name, kind, between, act):
        super().__init__(name)
        self.kind = kind
        self.between = between
        self.act = act
        self.times = 0

    def make(self, world, programs):
        return WiredUpgrade(world, programs["release"])

    def run(self, upgrade):
        chance = random.Random(self.name)
        upgrade.begin()
        try:
            while not upgrade.known:  # it begins only when all agents are connected
                upgrade.ended()
                time.sleep(LOOK_SECONDS)
            due = time.monotonic() + 1
            while not upgrade.ended():
                if time.monotonic() >= due:
                    self.act(upgrade, chance)
                    self.times += 1
                    due = time.monotonic() + chance.uniform(*self.between)
                time.sleep(LOOK_SECONDS)
            return judge(upgrade, upgrade.events())
        finally:
            upgrade.wire.close()

    def came(self):
        return [self.kind] * self.times


def cut(upgrade, _):
    upgrade.wire.cut()


def part(upgrade, chance):
    """Nobody reaches anybody for a while."""
    upgrade.wire.refusing = True
    upgrade.wire.cut()
    upgrade.rest(chance.uniform(*PARTED_SECONDS))
    upgrade.wire.refusing = False


def hush(upgrade, _):
    """Connections stay, and carry nothing: both sides must find that out for themselves."""
    upgrade.wire.silent = True
    upgrade.rest(SILENT_SECONDS)
    upgrade.wire.silent = False
    upgrade.wire.cut()


class PlaceCase(Case):
    """A controller stops in the middle (SIGSTOP), another one takes its place with a copy of the
    journal, the first one wakes. `back`: the agents even dial the first one again for a while."""

    def __init__(self, name, at, back):
        super().__init__(name)
        self.at = at
        self.back = back
        self.happened = False

    def make(self, world, programs):
        return WiredUpgrade(world, programs["release"])

    def run(self, upgrade):
        upgrade.begin()
        first = None
        try:
            if not upgrade.await_facts(self.at):
                return ["the upgrade ended before the controller was stopped"]
            first = upgrade.guard.let_go(CONTROLLER)
            os.kill(first.pid, signal.SIGSTOP)
            upgrade.take_place()
            upgrade.await_facts(self.at + PROGRESS)
            os.kill(first.pid, signal.SIGCONT)
            if self.back:
                self._lead_back(upgrade)
            events = upgrade.finish()
            self.happened = True
            return judge(upgrade, events)
        finally:
            upgrade.wire.close()
            if first:
                first.kill()

    @staticmethod
    def _lead_back(upgrade):
        """The agents dial the first one for a while, as if an address had been moved back."""
        second, upgrade.wire.target = upgrade.wire.target, upgrade.first
        upgrade.wire.cut()
        upgrade.rest(AWAY_SECONDS)
        upgrade.wire.target = second
        upgrade.wire.cut()

    def came(self):
        kind = "a stopped controller wakes after its place was taken"
        return [kind + (", agents dial it again" if self.back else "")] if self.happened else []


class BuildsCase(Case):
    """The controller and an agent die, and another build of them goes on; and back again."""

    def __init__(self, name):
        super().__init__(name)
        self.deaths = []

    def make(self, world, programs):
        chance = random.Random(self.name)
        plans = {}
        for member, last in ((CONTROLLER, LAST_FACTS), ("cond1", 45), ("api2", 45)):
            first, second = sorted(chance.sample(range(4, last), 2))
            place = chance.choice(["journal-before", "journal-after"])
            plans[member] = [
                Death({"ROLLMILL_CRASH_AT": f"{place}:{first}"}),
                Death(programs=programs["release"], facts=second),
            ]
            self.deaths += plans[member]
        return GuardedUpgrade(world, programs["test"], plans)

    def came(self):
        kind = "another build goes on in the middle of an upgrade"
        return [kind for death in self.deaths if death.came]


def cases():
    for number in range(1, 7):
        yield WireCase(f"cut={number}", "connections cut", BETWEEN_CUTS, cut)
    for number in range(1, 4):
        yield WireCase(f"part={number}", "nobody reaches anybody for a while", BETWEEN_PARTS, part)
    yield WireCase("hush=1", "connections that carry nothing", (600, 600), hush)
    for number, at in enumerate((60, 130, 200, 270, 340), 1):
        yield PlaceCase(f"place={number}", at, back=False)
        yield PlaceCase(f"place-back={number}", at, back=True)
    for number in range(1, 9):
        yield BuildsCase(f"builds={number}")
    for number, at in enumerate((5, 11, 17, 23, 30) if os.geteuid() == 0 else (), 1):
        yield FullDiskCase(f"full-disk={number}", at)
