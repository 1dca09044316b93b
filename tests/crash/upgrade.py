"""One upgrade of a demo world with the real programs: from its start to the judgement of its end.

Used by every test that lets programs die in the middle of one.
"""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "demo"))

import demo_files  # noqa: E402, F401
from demo_fleet import CONTROLLER, DemoError, Fleet  # noqa: E402
from effects import NEW, SERVICES, read_effects  # noqa: E402
from goals import ARRIVED  # noqa: E402
from standin.service import gone  # noqa: E402
from standin.world import HOSTS, write_atomically  # noqa: E402

UPGRADE_SECONDS = 400.0
ANSWER_SECONDS = 30.0
LOOK_SECONDS = 0.03
STOPPED_STATES = ("PAUSED", "ABORTED", "FAILED")


class Crash(Exception):
    """An upgrade did not survive; the text says how it stands."""


class Upgrade:
    """One upgrade of a new world, from start to judgement."""

    goal = ARRIVED

    def __init__(self, world, programs):
        self.world = world
        self.fleet = Fleet(world, programs)
        self.cli = os.path.join(programs, "rollmill")
        self.limit = time.monotonic() + UPGRADE_SECONDS

    @staticmethod
    def start_words():
        """The words that start it, for the CLI."""
        words = ["upgrade", "start", "--to", NEW, "--yes", "--approve", "unpin", "--detach"]
        return [*words, "--reason", "crash test"]

    def change_world(self, **facts):
        """Changes what the stand-ins read of their world."""
        path = os.path.join(self.world, "world.json")
        with open(path, encoding="utf-8") as source:
            old = json.load(source)
        write_atomically(path, json.dumps({**old, **facts}) + "\n")

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
        """Waits until the view fits or the upgrade is where it was to end."""
        view = None
        while time.monotonic() < self.limit:
            view = self.view() or view
            if view and (view["state"] == self.goal.state or wanted(view)):
                return view
            if view and view["state"] in STOPPED_STATES:
                raise Crash(f"the upgrade is {view['state']}: {view['blocked']}")
            time.sleep(LOOK_SECONDS)
        raise Crash(f"the upgrade has not ended after {UPGRADE_SECONDS:g} s; it is {brief(view)}")

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

    def words(self, _):
        """What comes before the command line of a program that sees what a member sees."""
        return ()

    def journal(self, name=CONTROLLER):
        """The journal of a member."""
        stem = f"agents/{name}/agent" if name in HOSTS else name
        return os.path.join(self.fleet.folder, f"{stem}.db")


def brief(view):
    return view and {key: view[key] for key in ("state", "current_phase", "blocked")}


def await_true(holds, otherwise):
    limit = time.monotonic() + ANSWER_SECONDS
    while not holds():
        if time.monotonic() > limit:
            raise Crash(otherwise)
        time.sleep(LOOK_SECONDS)


def facts_in(journal):
    """How many facts a journal has; read beside the program that writes it."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as link:
            return link.execute("SELECT count(*) FROM facts").fetchone()[0]
    except sqlite3.Error:
        return 0


# ---- judgement -----------------------------------------------------------------------------------


def check_hosts(upgrade):
    """Every host has the release and nothing of ours is left; every service is unpinned."""
    wanted = upgrade.goal.release
    problems = []
    for host in HOSTS:
        folder = os.path.join(upgrade.world, "hosts", host)
        with open(os.path.join(folder, "release"), encoding="utf-8") as source:
            release = source.read().strip()
        if release != wanted:
            problems.append(f"{host}: release {release} is installed")
        left = os.listdir(os.path.join(folder, "etc", "ironic", "ironic.conf.d"))
        problems += [f"{host}: {name} is left in ironic.conf.d" for name in left]
    for host, service in SERVICES.items():
        said = upgrade.tool("service", "--host", host, service, "status")
        if not said.endswith(f"release {wanted} pin none"):
            problems.append(f"{host}: {said}")
    return problems


def check_steps(events, last_fact):
    """Each step that was sent has succeeded exactly once; the upgrade ended as it should."""
    sent = {event["step"] for event in events if event["kind"] == "StepDispatched"}
    done = [event["step"] for event in events if event["kind"] == "StepSucceeded"]
    problems = [f"step {step} has not succeeded" for step in sorted(sent - set(done))]
    twice = sorted({step for step in done if done.count(step) > 1})
    problems += [f"step {step} succeeded twice" for step in twice]
    if not sent:
        problems.append("the journal has no step")
    if not any(event["kind"] == last_fact for event in events):
        problems.append(f"the journal has no {last_fact}")
    return problems


def check_journal(upgrade, events):
    """A controller that reads the journal once more (it refuses a broken one) tells the same."""
    upgrade.restart_controller()
    problems = []
    if upgrade.events() != events:
        problems.append("the journal tells other events after a restart of the controller")
    view = upgrade.view()
    if not view or view["state"] != upgrade.goal.state:
        problems.append(f"after a restart of the controller the upgrade is {brief(view)}")
    working = [host["name"] for host in (view or {}).get("hosts", []) if host["doing"]]
    problems += [f"{host} is still at work" for host in working]
    return problems + check_chains(upgrade)


def check_chains(upgrade):
    """The hash chain of every journal holds, by the word of the program that checks it."""
    program = os.path.join(upgrade.fleet.programs, "rollmilld")
    problems = []
    for name in upgrade.fleet.members:
        command = [*upgrade.words(name), program, "--verify-journal", upgrade.journal(name)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0 or "the chain holds" not in done.stdout:
            problems.append(done.stderr.strip() or done.stdout.strip())
    return problems


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
    problems = upgrade.goal.check(read_effects(os.path.join(upgrade.world, "effects.log")))
    problems += check_hosts(upgrade)
    problems += check_steps(events, upgrade.goal.last_fact)
    return problems + check_journal(upgrade, events)


# ---- a world for each ----------------------------------------------------------------------------


def tell_state(upgrade):
    """Everything that helps to understand a failure."""
    print(f"  the world stays in {upgrade.world}")
    for name in (CONTROLLER, *HOSTS):
        print(f"  -- end of {name}.log")
        try:
            print(upgrade.last_lines(name))
        except OSError as error:
            print(error)


def remove(world):
    """A command of a person that nobody waits for may write its last line just now: tried again."""
    try:
        shutil.rmtree(world)
    except OSError:
        time.sleep(ANSWER_SECONDS / 10)
        shutil.rmtree(world)


def in_new_world(folder, make, run):
    """Runs one upgrade in a new world below `folder`; gives its problems. `make` makes it of its
    world, `run` runs it and judges. A world in which something went wrong stays."""
    world = tempfile.mkdtemp(prefix="w-", dir=os.path.abspath(folder))
    upgrade = make(world)
    problems = []
    try:
        problems = run(upgrade)
    except (Crash, DemoError, OSError, ValueError, subprocess.SubprocessError) as error:
        problems = [f"{type(error).__name__}: {error}"]
    if problems:
        tell_state(upgrade)
    upgrade.fleet.down()
    problems = problems or processes_of(world)
    for problem in problems:
        print(f"  PROBLEM: {problem}", flush=True)
    if not problems:
        remove(world)
    return problems
