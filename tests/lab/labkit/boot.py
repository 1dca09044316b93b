"""How a host's init comes up: the release's own systemd, or a shell as pid 1."""
import os
from pathlib import Path

from labkit import cgroup
from labkit import topology as top
from labkit.shell import start_time, wait_until

SCRIPT = """\
set -e
hostname {name}
mount -t proc proc {root}/proc
mount -t sysfs -o ro sysfs {root}/sys 2>/dev/null || true
mount -t tmpfs -o mode=755 tmpfs {root}/run
mkdir -p {root}/run/lock
mount -t tmpfs -o mode=755 tmpfs {root}/dev
mkdir -p {root}/dev/shm {root}/dev/pts
mount -t tmpfs -o mode=1777 tmpfs {root}/dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts {root}/dev/pts
ln -s pts/ptmx {root}/dev/ptmx
ln -s /proc/self/fd {root}/dev/fd
for device in null:3 zero:5 full:7 random:8 urandom:9; do
    mknod -m 666 {root}/dev/${{device%:*}} c 1 ${{device#*:}}
done
mknod -m 666 {root}/dev/tty c 5 0
{binds}
exec chroot {root} /bin/bash -c 'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done'
"""


def machine_has_systemd() -> bool:
    return Path("/run/systemd/system").exists()


def systemd_command(spec: top.HostSpec, root: Path, binds):
    """systemd-nspawn with a unified cgroup tree, which systemd 257 and later insist on."""
    argv = ["systemd-nspawn", "--quiet", "--boot", f"--directory={root}", "--register=no",
            f"--network-namespace-path=/run/netns/{spec.namespace}", f"--machine={spec.namespace}",
            f"--hostname={spec.name}", "--console=passive", "--resolv-conf=off"]
    argv += [f"--bind={source}:{target}" for source, target in binds]
    if not machine_has_systemd():  # there is nobody to ask for a scope
        argv = cgroup.starting_in(cgroup.group_of(spec.namespace), [*argv, "--keep-unit"])
    return argv, {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}


def script_command(spec: top.HostSpec, root: Path, binds, folder: Path):
    lines = [f"mkdir -p {root}{target}\nmount --bind {source} {root}{target}"
             for source, target in binds]
    script = folder / "boot.sh"
    script.write_text(SCRIPT.format(name=spec.name, root=root, binds="\n".join(lines)))
    # exec'ed after its namespace was entered, so that the recorded pid is unshare's
    return ["nsenter", f"--net=/run/netns/{spec.namespace}", "unshare", "--mount", "--uts", "--ipc",
            "--pid", "--fork", "--kill-child", "--propagation", "private", "/bin/bash",
            str(script)], {}


def wait_init(outer: int, init: str, root: Path) -> int:
    """The host's pid 1 as the machine sees it, or 0 when the outer process ended first."""
    def found():
        if not start_time(outer):
            return -1
        for child in _children(outer):
            if _is_init(child, init, root):
                return child
        return 0

    pid = wait_until(f"a pid 1 below process {outer}", 30, found, period=0.05)
    return max(pid, 0)


def wait_systemd(host):
    def up():
        state = host.run("systemctl", "is-system-running", check=False, timeout=20).stdout.strip()
        return state in ("running", "degraded")

    wait_until(f"systemd of {host.spec.name} to be up", 60, up)


def _children(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _is_init(pid: int, init: str, root: Path) -> bool:
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
        if init == "systemd":
            return name == "systemd"
        return name == "bash" and os.readlink(f"/proc/{pid}/root") == str(root)
    except OSError:
        return False
