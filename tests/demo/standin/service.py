"""The service manager of a host, in the manner of an init script: `start` says yes in any case."""

import json
import os
import signal
import subprocess
import time

from standin import arguments
from standin.world import complain, say

BIN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bin")
START_SECONDS = 3.0
KILL_SECONDS = 2.0
NOT_RUNNING = 3


def main():
    made = arguments.parser("service", "Starts, stops and shows a daemon of a host.")
    made.add_argument("name", choices=["conductor", "api"])
    commands = made.add_subparsers(dest="command", required=True)
    commands.add_parser("start")
    commands.add_parser("stop").add_argument("--timeout", type=float, default=30.0)
    commands.add_parser("status")
    options = made.parse_args()
    _, host = arguments.finish(made, options)
    match options.command:
        case "start":
            return start(host, options.name)
        case "stop":
            return stop(host, options.name, options.timeout)
        case "status":
            return _status(host, options.name)


def start(host, name):
    """Starts the daemon in a session of its own. 0 also when it dies at once."""
    if running(host, name):
        say(f"Starting {name}: already running.")
        return 0
    command = [os.path.join(BIN, name), "--world", host.world.folder, "--host", host.name]
    with open(host.path("log", f"{name}.log"), "ab") as log:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            cwd="/", env={"PATH": "/usr/bin:/bin"}, start_new_session=True,
        )  # fmt: skip
    host.effect("start", service=name, pid=child.pid)
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit and child.poll() is None:
        if _report(host, name).get("pid") == child.pid:
            break
        time.sleep(0.02)
    say(f"Starting {name}: done.")
    return 0


def stop(host, name, timeout):
    """Asks the daemon to stop, waits, kills it when it does not."""
    pid = running(host, name)
    if not pid:
        say(f"Stopping {name}: not running.")
        return 0
    killed = not _end(pid, signal.SIGTERM, timeout)
    if killed and not _end(pid, signal.SIGKILL, KILL_SECONDS):
        complain(f"Stopping {name}: process {pid} is still there.")
        return 1
    host.effect("stop", service=name, pid=pid, killed=killed)
    say(f"Stopping {name}: done.")
    return 0


def running(host, name):
    """The process id of the living daemon, or None. A stale pid file does not count."""
    program = os.path.join(BIN, name)
    return daemon_of(host.pid_file(name), [program, host.world.folder, host.name])


def daemon_of(pid_file, words):
    """The process that a pid file names, if it lives and its command line holds all of `words`."""
    try:
        with open(pid_file, encoding="utf-8") as source:
            pid = int(source.read())
        with open(f"/proc/{pid}/cmdline", "rb") as source:
            line = source.read().decode().split("\0")
    except (OSError, ValueError):
        return None
    return pid if all(word in line for word in words) and not gone(pid) else None


def gone(pid):
    """Whether a process has ended; one that only waits to be collected has."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as source:
            return source.read().rpartition(")")[2].split()[0] in ("Z", "X")
    except OSError:
        return True


def _end(pid, number, seconds):
    """Sends a signal and waits; returns whether the process is gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return True
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if gone(pid):
            return True
        time.sleep(0.02)
    return gone(pid)


def end_process(pid, seconds):
    """Stops a process in any case: asks, waits, kills."""
    return _end(pid, signal.SIGTERM, seconds) or _end(pid, signal.SIGKILL, KILL_SECONDS)


def _report(host, name):
    try:
        with open(host.state_file(name), encoding="utf-8") as source:
            return json.load(source)
    except (OSError, ValueError):
        return {}


def _status(host, name):
    pid = running(host, name)
    report = _report(host, name)
    if not pid or report.get("pid") != pid:
        say(f"{name} is not running")
        return NOT_RUNNING
    say(
        f"{name} is running: pid {pid} started {report['started']} "
        f"release {report['release']} pin {report['pin'] or 'none'}"
    )
    return 0
