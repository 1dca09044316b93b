"""The upgrade as a person would do it by hand, with apt in place: the honest baseline that a run of
rollmill is held against. The order is that of Ironic's upgrade guide."""
import json
import time
from contextlib import contextmanager

from labkit import topology as top
from labkit.archive import Offer
from labkit.cluster import Cluster
from labkit.host import Host
from labkit.shell import wait_until

INSTALL = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=60", "-o",
           "APT::Install-Recommends=false", "-o", "Dpkg::Options::=--force-confdef", "-o",
           "Dpkg::Options::=--force-confold", "--no-remove"]
POLICY = "/usr/sbin/policy-rc.d"


class Timeline:
    """Which phase began when, in wall-clock time."""

    def __init__(self, path):
        self.out = open(path, "w", buffering=1, encoding="utf-8")

    def begin(self, phase: str):
        self.out.write(json.dumps({"t": round(time.time(), 3), "phase": phase}) + "\n")

    @contextmanager
    def step(self, text: str):
        began = time.time()
        yield
        self.out.write(json.dumps({"t": round(began, 3), "step": text,
                                   "seconds": round(time.time() - began, 2)}) + "\n")


class ByHand:
    def __init__(self, cluster: Cluster, old: Offer, new: Offer):
        self.cluster, self.old, self.new = cluster, old, new
        self.timeline = Timeline(cluster.state.run / "timeline.jsonl")
        self.admin = cluster.hosts["admin"]
        self.conductors = cluster.of(top.CONDUCTORS)
        self.apis = cluster.of(top.APIS)

    def prepare(self) -> str:
        return "nothing to prepare by hand"

    def upgrade(self):
        for phase in (self.preflight, self.stage, self.expand, self.pin, self.roll_conductors,
                      self.roll_api, self.unpin, self.contract):
            self.timeline.begin(phase.__name__.replace("roll_", ""))
            phase()
        self.timeline.begin("after")

    def preflight(self):
        self.admin.run("ironic-status", "upgrade", "check", timeout=150)
        self.admin.run("ironic-dbsync", "online_data_migrations", timeout=300)

    def stage(self):
        for host in self.cluster.hosts.values():
            host.run("apt-get", "-q", "update", timeout=60)
            host.run(*INSTALL, "--download-only", "install", *self.wanted(host), timeout=120)

    def expand(self):
        with self.timeline.step("admin gets the new release"):
            self.install(self.admin)
        with self.timeline.step("dbsync upgrade"):
            self.admin.run("ironic-dbsync", "upgrade", timeout=300)
        self.admin.run("ironic-status", "upgrade", "check", timeout=150)

    def pin(self):
        text = f"[DEFAULT]\npin_release_version = {self.old.release}\n"
        for host in self.conductors + self.apis:
            host.write(top.DROP_IN, text, 0o640, "root:ironic")
            host.run("chown", "root:ironic", "/etc/ironic/ironic.conf.d")

    def roll_conductors(self):
        for host in self.conductors:
            with self.timeline.step(f"{host.spec.name} to {self.new.release}"):
                host.service("stop")
                self.install(host)
                self.start_conductor(host)

    def roll_api(self):
        for host in self.apis:
            with self.timeline.step(f"{host.spec.name} to {self.new.release}"):
                self.drain(host)
                host.service("stop")
                self.install(host)
                self.start_api(host)

    def unpin(self):
        for host in self.conductors:
            with self.timeline.step(f"{host.spec.name} unpinned"):
                host.remove(top.DROP_IN)
                host.service("stop")
                self.start_conductor(host)
        for host in self.apis:
            with self.timeline.step(f"{host.spec.name} unpinned"):
                host.remove(top.DROP_IN)
                self.drain(host)
                host.service("stop")
                self.start_api(host)

    def contract(self):
        self.admin.run("ironic-dbsync", "online_data_migrations", timeout=300)

    # ---- parts

    def wanted(self, host: Host) -> list[str]:
        return [f"{name}={self.new.version}" for name in top.packages_of(host.spec.role)]

    def install(self, host: Host):
        """With starts forbidden: the packages' scripts would start the new release, pinned or not,
        even a service that is disabled."""
        host.write(POLICY, "#!/bin/sh\nexit 101\n", 0o755)
        try:
            host.run(*INSTALL, "install", *self.wanted(host), timeout=180)
        finally:
            host.remove(POLICY)
        if host.init == "systemd":
            host.run("systemctl", "daemon-reload")

    def start_conductor(self, host: Host):
        """Believed alive when its heartbeat is newer than the start."""
        began = int(self.cluster.database.query("SELECT UNIX_TIMESTAMP(UTC_TIMESTAMP())")[0][0])
        host.service("start")
        query = ("SELECT online AND UNIX_TIMESTAMP(updated_at) > "
                 f"{began} FROM conductors WHERE hostname = '{host.spec.name}'")
        wait_until(f"{host.spec.name} to be alive", 60,
                   lambda: self.cluster.database.query(query) == [["1"]])
        wait_until(f"{host.spec.name} to be alive for the API", 60,
                   lambda: self.cluster.conductors().get(host.spec.name))

    def drain(self, host: Host):
        self.cluster.balancer.set_state(host.spec.name, "drain")
        wait_until(f"requests on {host.spec.name} to end", 60,
                   lambda: self.cluster.balancer.status(host.spec.name)[1] == 0)

    def start_api(self, host: Host):
        """Back in the balancer only when it answers by itself: HAProxy still believes it up."""
        host.service("start")
        address = f"{host.spec.address}:{top.API_PORT}"
        wait_until(f"{host.spec.name} to answer", 60,
                   lambda: self.cluster.get("/v1/nodes?limit=1", address))
        self.cluster.balancer.set_state(host.spec.name, "ready")
        wait_until(f"HAProxy to see {host.spec.name} up", 60,
                   lambda: self.cluster.balancer.status(host.spec.name)[0] == "UP")

