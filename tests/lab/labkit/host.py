"""A host: an overlay over the root filesystem of the old release, a network namespace, and an init
of its own: the release's systemd in systemd-nspawn, or a shell for the packages' init scripts."""
import os
import shutil
import signal
from pathlib import Path

from labkit import boot, cgroup, network
from labkit import topology as top
from labkit.ironic_conf import ironic_conf
from labkit.rootfs import RootFilesystem, mount_overlay
from labkit.shell import LabError, run
from labkit.state import State

UNITS_THAT_WAIT = ("ironic-api", "ironic-conductor", "tftpd-hpa", "open-iscsi", "iscsid")


class Host:
    def __init__(self, state: State, spec: top.HostSpec):
        self.state, self.spec = state, spec
        self.folder = state.hosts / spec.name
        self.root = self.folder / "root"

    # ---- life

    def create(self, rootfs: RootFilesystem, init: str):
        mount_overlay(self.root, rootfs.layers(self.spec.role), self.folder / "upper",
                      self.folder / "work")
        (self.folder / "init").write_text(init)
        self._write_files()
        if init == "systemd":
            self._choose_units()
        network.create_host(self.spec)

    @property
    def init(self) -> str:
        return (self.folder / "init").read_text()

    def start_boot(self):
        """Begins to boot; wait_boot() ends it. Two calls, so that hosts boot side by side."""
        log = self.folder / "console.log"
        if self.init == "systemd":
            argv, env = boot.systemd_command(self.spec, self.root, self._binds())
        else:
            argv, env = boot.script_command(self.spec, self.root, self._binds(), self.folder)
        self.state.processes.start(self._outer, argv, log, env)

    def wait_boot(self):
        outer = self.state.processes.pid(self._outer)
        pid = boot.wait_init(outer, self.init, self.root) if outer else 0
        if not pid:
            tail = (self.folder / "console.log").read_text(errors="replace")[-600:]
            raise LabError(f"host {self.spec.name} did not boot: {tail}")
        self.state.processes.record(self._inner, pid)
        if self.init == "systemd":
            boot.wait_systemd(self)

    def cut(self):
        """Cuts the power; destroy() waits until all that ran on the host is gone. Files stay."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)

    def destroy(self):
        self.cut()
        self.state.processes.stop(self._inner, signal.SIGKILL)
        self.state.processes.stop(self._outer, patience=5)
        cgroup.remove(self.spec.namespace)

    def restore_power(self):
        """Boots again after cut(); files are as the cut left them."""
        self.destroy()
        self.start_boot()
        self.wait_boot()

    # ---- work on the host

    @property
    def pid(self) -> int:
        return self.state.processes.pid(self._inner)

    def entered(self, *argv) -> list[str]:
        """The command line that runs argv as root on the host: what ssh would do."""
        if not self.pid:
            raise LabError(f"host {self.spec.name} is not up")
        return ["nsenter", "-t", str(self.pid), *"-m -u -i -n -p -C -r -w --".split(),
                *[str(a) for a in argv]]

    def run(self, *argv, timeout=60, check=True, stdin=None):
        return run(self.entered(*argv), timeout=timeout, check=check, stdin=stdin,
                   env={"LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"})

    def service(self, verb: str):
        name = self.spec.service
        argv = ["systemctl", verb, name] if self.init == "systemd" else ["service", name, verb]
        return self.run(*argv, timeout=120)

    def write(self, path: str, text: str, mode=0o644, owner="root:root"):
        """Puts a file on the host whole or not at all."""
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(target.name + ".new")
        fresh.write_text(text)
        fresh.chmod(mode)
        if owner != "root:root":
            run(["chroot", self.root, "chown", owner, "/" + str(fresh.relative_to(self.root))])
        os.replace(fresh, target)

    def copy(self, source: Path, path: str, mode=0o755):
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        target.chmod(mode)

    def remove(self, path: str):
        (self.root / path.lstrip("/")).unlink(missing_ok=True)

    # ---- parts

    @property
    def _outer(self) -> str:
        return f"host-{self.spec.name}-outer"

    @property
    def _inner(self) -> str:
        return f"host-{self.spec.name}-init"

    def _binds(self) -> list[tuple[Path, str]]:
        if self.spec.role != "api":
            return []
        return [(self.state.run / "haproxy", "/run/haproxy-lab")]

    def _write_files(self):
        names = "".join(f"{spec.address} {spec.name}\n" for spec in top.HOSTS)
        self.write("/etc/hosts", f"127.0.0.1 localhost\n{top.CONTROL_ADDRESS} control\n{names}")
        self.write("/etc/hostname", self.spec.name + "\n")
        self.write("/etc/ironic/ironic.conf", ironic_conf(self.spec), 0o640, "root:ironic")
        # the packaged uwsgi.ini asks for 8 workers; /etc/default is where an operator says less
        self.write("/etc/default/ironic-api", 'DAEMON_ARGS="$DAEMON_ARGS --processes 4"\n')
        for old in (self.root / "etc/apt/sources.list.d").glob("*"):
            old.unlink()
        self.write("/etc/apt/sources.list", f"deb [trusted=yes] http://{top.CONTROL_ADDRESS}:"
                   f"{top.REPOSITORY_PORT}/ ./\n")

    def _choose_units(self):
        """Enables what the host is for; nothing starts by itself before there is a schema."""
        for unit in UNITS_THAT_WAIT:
            run(["chroot", self.root, "systemctl", "disable", unit + ".service"], check=False)
