"""Looks at a host from outside, without its help: what is installed, what runs since when, what
pins it. Nothing here asks rollmill."""
import os
import re
import time
from pathlib import Path

from labkit import topology as top
from labkit.shell import start_time

DPKG_STATUS = "var/lib/dpkg/status"
TICKS = os.sysconf("SC_CLK_TCK")
PIN = re.compile(r"^\s*pin_release_version\s*=\s*(\S+)", re.MULTILINE)
PROGRAMS = {"conductor": b"ironic-conductor", "api": b"uwsgi_python3"}
DBSYNC = b"ironic-dbsync"


def boot_time() -> float:
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


class Observer:
    """Keeps what it read of a file until the file changes: it is asked every half second."""

    def __init__(self, hosts_folder: Path):
        self.folder = hosts_folder
        self.booted = boot_time()
        self.packages = {}
        self.leaders = {}  # session -> when the process that leads it was started

    def host(self, spec: top.HostSpec, init_pid: int) -> dict:
        """Installed version, the pin in its files, when those files last changed, and role ->
        start time of every Ironic service that runs there, whatever the host is meant for."""
        root = self.folder / spec.name / "root"
        services = {}
        for role, program in PROGRAMS.items():
            started = self.service_started(main_process(init_pid, program))
            if started:
                services[role] = started
        pin, pin_changed = pin_of(root)
        expand = expanding(init_pid) if spec.role == "admin" else 0
        return {"expanding": self.started(expand), "version": self.version(root), "pin": pin,
                "services": services,
                "changed": round(max(pin_changed, changed(root / DPKG_STATUS)), 2)}

    def service_started(self, pid: int):
        """A worker that outlives its master for a moment is what the master began, no new start."""
        started, session = self.started(pid), session_of(pid)
        if session == pid:
            self.leaders[session] = started
        return self.leaders.get(session) or started

    def started(self, pid: int):
        """Seconds since the epoch, or None when there is no such process, or no more."""
        ticks = start_time(pid)
        return round(self.booted + ticks / TICKS, 2) if ticks else None

    def version(self, root: Path) -> str:
        """Version of the package that carries Ironic's code; "" while it is being replaced."""
        path = root / DPKG_STATUS
        try:
            stamp = path.stat().st_mtime_ns
            if self.packages.get(path, (0, ""))[0] != stamp:
                self.packages[path] = (stamp, installed_version(path.read_text()))
        except OSError:
            return ""
        return self.packages[path][1]


def installed_version(status: str, package="python3-ironic") -> str:
    found = re.search(rf"^Package: {package}\n(?:.+\n)*", status, re.MULTILINE)
    if not found or "\nStatus: install ok installed\n" not in found.group(0):
        return ""
    return re.search(r"^Version: (\S+)", found.group(0), re.MULTILINE).group(1)


def pin_of(root: Path) -> tuple[str, float]:
    """The pin that a process started now would read, in the order in which Ironic reads files, and
    when it may last have changed: a folder changes with every file that comes or goes."""
    etc = root / "etc/ironic"
    folders = list(etc.glob("*.conf.d"))
    files = [etc / "ironic.conf", *sorted(etc.glob("*.conf.d/*.conf"))]
    latest = max(changed(path) for path in [etc, *folders, *files])
    pin = ""
    for path in files:
        try:
            found = PIN.findall(path.read_text())
        except OSError:
            continue
        pin = found[-1] if found else pin
    return pin, latest


def changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def main_process(init_pid: int, program) -> int:
    """The service's first process: it runs the program, and its parent does not."""
    try:
        namespace = os.readlink(f"/proc/{init_pid}/ns/pid")
    except OSError:
        return 0
    running = dict(processes_of(namespace, program))
    first = [pid for pid, parent in running.items() if parent not in running]
    return min(first, default=0)


def session_of(pid: int) -> int:
    try:
        return os.getsid(pid) if pid else 0
    except OSError:  # gone while it was looked at
        return 0


def expanding(init_pid: int) -> int:
    """The process that changes the schema; 0 while there is none."""
    return process_with(init_pid, DBSYNC, b"upgrade")


def process_with(init_pid: int, program: bytes, word: bytes) -> int:
    """A process of a host that runs the program and has the word among its arguments, or 0."""
    try:
        for pid, _ in processes_of(os.readlink(f"/proc/{init_pid}/ns/pid"), program):
            if word in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                return pid
    except OSError:  # gone while it was looked at
        pass
    return 0


def processes_of(namespace: str, program: bytes):
    """Pid and parent of the living processes of that program in a host's pid namespace."""
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            if os.readlink(f"/proc/{entry}/ns/pid") != namespace:
                continue
            words = Path(f"/proc/{entry}/cmdline").read_bytes().split(b"\0")
            fields = Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if runs(words, program) and fields[0] not in "ZX":
            yield int(entry), int(fields[1])


def runs(words: list[bytes], program: bytes) -> bool:
    """Whether a command line is the program's, by name, by interpreter, or by a title it gave
    itself ("ironic-conductor: master process"); an init script of that name is not."""
    if words[0].startswith(program + b":"):
        return True
    for word in words[:2]:
        if os.path.basename(word) == program:
            return not word.startswith(b"/etc/init.d/") or b"systemd-start" in words
    return False
