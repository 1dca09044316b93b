"""Folders of the lab, and the stages of a run: each with a log of its own and a limit of time."""
import fcntl
import json
import shutil
import time
from pathlib import Path

from labkit import shell

KEPT = "cache"


class State:
    """Everything the lab writes lies below one folder; `cache` stays between runs."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.cache = folder / KEPT
        self.run = folder / "run"
        self.logs = self.run / "logs"
        self.volatile = self.run / "volatile"
        self.hosts = self.volatile / "hosts"
        self.processes = shell.Processes(self.run / "processes")
        self._lock = None

    def lock(self):
        """One lab at a time: its namespaces have names of the whole machine."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise shell.LabError(f"another lab works in {self.folder}; wait for it, or give "
                                 "--state another folder once it is down") from error

    def fresh_run(self):
        if self.run.exists():
            shutil.rmtree(self.run)
        self.logs.mkdir(parents=True)

    def mount_volatile(self):
        """Hosts and database live in memory: faster, and gone with one unmount."""
        self.volatile.mkdir()
        shell.run(["mount", "-t", "tmpfs", "-o", "mode=755", "rollmill-lab", self.volatile])

    def save(self, name: str, value):
        (self.run / name).write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")

    def load(self, name: str):
        path = self.run / name
        return json.loads(path.read_text()) if path.exists() else None


class Stages:
    """Runs stages in order and prints one line for each."""

    def __init__(self, state: State):
        self.state = state
        self.seconds = {}

    def do(self, name: str, limit: int, work) -> object:
        """work() returns a note for the stage's line; its commands go to the stage's log."""
        log = self.state.logs / f"{len(self.seconds) + 1:02d}-{name}.log"
        shell.LOG.open(log)
        began = time.monotonic()
        try:
            with shell.deadline(limit, f"stage {name}"):
                note = work()
        except shell.LabError as error:
            raise type(error)(f"stage {name}: {error}\nits log: {log}") from error
        self.seconds[name] = round(time.monotonic() - began, 1)
        print(f"  {name:<12}{self.seconds[name]:7.1f} s  {note or ''}", flush=True)
        return note
