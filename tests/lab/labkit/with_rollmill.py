"""The upgrade as a user of rollmill does it: agents as a service on every host, the controller
beside them, and the command line to plan, start, approve and report."""
import json
import os
import time
from datetime import datetime
from pathlib import Path

import rollmill_files as files
from labkit import network
from labkit.archive import Offer
from labkit.certificates import issue_all
from labkit.chaos import SETTLED, Chaos
from labkit.cluster import Cluster
from labkit.host import Host
from labkit.killer import CONTROLLER, Killer
from labkit.shell import LabError, run, wait_until
from labkit.way_back import GATE, Watch

PROGRAMS = ("rollmilld", "rollmill-agent", "rollmill")
SUCCEEDED, NEEDS_A_PERSON, UNAVAILABLE = 0, 3, 5
PATIENCE = 60  # seconds in which a killed controller is back
ENDS = {"UpgradeSucceeded": "SUCCEEDED", "UpgradeRolledBack": "ROLLED_BACK"}
AT_THE_GATE = "APPROVAL_MISSING"
MOST_HELPS = 4
TO_POINT = 900  # seconds in which an upgrade comes to where it turns round


def programs() -> dict:
    folder = os.environ.get("ROLLMILL_BIN", "")
    found = {name: Path(folder, name) for name in PROGRAMS}
    missing = [name for name, path in found.items() if not folder or not os.access(path, os.X_OK)]
    if missing:
        raise LabError(f"no {', '.join(missing)} in ROLLMILL_BIN ({folder or 'not set'}): run "
                       "`./dev lab`, which builds them, or use --by-hand")
    return found


class WithRollmill:
    def __init__(self, cluster: Cluster, old: Offer, new: Offer, kill_seed=None, chaos_seed=None):
        self.cluster, self.old, self.new = cluster, old, new
        self.killer = Killer(cluster, self.revive, kill_seed) if kill_seed else None
        if chaos_seed:
            self.killer = Chaos(cluster, self.revive, self.revive_host, chaos_seed)
        self.helps = []
        self.programs = programs()
        self.folder = cluster.state.run / "rollmill"
        self.tls = self.folder / "tls"

    # ---- before

    def prepare(self) -> str:
        self.folder.mkdir()
        issue_all(self.tls, files.FLEET)
        write_json(self.folder / "fleet.json", files.fleet_file())
        write_json(self.folder / "controller.json", files.controller_config())
        self.start_controller()
        for host in self.cluster.hosts.values():
            self.install_agent(host)
        wait_until("all agents to be connected", 60, self.all_connected, 0.3)
        self.cli("doctor", check=False)
        return f"{len(self.cluster.hosts)} agents are connected"

    def start_controller(self):
        argv = network.in_control(self.programs["rollmilld"], "--config",
                                  self.folder / "controller.json")
        processes = self.cluster.state.processes
        processes.start("rollmilld", argv, self.cluster.state.logs / "rollmilld.log")

    def install_agent(self, host: Host):
        name, folder = host.spec.name, files.AGENT_FOLDER
        host.copy(self.programs["rollmill-agent"], "/usr/local/bin/rollmill-agent")
        for file in ("ca.pem", f"{name}.pem", f"{name}.key"):
            host.copy(self.tls / file, f"{folder}/tls/{file}", 0o600)
        config = files.agent_config(host.spec, host.init)
        host.write(f"{folder}/agent.json", json.dumps(config, indent=2) + "\n", 0o600)
        if host.init == "systemd":
            host.write("/etc/systemd/system/rollmill-agent.service", files.agent_unit())
            host.run("systemctl", "daemon-reload")
            host.run("systemctl", "enable", "--now", "rollmill-agent")
        else:
            self.start_agent(host)

    def start_agent(self, host: Host):
        """On a host without a service manager that would do it."""
        name = f"agent-{host.spec.name}"
        argv = host.entered("setsid", "/usr/local/bin/rollmill-agent", "--config",
                            f"{files.AGENT_FOLDER}/agent.json")
        processes = self.cluster.state.processes
        processes.start(name, argv, self.cluster.state.logs / f"{name}.log")

    def revive(self, victim: str):
        """Starts again what was killed; systemd does that by itself for an agent."""
        if victim == CONTROLLER:
            self.start_controller()
        elif self.cluster.hosts[victim].pid and self.cluster.hosts[victim].init != "systemd":
            self.start_agent(self.cluster.hosts[victim])

    def revive_host(self, victim: str):
        """What a boot starts by itself where systemd is the init."""
        host = self.cluster.hosts[victim]
        if host.init != "systemd":
            host.service("start")
            self.start_agent(host)

    def all_connected(self) -> bool:
        if not self.cluster.state.processes.pid("rollmilld"):
            log = self.cluster.state.logs / "rollmilld.log"
            raise LabError(f"rollmilld ended: {log.read_text(errors='replace')[-600:]}")
        lines = self.cli("-o", "jsonl", "hosts", check=False).stdout.splitlines()
        connected = [line for line in lines if json.loads(line)["connected"]]
        return len(connected) == len(self.cluster.hosts)

    # ---- the upgrade

    def upgrade(self) -> str:
        target = self.new.release
        try:
            self.cli("plan", "--to", target)
            self.cli("--yes", "upgrade", "start", "--to", target, "--detach")
            if self.killer:
                self.killer.start()
            self.wait_for_person()
            self.approve()
            done = self.wait_helping()
            if done.returncode != SUCCEEDED:
                raise LabError(f"the upgrade did not succeed:\n{done.stdout}{done.stderr}"
                               + self.explain())
            self.end_kills()
            print(indent(self.ask("upgrade", "report").stdout))
        finally:
            self.end_kills()
            self.write_timeline()
        return f"{len(self.killer.kills)} kills" if self.killer else ""

    def roll_back(self, point) -> str:
        """Forward to the point, then back, while the clients go on."""
        try:
            self.cli("plan", "--to", self.new.release)
            self.cli("--yes", "upgrade", "start", "--to", self.new.release, "--detach")
            if point.text == GATE:
                self.wait_for_person()
            else:
                watch = Watch(self.cluster, self.new.version)
                wait_until(f"the upgrade to come to {point.text}", TO_POINT,
                           lambda: watch.reached(point), 0.3)
            self.cli("--yes", "--reason", f"the lab turns round at {point.text}", "upgrade",
                     "rollback")
            done = self.wait("ROLLED_BACK")
            if done.returncode != SUCCEEDED:
                raise LabError(f"the upgrade was not taken back:\n{done.stdout}{done.stderr}"
                               + self.explain())
            print(indent(self.ask("upgrade", "report").stdout))
        finally:
            self.write_timeline()
        return f"turned round at {point.text}"

    def approve(self):
        """The approval may have been taken although the controller died before it said so."""
        done = self.ask("--reason", "the lab goes on", "upgrade", "approve", "unpin")
        if done.returncode != SUCCEEDED and "has been passed already" not in done.stderr:
            raise LabError(f"the approval was not taken: {done.stdout}{done.stderr}")

    def end_kills(self):
        if self.killer and self.killer.is_alive():
            self.killer.stop()

    def wait_for_person(self):
        done = self.wait_helping()
        if done.returncode == NEEDS_A_PERSON and self.blocked()["code"] == AT_THE_GATE:
            return
        raise LabError("the upgrade did not come to the gate before unpin:\n"
                       f"{done.stdout}{done.stderr}{self.explain()}")

    def wait_helping(self):
        """After a loss of power a person may have to say `retry`, once the host is back; how often
        is part of the verdict. Without such a loss nobody helps."""
        while True:
            done = self.wait()
            loss = self.killer.loss() if self.killer else None
            if done.returncode != NEEDS_A_PERSON or not loss or len(self.helps) >= MOST_HELPS:
                return done
            blocked = self.blocked()
            if blocked["code"] == AT_THE_GATE:
                return done
            if blocked["code"]:
                loss.settled.wait(SETTLED)
                self.help(blocked, self.cluster.hosts[loss.victim])
            time.sleep(5)

    def help(self, blocked: dict, host: Host):
        """What a person does whose conductor host came back from a loss of power: its boot has
        started the service, also in the middle of an installation."""
        if blocked["code"] == "SERVICE_STILL_RUNNING":
            host.service("stop")
        self.helps.append({"t": round(time.time(), 3), "code": blocked["code"],
                           "text": blocked["reason"]})
        write_lines(self.cluster.state.run / "helps.jsonl", self.helps)
        self.ask("--reason", "its host is back", "upgrade", "retry")

    def blocked(self) -> dict:
        """Why the upgrade waits; without a code when it does not."""
        text = self.ask("-o", "json", "upgrade", "status").stdout
        return (json.loads(text).get("blocked") if text.startswith("{") else None) or {"code": ""}

    def wait(self, state="SUCCEEDED"):
        return self.ask("upgrade", "wait", "--for", f"state={state}", "--timeout", "20m")

    def explain(self) -> str:
        return self.ask("upgrade", "status").stdout

    def ask(self, *words):
        """Asks again while the controller is away."""
        end = time.monotonic() + PATIENCE
        while True:
            done = self.cli(*words, check=False, timeout=1300)
            if done.returncode != UNAVAILABLE or time.monotonic() > end:
                return done
            time.sleep(0.5)

    def cli(self, *words, check=True, timeout=60):
        env = {"ROLLMILL_SERVER": files.CONTROLLER, "ROLLMILL_CA": str(self.tls / "ca.pem"),
               "ROLLMILL_CERT": str(self.tls / "operator.pem"),
               "ROLLMILL_KEY": str(self.tls / "operator.key"), "NO_COLOR": "1"}
        return run(network.in_control(self.programs["rollmill"], *words), check=check, env=env,
                   timeout=timeout)

    def write_timeline(self):
        """The phases as the journal has them, for counting failed requests by phase."""
        text = self.ask("-o", "jsonl", "events").stdout
        write_lines(self.cluster.state.run / "timeline.jsonl", timeline(text))


def timeline(events: str) -> list:
    """The phases with their beginnings; those of the way back are called so."""
    entries, way = [], ""
    for line in events.splitlines():
        event = json.loads(line) if line.startswith("{") else {}
        kind, at = event.get("kind"), event.get("at")
        if kind == "DirectionTurned":
            way = "" if way else "back: "
            entries.append({"t": moment(at), "phase": way + "turn"})
        elif kind == "PhaseStarted":
            entries.append({"t": moment(at), "phase": way + event["phase"]})
        elif kind in ENDS:
            entries.append({"t": moment(at), "phase": "after", "state": ENDS[kind]})
    return entries


def moment(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def write_lines(path: Path, values: list):
    path.write_text("".join(json.dumps(value) + "\n" for value in values))


def write_json(path: Path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def indent(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())
