"""Twice a second: every host as seen from outside, and the conductors as the database has them.

Writes a JSON line a sample until it is told to stop. The database is read through one client
process that stays, since a new one each time would cost more than the answer."""
import argparse
import json
import os
import select
import signal
import subprocess
import threading
import time
from pathlib import Path

from labkit import topology as top
from labkit.observe import Observer
from labkit.shell import Processes

PERIOD = 0.5
LIMIT = 3600
HEARTBEAT_TIMEOUT = 20
PATIENCE = 3
QUERY = ("SELECT hostname, online AND updated_at > UTC_TIMESTAMP() - INTERVAL "
         f"{HEARTBEAT_TIMEOUT} SECOND FROM conductors;")


class Conductors:
    def __init__(self, socket: str):
        self.client = subprocess.Popen(
            ["mariadb", "--no-defaults", "-S", socket, "-N", "-B", "--unbuffered", "--force",
             "ironic"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.asked = 0

    def alive(self):
        """Names of the living, or None when the database does not answer in time."""
        self.asked += 1
        mark = f"answer {self.asked}\t0"
        self.client.stdin.write(f"{QUERY} SELECT 'answer {self.asked}', 0;\n".encode())
        self.client.stdin.flush()
        text = ""
        while mark not in text:
            if not select.select([self.client.stdout], [], [], PATIENCE)[0]:
                return None
            text += os.read(self.client.stdout.fileno(), 65536).decode()
        rows = [line.split("\t") for line in text.splitlines()]
        if not any(row[0] == f"answer {self.asked - 1}" for row in rows):
            return sorted(name for name, alive in rows if alive == "1")
        return None  # the tail of an answer that came too late

    def close(self):
        self.client.stdin.close()
        self.client.wait(timeout=5)


def sample(observer: Observer, processes: Processes, conductors: Conductors) -> dict:
    hosts = {spec.name: observer.host(spec, processes.pid(f"host-{spec.name}-init"))
             for spec in top.HOSTS}
    return {"t": round(time.time(), 3), "hosts": hosts, "alive": conductors.alive()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("hosts", "processes", "socket", "out"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    observer = Observer(Path(options.hosts))
    processes = Processes(Path(options.processes))
    conductors = Conductors(options.socket)
    end = time.monotonic() + LIMIT
    with open(options.out, "w", buffering=1, encoding="utf-8") as out:
        while not stop.wait(PERIOD) and time.monotonic() < end:
            out.write(json.dumps(sample(observer, processes, conductors)) + "\n")
    conductors.close()


if __name__ == "__main__":
    main()
