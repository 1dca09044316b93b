"""The whole cluster: hosts, what they share, and the old release running on it."""
import json
import shutil
from pathlib import Path

from labkit import network
from labkit import topology as top
from labkit.backends import Balancer, Database, serve_repository
from labkit.host import Host
from labkit.rootfs import RootFilesystem
from labkit.shell import LabError, lacking, run, wait_until
from labkit.state import State

PYTHON = "/usr/bin/python3"
MODULES = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(Path(__file__).parent.parent)}


class Cluster:
    def __init__(self, state: State):
        self.state = state
        self.hosts = {spec.name: Host(state, spec) for spec in top.HOSTS}
        self.database = Database(state)
        self.balancer = Balancer(state)

    def of(self, specs) -> list[Host]:
        return [self.hosts[spec.name] for spec in specs]

    # ---- up

    def up(self, rootfs: RootFilesystem, repository: Path, init: str):
        with lacking("mounts and network namespaces"):
            self.state.mount_volatile()
            network.create_control()
        self.balancer.folder.mkdir(parents=True)
        self.database.start()
        serve_repository(self.state, repository)
        with lacking("booting hosts in namespaces"):
            for host in self.hosts.values():
                host.create(rootfs, init)
                host.start_boot()
            for host in self.hosts.values():
                host.wait_boot()
        self.hosts["admin"].run("ironic-dbsync", "create_schema", timeout=120)
        self.start_services()

    def start_services(self):
        for host in self.of(top.CONDUCTORS + top.APIS):
            if host.init == "systemd":
                host.run("systemctl", "enable", host.spec.service)
            host.service("start")
        self.balancer.start()
        wait_until("all conductors alive through the load balancer", 90, self.all_alive, 0.3)
        wait_until("HAProxy to see all APIs up", 60, lambda: all(
            self.balancer.status(api.name)[0] == "UP" for api in top.APIS))

    def all_alive(self) -> bool:
        alive = self.conductors()
        return all(alive.get(spec.name) for spec in top.CONDUCTORS)

    # ---- questions and answers over the API

    def get(self, path: str, address=top.PUBLIC_API, version="1.49"):
        """JSON and lower-case headers of a GET from the control namespace; None without a 200."""
        argv = network.in_control("curl", "-s", "-m", "10", "-D", "-", "-H",
                                  f"X-OpenStack-Ironic-API-Version: {version}",
                                  f"http://{address}{path}")
        head, _, body = run(argv, check=False).stdout.partition("\n\n")
        lines = head.replace("\r", "").splitlines()
        if not lines or " 200 " not in lines[0]:
            return None
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        try:
            return json.loads(body), headers
        except ValueError:
            return None

    def conductors(self) -> dict:
        answer = self.get("/v1/conductors")
        return {c["hostname"]: c["alive"] for c in answer[0]["conductors"]} if answer else {}

    def nodes(self) -> dict:
        """Name -> provision state of every node. Child nodes too: some packages of 35.0 make a
        node its own child when it is patched, and lists then leave it out unless asked."""
        answer = self.get("/v1/nodes?limit=1000&include_children=true", version="1.83")
        if not answer:
            raise LabError("the API does not list nodes")
        return {node["name"]: node["provision_state"] for node in answer[0]["nodes"]}

    # ---- clients

    def enrol(self, count=20) -> str:
        argv = network.in_control(PYTHON, "-m", "labkit.enrol", count)
        return run(argv, timeout=150, env=MODULES).stdout.strip()

    def start_load(self):
        argv = network.in_control(PYTHON, "-m", "labkit.load", "--out",
                                  self.state.run / "load.jsonl")
        self.state.processes.start("load", argv, self.state.logs / "load.log", MODULES)

    def start_sampler(self):
        argv = [PYTHON, "-m", "labkit.sampler", "--hosts", self.state.hosts, "--processes",
                self.state.processes.folder, "--socket", self.database.socket, "--out",
                self.state.run / "samples.jsonl"]
        self.state.processes.start("sampler", argv, self.state.logs / "sampler.log", MODULES)

    def keep_logs(self):
        """Copies the hosts' logs to where they outlive the hosts."""
        for name, host in self.hosts.items():
            for path in (host.root / "var/log").glob("**/*.log"):
                if path.parent.name in ("log", "ironic"):
                    target = self.state.logs / "hosts" / name / path.name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, target)

    def stop_clients(self):
        for name in ("load", "sampler"):
            self.state.processes.stop(name, patience=60)


def down(state: State) -> str:
    """Takes down whatever a run left, also one that died half way. Says what it found."""
    names = state.processes.names()
    for name in ("load", "sampler"):
        state.processes.stop(name, patience=2)
    hosts = [Host(state, spec) for spec in top.HOSTS]
    for host in hosts:
        host.cut()
    for host in hosts:
        host.destroy()
    for name in state.processes.names():
        state.processes.stop(name)
    unmount_below(state.folder)
    network.remove_all()
    return f"stopped {len(names)} processes" if names else "nothing was up"


def unmount_below(folder: Path):
    mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for point in reversed([m for m in mounted if m.startswith(str(folder) + "/")]):
        run(["umount", point], check=False)
        if Path(point).is_mount():
            run(["umount", "--lazy", point])
