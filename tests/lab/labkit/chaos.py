"""A conductor host loses its power in mid upgrade and comes back: what ran there is gone at once,
and a boot starts it again. Who, when and for how long is decided by the seed."""
import random
import threading
import time

from labkit import topology as top
from labkit.cluster import Cluster
from labkit.killer import Killer
from labkit.shell import wait_until

AFTER = (30.0, 200.0)  # seconds from the start of the upgrade to the cut
DARK = (5.0, 60.0)  # seconds without power
ALIVE_AGAIN = 180  # seconds in which the conductor is seen alive again
SETTLED = ALIVE_AGAIN + DARK[1] + 60
RING = 12.0  # seconds until every API knows which nodes are its again


class PowerLoss(threading.Thread):
    """`revive(victim)` starts what the host's boot does not."""

    def __init__(self, cluster: Cluster, revive, seed: str):
        super().__init__(daemon=True)
        chance = random.Random(f"power {seed}")
        self.cluster, self.revive = cluster, revive
        self.victim = chance.choice([spec.name for spec in top.CONDUCTORS])
        self.after, self.dark = chance.uniform(*AFTER), chance.uniform(*DARK)
        self.over, self.settled, self.failure = threading.Event(), threading.Event(), None
        self.nodes, self.event = set(), {}

    def run(self):
        try:
            if not self.over.wait(self.after):
                self.lose()
        except Exception as error:  # the thread must not end in silence
            self.failure = error
        self.settled.set()

    def lose(self):
        host = self.cluster.hosts[self.victim]
        self.note_nodes()
        self.event = {"t": round(time.time(), 3), "victim": self.victim, "power": True}
        host.cut()
        self.watch_for(self.dark)
        host.restore_power()
        self.event["back"] = round(time.time(), 3)
        self.revive(self.victim)
        wait_until(f"{self.victim} to be alive again", ALIVE_AGAIN, self.alive_again, 1)
        self.watch_for(RING)
        self.event |= {"settled": round(time.time(), 3), "nodes": sorted(self.nodes)}

    def alive_again(self) -> bool:
        self.note_nodes()
        return self.cluster.conductors().get(self.victim, False)

    def watch_for(self, seconds: float):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.note_nodes()
            time.sleep(1)

    def note_nodes(self):
        """Nodes that the APIs give to the victim: where others leave too, they become more."""
        answer = self.cluster.get("/v1/nodes/detail?limit=1000&include_children=true",
                                  version="1.83")
        self.nodes |= {node["name"] for node in (answer[0]["nodes"] if answer else [])
                       if self.victim in (node.get("conductor"), node.get("reservation"))}


class Chaos(Killer):
    """Kills of controller and agents, and one loss of power."""

    def __init__(self, cluster: Cluster, revive, revive_host, seed: str):
        super().__init__(cluster, revive, seed)
        self.power = PowerLoss(cluster, revive_host, seed)

    def start(self):
        self.power.start()
        super().start()

    def stop(self):
        """Waits until the host is back, so that the end is judged on all of them."""
        self.power.over.set()
        self.power.settled.wait(SETTLED)
        if self.power.event:
            self.kills.append(self.power.event)
        super().stop()
        if self.power.failure:
            raise self.power.failure

    def loss(self):
        return self.power if self.power.event else None
