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
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "demo"))

import demo_files  # noqa: E402
from demo_fleet import CONTROLLER, DemoError, Fleet  # noqa: E402
from effects import NEW, SERVICES, check_effects, read_effects  # noqa: E402
from kills import PHASES, draw_kills, in_order, is_late  # noqa: E402
from standin.service import gone  # noqa: E402
from standin.world import HOSTS, write_atomically  # noqa: E402

PER_UPGRADE = 10
MOST_UPGRADES = 5
UPGRADE_SECONDS = 400.0
ANSWER_SECONDS = 30.0
COMMAND_SECONDS = 20.0
COMMAND_AGE = 0.3
PACE = 4
LOOK_SECONDS = 0.03
TOOLS = {"release", "service", "dbsync"}
CHANGING = {"stage", "install", "start", "stop", "upgrade", "online_data_migrations"}
STOPPED_STATES = ("PAUSED", "ABORTED", "FAILED")


class Crash(Exception):
    """An upgrade did not survive; the text says how it stands."""


class Upgrade:
    """One upgrade of a new world, from start to judgement."""

    def __init__(self, world, programs):
        self.world = world
        self.fleet = Fleet(world, programs)
        self.cli = os.path.join(programs, "rollmill")
        self.limit = time.monotonic() + UPGRADE_SECONDS

    def start(self):
        self.fleet.up()
        self.slow_down()
        words = ["upgrade", "start", "--to", NEW, "--yes", "--approve", "unpin", "--detach"]
        self.ask(*words, "--reason", "crash test")

    def slow_down(self):
        """Commands that take longer than an agent's restart: a kill falls into them, and an agent
        that runs one again is found out."""
        path = os.path.join(self.world, "world.json")
        with open(path, encoding="utf-8") as source:
            facts = json.load(source)
        write_atomically(path, json.dumps({**facts, "pace": PACE}) + "\n")

    def ask(self, *words):
        """Output of a command of the CLI that must succeed."""
        command = [self.cli, "--controller", self.fleet.addresses()["controller"], *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            said = done.stdout + done.stderr
            raise Crash(f"rollmill {' '.join(words)}: exit code {done.returncode}\n{said}")
        return done.stdout

    def view(self):
        """The upgrade as the status page has it; None while the controller is away."""
        url = self.fleet.addresses()["status"] + "/api/v1/upgrades"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                found = json.load(answer)
        except (OSError, ValueError):
            return None
        upgrades = found if isinstance(found, list) else found.get("upgrades", [])
        return upgrades[0] if upgrades else None

    def await_view(self, wanted):
        """Waits until the view fits or the upgrade has succeeded."""
        view = None
        while time.monotonic() < self.limit:
            view = self.view() or view
            if view and (view["state"] == "SUCCEEDED" or wanted(view)):
                return view
            if view and view["state"] in STOPPED_STATES:
                raise Crash(f"the upgrade is {view['state']}: {view['blocked']}")
            time.sleep(LOOK_SECONDS)
        raise Crash(f"the upgrade has not ended after {UPGRADE_SECONDS:g} s; it is {brief(view)}")

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

    def finish(self):
        self.await_view(lambda view: False)
        return self.events()

    def events(self):
        return [json.loads(line) for line in self.ask("-o", "jsonl", "events").splitlines()]

    def restart_controller(self):
        """Stops it in an orderly way and lets it read its journal once more."""
        pid = self.fleet.pid(CONTROLLER)
        os.kill(pid, signal.SIGTERM)
        await_true(lambda: gone(pid), "the controller does not end when asked to")
        self.fleet.start(CONTROLLER)
        self.fleet.wait_connected()

    def tool(self, program, *words):
        command = [os.path.join(demo_files.BIN, program), "--world", self.world, *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return (done.stdout.splitlines() or [""])[-1]

    def last_lines(self, name):
        return self.fleet.last_lines(name, 15)


def brief(view):
    return view and {key: view[key] for key in ("state", "current_phase", "blocked")}


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


def await_true(holds, otherwise):
    limit = time.monotonic() + ANSWER_SECONDS
    while not holds():
        if time.monotonic() > limit:
            raise Crash(otherwise)
        time.sleep(LOOK_SECONDS)


# ---- judgement -----------------------------------------------------------------------------------


def phase_at(events, seconds):
    """The phase that had begun last, by the journal."""
    hit = PHASES[0]
    for event in events:
        begun = datetime.datetime.fromisoformat(event["at"]).timestamp()
        if event["kind"] == "PhaseStarted" and begun <= seconds:
            hit = event["phase"]
    return hit


def check_hosts(upgrade):
    """Every host has the new release and nothing of ours is left; every service is unpinned."""
    problems = []
    for host in HOSTS:
        folder = os.path.join(upgrade.world, "hosts", host)
        with open(os.path.join(folder, "release"), encoding="utf-8") as source:
            release = source.read().strip()
        if release != NEW:
            problems.append(f"{host}: release {release} is installed")
        left = os.listdir(os.path.join(folder, "etc", "ironic", "ironic.conf.d"))
        problems += [f"{host}: {name} is left in ironic.conf.d" for name in left]
    for host, service in SERVICES.items():
        said = upgrade.tool("service", "--host", host, service, "status")
        if not said.endswith(f"release {NEW} pin none"):
            problems.append(f"{host}: {said}")
    return problems


def check_steps(events):
    """Each step that was sent has succeeded exactly once; the last fact is the success."""
    sent = {event["step"] for event in events if event["kind"] == "StepDispatched"}
    done = [event["step"] for event in events if event["kind"] == "StepSucceeded"]
    problems = [f"step {step} has not succeeded" for step in sorted(sent - set(done))]
    twice = sorted({step for step in done if done.count(step) > 1})
    problems += [f"step {step} succeeded twice" for step in twice]
    if not sent:
        problems.append("the journal has no step")
    if not any(event["kind"] == "UpgradeSucceeded" for event in events):
        problems.append("the journal has no UpgradeSucceeded")
    return problems


def check_journal(upgrade, events):
    """A controller that reads the journal once more (it refuses a broken one) tells the same."""
    upgrade.restart_controller()
    problems = []
    if upgrade.events() != events:
        problems.append("the journal tells other events after a restart of the controller")
    view = upgrade.view()
    if not view or view["state"] != "SUCCEEDED":
        problems.append(f"after a restart of the controller the upgrade is {brief(view)}")
    working = [host["name"] for host in (view or {}).get("hosts", []) if host["doing"]]
    return problems + [f"{host} is still at work" for host in working]


def processes_of(world):
    """Command lines that name the world: after `down` none may be left."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as source:
                words = source.read().decode(errors="replace").split("\0")
        except OSError:
            continue
        if int(pid) != os.getpid() and not gone(int(pid)) and any(world in w for w in words):
            found.append(f"process {pid}: {' '.join(words)}")
    return found


def judge(upgrade, events):
    problems = check_effects(read_effects(os.path.join(upgrade.world, "effects.log")))
    problems += check_hosts(upgrade)
    problems += check_steps(events)
    return problems + check_journal(upgrade, events)


# ---- the test ------------------------------------------------------------------------------------


def run_upgrade(upgrade, kills):
    """One upgrade with its kills; gives the problems. Kills that came too late stay unused."""
    upgrade.start()
    struck = [kill for kill in in_order(kills) if upgrade.strike(kill)]
    events = upgrade.finish()
    for kill in struck:
        kill.hit = phase_at(events, kill.at)
        print("  " + kill.text(), flush=True)
    return judge(upgrade, events)


def tell_state(upgrade):
    """Everything that helps to understand a failure."""
    print(f"  the world stays in {upgrade.world}")
    for name in (CONTROLLER, *HOSTS):
        print(f"  -- end of {name}.log")
        try:
            print(upgrade.last_lines(name))
        except OSError as error:
            print(error)


def in_new_world(folder, programs, kills):
    """Whether one upgrade of a new world came out as it must."""
    world = tempfile.mkdtemp(prefix="crash-", dir=folder)
    upgrade = Upgrade(world, programs)
    problems = []
    try:
        problems = run_upgrade(upgrade, kills)
    except (Crash, DemoError, OSError, subprocess.TimeoutExpired) as error:
        problems = [str(error)]
    if problems:
        tell_state(upgrade)
    upgrade.fleet.down()
    if not problems:
        problems = processes_of(world)
    for problem in problems:
        print(f"  PROBLEM: {problem}")
    if not problems:
        shutil.rmtree(world)
    return not problems


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
        if not in_new_world(sys.argv[1], programs, todo):
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
