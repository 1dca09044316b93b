#!/usr/bin/python3 -B
"""kill -9 of the controller and of agents at 20 random moments of the demo's upgrade.

usage: crash_test.py FOLDER    worlds are made in FOLDER; one that failed stays there

Several upgrades, each in a new world, with some kills each; every killed program is started again
after a random pause. Each upgrade must end as if nothing had happened: every effect once, in order.
ROLLMILL_BIN is the folder of the programs. ROLLMILL_CRASH_SEED repeats the moments of a run.
"""

import datetime
import json
import os
import secrets
import subprocess
import sys
import time

from kills import PHASES, draw_kills, in_order, is_late
from upgrade import CONTROLLER, HOSTS, LOOK_SECONDS, Crash, Upgrade, in_new_world, judge

PER_UPGRADE = 10
MOST_UPGRADES = 5
COMMAND_SECONDS = 20.0
COMMAND_AGE = 0.3
PACE = 4
TOOLS = {"release", "service", "dbsync"}
CHANGING = {"stage", "install", "start", "stop", "upgrade", "online_data_migrations"}


class StruckUpgrade(Upgrade):
    """An upgrade whose programs are killed from outside while it runs."""

    def start(self):
        self.fleet.up(quick=True)
        self.change_world(pace=PACE)  # a kill falls into a command, which must not be run again
        self.ask(*self.start_words())

    def strike(self, kill):
        """Kills at the wanted moment and starts again; false when the upgrade has ended before."""
        self.await_view(lambda view: has_come(kill, view))
        if kill.inside is None or not self.await_command(kill):
            time.sleep(kill.delay)
            view = self.await_view(lambda view: True)
            if view["state"] == "SUCCEEDED":
                return False
            kill.victim = CONTROLLER if kill.controller else choose_agent(kill, view)
        kill.at = time.time()
        if not self.fleet.kill(kill.victim):
            last = self.last_lines(kill.victim)
            raise Crash(f"{kill.victim} was not there to be killed:\n{last}")
        time.sleep(kill.pause)
        self.fleet.start(kill.victim)
        return True

    def await_command(self, kill):
        """Waits until an agent runs a command that changes something; it becomes the victim."""
        since = time.time() - COMMAND_AGE
        limit = time.monotonic() + COMMAND_SECONDS
        with open(os.path.join(self.world, "calls.log"), encoding="utf-8") as calls:
            while time.monotonic() < limit:
                for call in map(json.loads, calls):
                    words = CHANGING.intersection(call["args"])
                    begun = datetime.datetime.fromisoformat(call["time"]).timestamp()
                    if words and call["program"] in TOOLS and begun > since:
                        kill.victim, kill.during = call["host"], words.pop()
                        time.sleep(kill.inside)
                        return True
                time.sleep(LOOK_SECONDS)
        return False


def has_come(kill, view):
    """Whether the turn in which a kill is meant to fall has begun."""
    now, wanted = view["current_phase"], PHASES.index(kill.phase)
    if now not in PHASES or PHASES.index(now) < wanted:
        return False
    done = {phase["name"]: phase["turns_done"] for phase in view["phases"]}
    return PHASES.index(now) > wanted or done[kill.phase] >= kill.turn


def choose_agent(kill, view):
    """An agent at work, most of the time; else any."""
    working = sorted(host["name"] for host in view["hosts"] if host["doing"])
    return kill.chance.choice(working if working and kill.at_work else HOSTS)


def phase_at(events, seconds):
    """The phase that had begun last, by the journal."""
    hit = PHASES[0]
    for event in events:
        begun = datetime.datetime.fromisoformat(event["at"]).timestamp()
        if event["kind"] == "PhaseStarted" and begun <= seconds:
            hit = event["phase"]
    return hit


def run_upgrade(upgrade, kills):
    """One upgrade with its kills; gives the problems. Kills that came too late stay unused."""
    upgrade.start()
    struck = [kill for kill in in_order(kills) if upgrade.strike(kill)]
    events = upgrade.finish()
    for kill in struck:
        kill.hit = phase_at(events, kill.at)
        print("  " + kill.text(), flush=True)
    return judge(upgrade, events)


def missing_kinds(kills):
    """Controller and agents must have been hit before unpin and from it on."""
    hit = {(kill.controller, is_late(kill.hit)) for kill in kills if kill.hit}
    return [
        f"no {'controller' if controller else 'agent'} was killed {when}"
        for controller in (True, False)
        for late, when in ((False, "before unpin"), (True, "from unpin on"))
        if (controller, late) not in hit
    ]


def tell_phases(kills):
    for phase in PHASES:
        whom = sorted(kill.victim for kill in kills if kill.hit == phase)
        print(f"  {phase:<11}{', '.join(whom) or '-'}")


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    programs = os.environ["ROLLMILL_BIN"]
    seed = os.environ.get("ROLLMILL_CRASH_SEED") or secrets.token_hex(4)
    print(f"ROLLMILL_CRASH_SEED={seed}", flush=True)
    kills = draw_kills(seed)
    begun = time.monotonic()
    for number in range(1, MOST_UPGRADES + 1):
        todo = [kill for kill in kills if not kill.hit][:PER_UPGRADE]
        if not todo:
            break
        print(f"upgrade {number}", flush=True)
        made = lambda world: StruckUpgrade(world, programs)
        if in_new_world(sys.argv[1], made, lambda upgrade: run_upgrade(upgrade, todo)):
            return 1
    tell_phases(kills)
    missing = missing_kinds(kills) + [
        f"kill {kill.number} in {kill.phase} never happened" for kill in kills if not kill.hit
    ]
    for text in missing:
        print(f"PROBLEM: {text}")
    done = sum(bool(kill.hit) for kill in kills)
    print(f"{done} kills in {time.monotonic() - begun:.0f} s; seed {seed}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
