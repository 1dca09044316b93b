"""Commands with a limit of time, and processes that a later call of the lab finds again."""
import json
import os
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path


class LabError(Exception):
    """What went wrong, where, and what to do; printed as it is."""


class StageTimeout(LabError):
    pass


class MachineLacks(LabError):
    """This machine cannot hold a lab: it has no archive, no namespaces, or boots no hosts. That
    says nothing about what the lab is to judge."""


@contextmanager
def lacking(what: str):
    """A failure inside is one of the machine."""
    try:
        yield
    except StageTimeout:
        raise
    except LabError as error:
        raise MachineLacks(f"{what}: {error}") from error


class Log:
    """Where the commands of the running stage and their output go."""

    def __init__(self):
        self.file = None

    def open(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = path.open("a", buffering=1, encoding="utf-8")

    def write(self, text: str):
        if self.file:
            self.file.write(text if text.endswith("\n") else text + "\n")


LOG = Log()


def run(argv, timeout=60, check=True, stdin=None, env=None, cwd=None):
    """Runs a command to its end; a failure or an overrun is a LabError that names the command."""
    argv = [str(a) for a in argv]
    shown = " ".join(argv) if len(argv) < 30 else " ".join(argv[:30]) + " ..."
    began = time.monotonic()
    full_env = {**os.environ, **env} if env else None
    try:
        done = subprocess.run(argv, input=stdin, stdin=None if stdin is not None else
                              subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                              timeout=timeout, env=full_env, cwd=cwd)
    except subprocess.TimeoutExpired as error:
        raise LabError(f"took longer than {timeout} s: {shown}") from error
    except FileNotFoundError as error:
        raise LabError(f"{argv[0]} is not installed; `./dev lab` installs what the lab needs (its "
                       "list is .ci/packages-lab.txt)") from error
    seconds = time.monotonic() - began
    LOG.write(f"$ {shown}\n# code {done.returncode}, {seconds:.2f} s\n{done.stdout}{done.stderr}")
    if check and done.returncode != 0:
        tail = (done.stderr.strip() or done.stdout.strip())[-600:]
        raise LabError(f"code {done.returncode} from: {shown}\n{tail}")
    return done


def wait_until(what: str, limit: float, condition, period=0.1):
    """Polls until condition() is true and returns that value; a LabError after the limit."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise LabError(f"waited {limit:g} s in vain: {what}")
        time.sleep(period)


@contextmanager
def deadline(seconds: int, what: str):
    """Whatever runs inside is cut short after so many seconds (main thread only)."""
    def ring(_signal, _frame):
        raise StageTimeout(f"{what} took longer than its {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def start_time(pid: int) -> int:
    """Start of a process in clock ticks since boot, or 0 when there is no such living process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return 0 if fields[0] in "ZX" else int(fields[19])


class Processes:
    """Processes by name, kept on disk as pid and start time: a recycled pid is never killed."""

    def __init__(self, folder: Path):
        self.folder = folder

    def record(self, name: str, pid: int):
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(json.dumps([pid, start_time(pid)]))

    def pid(self, name: str) -> int:
        """The living process of that name, or 0."""
        try:
            pid, started = json.loads((self.folder / name).read_text())
        except (OSError, ValueError):
            return 0
        return pid if started and start_time(pid) == started else 0

    def start(self, name: str, argv, log: Path, env=None, cwd=None) -> int:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            child = subprocess.Popen([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=out,
                                     stderr=out, start_new_session=True, cwd=cwd,
                                     env={**os.environ, **(env or {})})
        self.record(name, child.pid)
        LOG.write(f"& {name}: pid {child.pid}: {' '.join(str(a) for a in argv)}")
        return child.pid

    def stop(self, name: str, signal_number=signal.SIGTERM, patience=10.0):
        """Asks, waits, then kills; gone when this returns."""
        pid, began = self.pid(name), time.monotonic()
        if pid:
            self._signal(pid, signal_number)
            self._wait_gone(name, patience)
        if self.pid(name):
            self._signal(pid, signal.SIGKILL)
            self._wait_gone(name, 5.0)
        LOG.write(f"- {name}: pid {pid} is gone after {time.monotonic() - began:.2f} s")
        (self.folder / name).unlink(missing_ok=True)

    def names(self) -> list[str]:
        return sorted(p.name for p in self.folder.iterdir()) if self.folder.is_dir() else []

    @staticmethod
    def _signal(pid: int, number: int):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass

    def _wait_gone(self, name: str, limit: float):
        end = time.monotonic() + limit
        while self.pid(name) and time.monotonic() < end:
            time.sleep(0.05)

