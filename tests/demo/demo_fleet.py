#!/usr/bin/python3 -B
"""Starts and stops everything of a demo: its world, one controller, five agents.

usage: demo_fleet.py --world DIR --bin DIR up | down | start NAME | kill NAME
NAME is `controller` or the name of a host; `kill` is kill -9, `start` starts it again.
Tests use the class.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import demo_files
from standin.service import daemon_of, end_process
from standin.world import HOSTS

MISSING_LOOKS = 10
READY_SECONDS = 60.0
STOP_SECONDS = 10.0
CONTROLLER = "controller"
MEMBERS = [CONTROLLER, *HOSTS]


class DemoError(Exception):
    """Something of the demo does not come up; the text says what and where to look."""


class Fleet:
    """The processes of one demo. All of it is found again from the folder alone."""

    def __init__(self, world, programs):
        self.world = os.path.abspath(world)
        self.programs = os.path.abspath(programs)
        self.folder = os.path.join(self.world, "rollmill")
        self.members = list(MEMBERS)
        self.programs_of = {}  # of members that run another build

    def up(self, quick=False):
        """Makes the world, starts controller and agents, waits until all are connected. `quick`:
        an upgrade takes a few seconds, for tests that need many."""
        self.make(quick)
        for name in MEMBERS:
            self.start(name)
        self.wait_connected()

    def make(self, quick=False):
        """Makes the world and the files of its members; starts none of these."""
        self._clear()
        self._run_world("up", *(["--quick"] if quick else []))
        with open(os.path.join(self.world, "world.json"), encoding="utf-8") as source:
            demo_files.write(self.world, json.load(source))

    def down(self):
        """Stops what is left of the demo; the files stay."""
        for name in reversed(self.members):
            pid = self.pid(name)
            if pid and not end_process(pid, STOP_SECONDS):
                raise DemoError(f"{name} (process {pid}) does not end")
        if os.path.exists(os.path.join(self.world, "world.json")):
            self._run_world("down")

    def start(self, name, words=(), variables=None):
        """Starts a member in a session of its own; its output goes to NAME.log. `words` come before
        its command line, `variables` into its environment."""
        with open(self._file(name, "log"), "ab") as log:
            child = subprocess.Popen(
                [*words, *self._command(name)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, start_new_session=True, env={**os.environ, **(variables or {})},
            )  # fmt: skip
        with open(self._file(name, "pid"), "w", encoding="utf-8") as out:
            out.write(f"{child.pid}\n")
        return child

    def kill(self, name):
        """kill -9; false when it was not there."""
        pid = self.pid(name)
        if pid:
            os.kill(pid, signal.SIGKILL)
        return bool(pid)

    def pid(self, name):
        """The process of a member, or None when it does not live."""
        return daemon_of(self._file(name, "pid"), self._command(name))

    def addresses(self):
        with open(os.path.join(self.folder, "addresses.json"), encoding="utf-8") as source:
            return json.load(source)

    def wait_connected(self):
        """Waits until the controller sees every agent."""
        limit = time.monotonic() + READY_SECONDS
        missing = {}  # a program that is just being loaded has no name yet: look more than once
        while time.monotonic() < limit:
            for name in MEMBERS:
                missing[name] = 0 if self.pid(name) else missing.get(name, 0) + 1
                if missing[name] == MISSING_LOOKS:
                    raise DemoError(f"{name} ended at once:\n{self.last_lines(name)}")
            if self.connected() == len(HOSTS):
                return
            time.sleep(0.1)
        raise DemoError(
            f"{self.connected()} of {len(HOSTS)} agents are connected after {READY_SECONDS:g} s; "
            f"the logs are in {self.folder}"
        )

    def last_lines(self, name, count=10):
        with open(self._file(name, "log"), encoding="utf-8", errors="replace") as source:
            return "".join(source.readlines()[-count:])

    def connected(self):
        """How many agents the controller says are connected."""
        program = os.path.join(self.programs, "rollmill")
        words = [program, "--server", self.addresses()["controller"]]
        asked = subprocess.run(
            [*words, "-o", "json", "hosts"], capture_output=True, text=True, timeout=30, check=False
        )
        if asked.returncode:
            return 0
        found = json.loads(asked.stdout)
        hosts = found if isinstance(found, list) else found.get("hosts", [])
        return sum(1 for host in hosts if host.get("connected"))

    def _command(self, name):
        program = "rollmill-agent" if name in HOSTS else "rollmilld"
        path = os.path.join(self.programs_of.get(name, self.programs), program)
        return [path, "--config", os.path.join(self.folder, f"{name}.json")]

    def _file(self, name, kind):
        return os.path.join(self.folder, f"{name}.{kind}")

    def _run_world(self, *words):
        command = [os.path.join(demo_files.BIN, "world"), "--world", self.world, *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
        if done.returncode != 0:
            raise DemoError(done.stderr.strip() or done.stdout.strip())

    def _clear(self):
        """Removes an earlier demo from the folder; refuses a folder that is something else."""
        if not os.path.exists(self.world) or not os.listdir(self.world):
            return
        if not os.path.exists(os.path.join(self.world, "world.json")):
            raise DemoError(f"{self.world} holds something that is no demo: name another folder")
        self.down()
        shutil.rmtree(self.world)


def main():
    made = argparse.ArgumentParser(description="Starts and stops everything of a demo.")
    made.add_argument("--world", required=True, metavar="DIR")
    made.add_argument("--bin", required=True, metavar="DIR", help="where rollmill's programs are")
    commands = made.add_subparsers(dest="command", required=True)
    commands.add_parser("up")
    commands.add_parser("down")
    commands.add_parser("start").add_argument("name", choices=MEMBERS)
    commands.add_parser("kill").add_argument("name", choices=MEMBERS)
    options = made.parse_args()
    fleet = Fleet(options.world, options.bin)
    try:
        match options.command:
            case "up":
                fleet.up()
                print(fleet.addresses()["controller"])
            case "down":
                fleet.down()
            case "start":
                fleet.start(options.name)
            case "kill":
                return 0 if fleet.kill(options.name) else 1
    except (DemoError, OSError) as error:
        print(f"demo: error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
