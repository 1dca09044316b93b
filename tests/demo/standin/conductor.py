"""The stand-in conductor: registers, heartbeats, works on nodes, answers the API's calls."""

import signal
import sqlite3
import threading
import time

from standin import registry, rpc
from standin.database import check_row, connected, require_schema
from standin.daemon import leave, next_signal
from standin.releases import write_version
from standin.work import Work, fail_stuck_nodes, release_orphans
from standin.world import now_text

IDLE_STOP_SECONDS = 0.3
ORPHAN_CHECK_SECONDS = 1.0


class Conductor:
    """One conductor process. The main thread heartbeats and takes signals; one thread works."""

    def __init__(self, host, release, configuration):
        self.world = host.world
        self.release = release
        self.pin = configuration.pin
        self.hostname = configuration.get("DEFAULT", "host", host.name)
        self.group = configuration.get("conductor", "conductor_group", "")
        self.drivers = configuration.get("DEFAULT", "enabled_hardware_types", "fake-hardware")
        self.heartbeat_interval = configuration.number("conductor", "heartbeat_interval", 10)
        self.heartbeat_timeout = configuration.number("conductor", "heartbeat_timeout", 60)
        self.grace = {
            signal.SIGTERM: configuration.number("DEFAULT", "graceful_shutdown_timeout", 60),
            signal.SIGUSR2: configuration.number("DEFAULT", "drain_shutdown_timeout", 1800),
        }
        self.address = (host.facts["address"], host.facts["port"])
        self.work = Work(self)

    def version_of(self, table):
        """The object version this process writes into rows of a table."""
        return write_version(table, self.release, self.pin)

    def serve(self):
        """Starts, runs until a signal to stop, and stops in order."""
        server = rpc.serve(self.address, self)
        self._start()
        worker = threading.Thread(target=self.work.loop, daemon=True)
        worker.start()
        got = self._run()
        self._stop(worker, self.grace.get(got, self.grace[signal.SIGTERM]))
        server.shutdown()

    def owned(self, link, nodes):
        """Those of `nodes` that this conductor serves now."""
        living = self._living(link)
        mine = [(node, registry.owner(node, living)) for node in nodes]
        return [node for node, owner in mine if owner and owner["hostname"] == self.hostname]

    def validate(self, uuid):
        """The far end of a round trip: reads the node here, as every real call does."""
        with connected(self.world) as link:
            row = link.execute("SELECT * FROM nodes WHERE uuid = ?", (uuid,)).fetchone()
            check_row("nodes", row, self.release)
        names = ["bios", "boot", "console", "deploy", "inspect", "management", "network", "power"]
        return {name: {"result": True} for name in names}

    def driver_properties(self, driver):
        return {"fake_setting": f"A setting of {driver} that changes nothing."}

    def _living(self, link):
        found = registry.rows(link, self.release)
        return [row for row in found if registry.alive(row, self.heartbeat_timeout)]

    def _start(self):
        with connected(self.world) as link:
            require_schema(link, self.release)
            link.execute(
                "UPDATE nodes SET reservation = NULL WHERE reservation = ?", (self.hostname,)
            )
            self._register(link)
            fail_stuck_nodes(self, link)
        _log(f"Successfully started conductor with hostname {self.hostname}.")

    def _register(self, link):
        now = time.time()
        link.execute(
            "INSERT INTO conductors VALUES (?, ?, 1, ?, ?, ?, ?, ?) ON CONFLICT (hostname) DO "
            "UPDATE SET conductor_group = excluded.conductor_group, online = 1, "
            "updated_at = excluded.updated_at, version = excluded.version, "
            "drivers = excluded.drivers, rpc_url = excluded.rpc_url",
            (
                *(self.hostname, self.group, now, now, self.version_of("conductors")),
                *(self.drivers, f"http://{self.address[0]}:{self.address[1]}"),
            ),
        )

    def _run(self):
        """Heartbeats until a signal to stop; returns the signal."""
        next_check = time.monotonic() + self.world.span(ORPHAN_CHECK_SECONDS)
        while True:
            got = next_signal(self.heartbeat_interval)
            if got is not None:
                return got
            try:
                self._heartbeat()
                if time.monotonic() >= next_check:
                    next_check = time.monotonic() + self.world.span(ORPHAN_CHECK_SECONDS)
                    with connected(self.world) as link:
                        release_orphans(self, link)
            except sqlite3.OperationalError as error:
                _log(f"heartbeat failed, will try again: {error}")

    def _heartbeat(self):
        with connected(self.world) as link:
            link.execute(
                "UPDATE conductors SET updated_at = ?, online = 1 WHERE hostname = ?",
                (time.time(), self.hostname),
            )

    def _stop(self, worker, grace):
        self.work.finish()
        with connected(self.world) as link:
            link.execute("UPDATE conductors SET online = 0 WHERE hostname = ?", (self.hostname,))
        _log("Conductor unregistered.")
        worker.join(grace)
        if worker.is_alive():
            _log(f"Graceful shutdown timeout ({grace:g}) exceeded, work is cut off.")
            return
        leave(self.world.span(IDLE_STOP_SECONDS))


def _log(text):
    print(f"{now_text()} INFO conductor {text}", flush=True)
