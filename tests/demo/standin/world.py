"""One demo world: the folder that holds everything, its hosts, and its two logs."""

import datetime
import json
import os
import sys
import time

HOSTS = ["cond1", "cond2", "api1", "api2", "admin"]
BACKEND = "apis"


def now_text():
    """The time now, UTC, to the microsecond, with its offset."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="microseconds")


def write_atomically(path, text):
    """Replaces a file in one step, so that a reader sees the old text or the new one."""
    part = f"{path}.part.{os.getpid()}"
    with open(part, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.rename(part, path)


def append_line(path, record):
    """Adds one JSON line in a single write, so that lines of several processes never mix."""
    line = (json.dumps(record) + "\n").encode()
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        os.write(handle, line)
    finally:
        os.close(handle)


class World:
    """Paths and addresses of one world. Cheap to make; reads world.json when first asked."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self._facts = None

    @property
    def facts(self):
        if self._facts is None:
            with open(self.path("world.json"), encoding="utf-8") as source:
                self._facts = json.load(source)
        return self._facts

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    @property
    def database(self):
        return self.path("ironic.db")

    @property
    def effects(self):
        return self.path("effects.log")

    @property
    def socket(self):
        return self.path("balancer", "haproxy.sock")

    @property
    def quick(self):
        """A world for tests that need many upgrades: everything in it takes a tenth of the time."""
        return self.facts.get("quick", False)

    def pause(self, seconds):
        """The time that a tool takes. A test may make a world slower: "pace" in world.json."""
        time.sleep(seconds * self.facts.get("pace", 0.1 if self.quick else 1))

    def span(self, seconds):
        """The time that a daemon takes over something."""
        return seconds * 0.1 if self.quick else seconds

    def time_text(self, stamp):
        """Seconds since the epoch as Ironic's API writes a time: whole seconds; None stays None.
        A quick world has several heartbeats a second, so it tells the fraction as well."""
        if stamp is None:
            return None
        seconds = stamp if self.quick else int(stamp)
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat()

    def host(self, name):
        return Host(self, name)

    def hosts_with(self, role):
        """Names of the hosts of one role, sorted."""
        return sorted(n for n, facts in self.facts["hosts"].items() if facts["role"] == role)


class Host:
    """One host of a world: its folders, its address, its installed release."""

    def __init__(self, world, name):
        self.world = world
        self.name = name
        self.folder = world.path("hosts", name)

    @property
    def facts(self):
        return self.world.facts["hosts"][self.name]

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    @property
    def conf_file(self):
        return self.path("etc", "ironic", "ironic.conf")

    @property
    def drop_ins(self):
        return self.path("etc", "ironic", "ironic.conf.d")

    def pid_file(self, service):
        return self.path("run", f"{service}.pid")

    def state_file(self, service):
        return self.path("run", f"{service}.json")

    def installed(self):
        with open(self.path("release"), encoding="utf-8") as source:
            return source.read().strip()

    def effect(self, name, **fields):
        """Records one effect: what was really done on this host."""
        record = {"time": now_text(), "host": self.name, "effect": name, **fields}
        append_line(self.world.effects, record)

    def called(self, program, arguments):
        record = {"time": now_text(), "host": self.name, "program": program, "args": arguments}
        append_line(self.world.path("calls.log"), record)


def say(text):
    """Prints one line at once: the agent streams what a command says while it runs."""
    print(text, flush=True)


def complain(text):
    print(text, file=sys.stderr, flush=True)
