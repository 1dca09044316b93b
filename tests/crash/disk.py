"""An agent whose disk is full for a while."""

import contextlib
import os
import shutil
import subprocess
import time

from cases import Case
from guard import Death, GuardedUpgrade
from upgrade import LOOK_SECONDS, facts_in, judge

HOST = "cond2"
SIZE = "16m"
FULL_SECONDS = 2.0
ENDED = (-6, 1)  # it cannot go on, and later it cannot begin
MOST_STARTS = 300


class SmallDisk:
    """A file system of its own in a mount namespace of its own, held open by a process that waits.
    Programs get into it by `words`."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        script = f"mount -t tmpfs -o size={SIZE} small '{folder}' && echo ready && exec sleep 600"
        self._holder = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", script],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        if self._holder.stdout.readline().strip() != "ready":
            raise OSError("no small disk can be made: is this root?")

    def words(self, folder):
        """Come before the command line of a program: it then sees the disk, and is in `folder`."""
        return ("nsenter", f"--mount=/proc/{self._holder.pid}/ns/mnt", f"--wdns={folder}")

    def path(self, name):
        """A file on it as seen from outside."""
        return f"/proc/{self._holder.pid}/root{self.folder}/{name}"

    def fill(self):
        with open(self.path("filler"), "wb", buffering=0) as out, contextlib.suppress(OSError):
            while True:
                out.write(b"x" * 4096)

    def empty(self):
        os.unlink(self.path("filler"))

    def close(self):
        self._holder.kill()
        self._holder.wait()


class SmallDiskUpgrade(GuardedUpgrade):
    """The journal and the kept commands of one agent are on a small disk."""

    def __init__(self, world, programs):
        super().__init__(world, programs, {})
        self.disk = None

    def begin(self):
        self.fleet.make(quick=True)
        self.disk = SmallDisk(os.path.join(self.fleet.folder, "agents", HOST))
        words = self.words(HOST)
        self.guard.plans[HOST] = [Death(words=words, codes=ENDED) for _ in range(MOST_STARTS)]
        self.guard.begin()

    def words(self, name):
        return self.disk.words(self.fleet.folder) if name == HOST else ()

    def facts(self):
        """How many facts the journal on the small disk has; by a copy, as SQLite does not find its
        way to the file from here."""
        copy = os.path.join(self.world, "copy.db")
        for end in ("", "-wal"):
            with contextlib.suppress(OSError):
                shutil.copyfile(self.disk.path(f"agent.db{end}"), copy + end)
        return facts_in(copy)


class FullDiskCase(Case):
    """The disk is full from some fact of the agent's journal on, for a while."""

    def __init__(self, name, at):
        super().__init__(name)
        self.at = at
        self.filled = False

    def make(self, world, programs):
        return SmallDiskUpgrade(world, programs["release"])

    def run(self, upgrade):
        upgrade.begin()
        try:
            while upgrade.facts() < self.at and not upgrade.ended():
                time.sleep(LOOK_SECONDS)
            if upgrade.ended():
                return ["the upgrade ended before the disk was full"]
            upgrade.disk.fill()
            self.filled = True
            upgrade.rest(FULL_SECONDS)
            upgrade.disk.empty()
            return judge(upgrade, upgrade.finish())
        finally:
            upgrade.fleet.down()
            upgrade.disk.close()

    def came(self):
        return ["an agent's disk is full for a while"] if self.filled else []
