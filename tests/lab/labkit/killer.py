"""kill -9 of the controller and of agents, at random moments of an upgrade. What was killed comes
back after a while, as an operator or a service manager would bring it back."""
import json
import os
import random
import secrets
import signal
import threading
import time

from labkit.cluster import Cluster
from labkit.observe import process_with

CONTROLLER = "controller"
SHARE_OF_CONTROLLER = 0.4
BETWEEN = (2.0, 14.0)  # seconds
AWAY = (0.1, 4.0)  # seconds until the controller is started again
AGENT = (b"rollmill-agent", b"--config")  # and not a keeper of its commands


class Killer(threading.Thread):
    """Strikes from start() until stop(). `revive(victim)` starts again what does not do so itself;
    the victim is CONTROLLER or the name of a host."""

    def __init__(self, cluster: Cluster, revive, seed: str):
        super().__init__(daemon=True)
        self.cluster, self.revive = cluster, revive
        self.chance = random.Random(seed)
        self.kills, self.failure, self.over = [], None, threading.Event()

    def run(self):
        try:
            while not self.over.wait(self.chance.uniform(*BETWEEN)):
                self.strike()
        except Exception as error:  # the thread must not end in silence
            self.failure = error

    def strike(self):
        controller = self.chance.random() < SHARE_OF_CONTROLLER
        victim = CONTROLLER if controller else self.chance.choice(sorted(self.cluster.hosts))
        away = self.chance.uniform(*AWAY)
        pid = self.pid_of(victim)
        if not pid:
            return
        os.kill(pid, signal.SIGKILL)
        self.kills.append({"t": round(time.time(), 3), "victim": victim})
        time.sleep(away)
        self.revive(victim)

    def pid_of(self, victim: str) -> int:
        if victim == CONTROLLER:
            return self.cluster.state.processes.pid("rollmilld")
        return process_with(self.cluster.hosts[victim].pid, *AGENT)

    def loss(self):
        """The loss of power that belongs to these kills, if there is one."""
        return None

    def stop(self):
        self.over.set()
        self.join(timeout=30)
        lines = [json.dumps(kill) + "\n" for kill in self.kills]
        (self.cluster.state.run / "kills.jsonl").write_text("".join(lines))
        if self.failure:
            raise self.failure


def new_seed() -> str:
    return secrets.token_hex(4)
