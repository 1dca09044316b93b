"""The clients of the lab: list 20/s, patch 5/s, power 2/s, conductors 2/s, and two nodes that are
deployed and torn down in a loop. Runs inside the control namespace until it is told to stop.

Writes JSON lines with wall-clock times: every failure, each change of the conductors' liveness,
and for each second how many requests were sent and failed, by kind. A request failed when it had
no reply, a reply >= 400 other than 409 (node locked: a client tries again), or a wrong body.
"""
import argparse
import collections
import json
import signal
import threading
import time

from labkit import rest

# Not the same: some packages of 35.0 make a patched node its own child, and a power request then
# waits in vain for the parent's lock, that is for its own.
PATCHED_NODES = ["n01", "n02", "n07", "n08"]
POWERED_NODES = ["n03", "n04", "n05", "n06"]
DEPLOYED_NODES = ["n11", "n12"]
LIMIT = 3600


class Journal:
    def __init__(self, path):
        self.out = open(path, "w", buffering=1, encoding="utf-8")
        self.lock = threading.Lock()
        self.counts = collections.defaultdict(lambda: collections.defaultdict(collections.Counter))

    def line(self, record):
        with self.lock:
            self.out.write(json.dumps(record) + "\n")

    def note(self, kind: str, began: float, why="", locked=False, seconds=0.0, node=""):
        with self.lock:
            counts = self.counts[int(began)]
            counts["sent"][kind] += 1
            if locked:
                counts["locked"][kind] += 1
            if why:
                counts["failed"][kind] += 1
        if why:
            self.line({"t": round(began, 3), "kind": kind, "failed": why, "node": node,
                       "seconds": round(seconds, 2)})

    def flush(self, before: int):
        with self.lock:
            done = sorted(second for second in self.counts if second < before)
            rows = [(second, self.counts.pop(second)) for second in done]
        for second, counts in rows:
            self.line({"second": second, **counts})


class Load:
    def __init__(self, journal: Journal):
        self.journal = journal
        self.stop = threading.Event()
        self.alive = None

    def ask(self, kind: str, method: str, path: str, body=None, right=lambda reply: True, node="",
            **more):
        began = time.time()
        return self.judge(kind, began, rest.call(method, path, body, **more), right, node)

    def judge(self, kind, began, reply: rest.Reply, right=lambda reply: True, node=""):
        why = ""
        if reply.status == 0 or (reply.status >= 400 and reply.status != 409):
            why = reply.summary
        elif reply.status != 409 and not right(reply):
            why = "wrong body: " + reply.body[:100]
        self.journal.note(kind, began, why, reply.status == 409, reply.seconds, node)
        return reply

    def every(self, period: float, work):
        turn, due = 0, time.monotonic()
        while not self.stop.wait(max(0.0, due - time.monotonic())):
            work(turn)
            turn += 1
            due = max(due + period, time.monotonic())

    def list(self, _turn):
        self.ask("list", "GET", "/v1/nodes", right=lists_nodes)

    def patch(self, turn):
        name = PATCHED_NODES[turn % len(PATCHED_NODES)]
        self.ask("patch", "PATCH", f"/v1/nodes/{name}",
                 [{"op": "add", "path": "/extra/turn", "value": turn}], node=name)

    def power(self, turn):
        name = POWERED_NODES[turn % len(POWERED_NODES)]
        target = "power on" if (turn // len(POWERED_NODES)) % 2 else "power off"
        self.ask("power", "PUT", f"/v1/nodes/{name}/states/power", {"target": target}, node=name)

    def conductors(self, _turn):
        reply = self.ask("conductors", "GET", "/v1/conductors", version="1.49")
        try:
            alive = {c["hostname"]: c["alive"] for c in reply.json()["conductors"]}
        except (ValueError, KeyError):
            return
        if alive != self.alive:
            self.alive = alive
            self.journal.line({"t": round(time.time(), 3), "alive": alive})

    def deploy(self, name: str):
        while not self.stop.is_set():
            for verb, good in (("active", "active"), ("deleted", "available")):
                if self.stop.is_set() or not self.deploy_once(name, verb, good):
                    break
                self.stop.wait(0.5)

    def deploy_once(self, name: str, verb: str, good: str) -> bool:
        began = time.time()
        self.judge("provision", began, rest.provision(name, verb), node=name)
        ends = {good, "deploy failed", "error", "clean failed"}
        view = rest.wait_state(name, ends, 40) or {}
        state = view.get("provision_state")
        error = view.get("last_error")
        why = "" if state == good else f"{verb} of {name} ended as {state}: {error}"
        self.journal.note("deploy", began, why, seconds=time.time() - began, node=name)
        if why:
            self.rescue(name, state)
        return not why

    def rescue(self, name: str, state):
        """What a person would do with a node that failed."""
        if state in ("error", "deploy failed", "active"):
            rest.provision(name, "deleted")
        elif state in ("clean failed", "manageable"):
            rest.provision(name, "manage")
            rest.wait_state(name, {"manageable"}, 20)
            rest.provision(name, "provide")
        rest.wait_state(name, {"available"}, 30)

    def run(self):
        work = [(self.every, (0.05, self.list)), (self.every, (0.2, self.patch)),
                (self.every, (0.5, self.power)), (self.every, (0.5, self.conductors))]
        work += [(self.deploy, (name,)) for name in DEPLOYED_NODES]
        threads = [threading.Thread(target=job, args=arguments) for job, arguments in work]
        for thread in threads:
            thread.start()
        while not self.stop.wait(1.0):
            self.journal.flush(int(time.time()) - 5)
        for thread in threads:
            thread.join()
        self.journal.flush(int(time.time()) + 60)


def lists_nodes(reply: rest.Reply) -> bool:
    try:
        return len(reply.json()["nodes"]) > 0
    except (ValueError, KeyError):
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True)
    load = Load(Journal(parser.parse_args().out))
    signal.signal(signal.SIGTERM, lambda *_: load.stop.set())
    limit = threading.Timer(LIMIT, load.stop.set)
    limit.daemon = True
    limit.start()
    load.run()


if __name__ == "__main__":
    main()
