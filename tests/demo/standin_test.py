#!/usr/bin/python3
"""Drives the stand-in services by hand, as a person would, and asserts what came out.

usage: standin_test.py FOLDER    worlds are made in FOLDER and removed after each test
"""

import collections
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.join(HERE, "bin")
OLD, NEW = "35.0", "39.0"
OLD_HEAD, NEW_HEAD = "2a3b4c5d6e7f", "9fb44677ef15"
CONDUCTORS, APIS = ["cond1", "cond2"], ["api1", "api2"]
WAIT_SECONDS = 15.0
folder = "."


class WorldTest(unittest.TestCase):
    """A world of its own for each test."""

    def setUp(self):
        self.world = tempfile.mkdtemp(prefix="world-", dir=folder)
        self.addCleanup(self._remove)
        self.run_tool("world", "up")
        with open(os.path.join(self.world, "world.json"), encoding="utf-8") as source:
            self.facts = json.load(source)

    def _remove(self):
        self.assertEqual(self.tool("world", "down").returncode, 0)
        shutil.rmtree(self.world)

    def tool(self, program, *words, host=None):
        """Runs a program of the stand-in; gives its result, whatever it is."""
        where = ["--world", self.world] + (["--host", host] if host else [])
        command = [os.path.join(BIN, program), *where, *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def run_tool(self, program, *words, host=None):
        """Runs a program that must succeed; gives the last line it printed."""
        done = self.tool(program, *words, host=host)
        self.assertEqual(done.returncode, 0, (program, words, done.stdout, done.stderr))
        return done.stdout.splitlines()[-1] if done.stdout else ""

    def effects(self, name):
        """The effects of one kind since the world was finished."""
        with open(os.path.join(self.world, "effects.log"), encoding="utf-8") as source:
            lines = [json.loads(line) for line in source]
        made = [line["effect"] for line in lines].index("world_up")
        return [line for line in lines[made + 1 :] if line["effect"] == name]

    def url(self, host):
        return self.facts["vip"] if host == "vip" else self.facts["hosts"][host]["url"]

    def get(self, host, path, version="1.83"):
        """Status, headers and JSON of a request to one API (or "vip")."""
        headers = {"X-OpenStack-Ironic-API-Version": version} if version else {}
        request = urllib.request.Request(self.url(host) + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, error.headers, json.load(error)

    def fault(self, host, path, version="1.83"):
        """Status and fault text of a request that must fail."""
        status, _, body = self.get(host, path, version)
        self.assertGreaterEqual(status, 400, body)
        return status, json.loads(body["error_message"])["faultstring"]

    def socket_says(self, command):
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(5)
            link.connect(self.facts["balancer_socket"])
            link.sendall(command.encode() + b"\n")
            parts = []
            while part := link.recv(65536):
                parts.append(part)
        return b"".join(parts).decode()

    def balancer(self, server):
        """Status and requests in flight of a server, from the balancer's statistics."""
        lines = self.socket_says("show stat").strip().splitlines()
        names = lines[0].removeprefix("# ").split(",")
        rows = [dict(zip(names, line.split(","))) for line in lines[1:]]
        row = next(r for r in rows if (r["pxname"], r["svname"]) == ("apis", server))
        return row["status"], int(row["scur"])

    def wait_for(self, what, condition):
        limit = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < limit:
            if condition():
                return
            time.sleep(0.05)
        self.fail(f"not within {WAIT_SECONDS:g} s: {what}")

    def pid(self, host, service):
        path = os.path.join(self.world, "hosts", host, "run", f"{service}.pid")
        with open(path, encoding="utf-8") as source:
            return int(source.read())

    def drop_in(self, host):
        place = os.path.join(self.world, "hosts", host, "etc", "ironic", "ironic.conf.d")
        return os.path.join(place, "90-test.conf")

    def pin(self, host, value):
        with open(self.drop_in(host), "w", encoding="utf-8") as out:
            out.write(f"[DEFAULT]\npin_release_version = {value}\n")

    def alive(self, name, through="vip"):
        status, _, body = self.get(through, "/v1/conductors")
        rows = body["conductors"] if status == 200 else []
        return any(row["hostname"] == name and row["alive"] for row in rows)

    def nodes_of(self, conductor):
        path = f"/v1/nodes/detail?conductor={conductor}&include_children=true"
        return self.get("vip", path)[2]["nodes"]

    def quiet(self, conductor):
        path = "/v1/nodes?include_children=true&detail=true"
        return all(n["reservation"] != conductor for n in self.get("vip", path)[2]["nodes"])

    def restart_conductor(self, name, install=None):
        self.wait_for(f"{name} is quiet", lambda: self.quiet(name))
        self.run_tool("service", "conductor", "stop", host=name)
        self.assertFalse(self.alive(name))
        if install:
            self.run_tool("release", "install", install, host=name)
        self.run_tool("service", "conductor", "start", host=name)
        self.wait_for(f"{name} is alive", lambda: self.alive(name))

    def restart_api(self, name, install=None):
        self.assertEqual(self.socket_says(f"set server apis/{name} state drain"), "\n")
        self.wait_for(f"{name} is drained", lambda: self.balancer(name) == ("DRAIN", 0))
        self.run_tool("service", "api", "stop", host=name)
        if install:
            self.run_tool("release", "install", install, host=name)
        self.run_tool("service", "api", "start", host=name)
        self.wait_for(f"{name} answers", lambda: self._answers(name))
        self.socket_says(f"set server apis/{name} state ready")
        self.wait_for(f"{name} is up", lambda: self.balancer(name)[0] == "UP")

    def _answers(self, name):
        try:
            return "default_version" in self.get(name, "/", None)[2]
        except OSError:
            return False

    def stage_and_expand(self):
        for host in self.facts["hosts"]:
            self.run_tool("release", "stage", NEW, host=host)
        self.run_tool("release", "install", NEW, host="admin")
        self.run_tool("dbsync", "upgrade", host="admin")

    def histogram(self):
        return json.loads(self.run_tool("histogram"))


class Client(threading.Thread):
    """Lists the nodes through the balancer all the while; counts what it got by status."""

    def __init__(self, test):
        super().__init__(daemon=True)
        self._test = test
        self._end = threading.Event()
        self.statuses = collections.Counter()

    def run(self):
        while not self._end.wait(0.05):
            try:
                self.statuses[self._test.get("vip", "/v1/nodes?limit=5")[0]] += 1
            except (OSError, ValueError) as error:
                self.statuses[repr(error)] += 1

    def finish(self):
        self._end.set()
        self.join(WAIT_SECONDS)
        return self.statuses


class Upgrade(WorldTest):
    def test_by_hand_reaches_the_new_release_and_the_vip_answers_all_the_way(self):
        client = Client(self)
        client.start()
        status = self.run_tool("status", "upgrade", "check", "--json", host="admin")
        self.assertEqual([c["result"] for c in json.loads(status)["checks"]], [0] * 5)
        self.stage_and_expand()
        self.assertEqual(self.run_tool("dbsync", "version", host="admin"), NEW_HEAD)
        self.upgrade_pinned()
        before = self.histogram()
        self.assertEqual(list(before["node_history"]), ["1.1"])
        self.unpin()
        self.contract()
        self.check_effects()
        statuses = client.finish()
        self.assertEqual(list(statuses), [200])
        self.assertGreater(statuses[200], 50)

    def upgrade_pinned(self):
        for name in CONDUCTORS + APIS:
            self.pin(name, OLD)
        for name in CONDUCTORS:
            self.restart_conductor(name, NEW)
            self.assertEqual(self.get("api1", "/v1/nodes")[1][_MAXIMUM], "1.111")
            for node in self.nodes_of(name)[:2]:
                self.assertEqual(self.get("api1", f"/v1/nodes/{node['uuid']}/validate")[0], 200)
        for name in APIS:
            self.restart_api(name, NEW)
            self.assertEqual(self.get(name, "/v1")[1][_MAXIMUM], "1.111")
            self.assertEqual(self.get(name, "/v1", "1.112")[0], 406)

    def unpin(self):
        for name in CONDUCTORS:
            os.unlink(self.drop_in(name))
            self.restart_conductor(name)
        for name in APIS:
            os.unlink(self.drop_in(name))
            self.restart_api(name)
            self.assertEqual(self.get(name, "/v1")[1][_MAXIMUM], "1.115")

    def contract(self):
        first = self.tool("dbsync", "online_data_migrations", "--max-count", "10", host="admin")
        self.assertEqual((first.returncode, first.stdout.splitlines()[-1]), (1, _RERUN))
        self.assertEqual(
            self.run_tool("dbsync", "online_data_migrations", host="admin"),
            "Data migrations have completed.",
        )
        again = self.tool("dbsync", "online_data_migrations", host="admin")
        self.assertIn("update_to_latest_versions() migrated 0 of 0 objects.", again.stdout)
        after = self.histogram()
        newest = json.loads(self.run_tool("versions", host="admin"))
        found = {table: list(versions) for table, versions in after.items()}
        self.assertEqual(found, {table: [version] for table, version in newest.items()})
        nodes = self.get("vip", "/v1/nodes/detail?include_children=true")[2]["nodes"]
        self.assertEqual((len(nodes), {n["last_error"] for n in nodes}), (18, {None}))

    def check_effects(self):
        hosts = CONDUCTORS + APIS
        self.assertEqual([e["host"] for e in self.effects("install")], ["admin", *hosts])
        self.assertEqual([e["host"] for e in self.effects("stop")], CONDUCTORS + APIS + hosts)
        pins = [(e["host"], e["release"], e["pin"]) for e in self.effects("run")]
        self.assertEqual(pins, [(h, NEW, OLD) for h in hosts] + [(h, NEW, None) for h in hosts])
        self.assertEqual([e["after"] for e in self.effects("upgrade")], [NEW_HEAD])
        self.assertGreaterEqual(len(self.effects("migrate")), 3)


_MAXIMUM = "X-OpenStack-Ironic-API-Maximum-Version"
_RERUN = "Data migrations have not completed. Please re-run."


class Failing(WorldTest):
    def test_wrong_pin_kills_the_conductor_although_start_says_done(self):
        self.run_tool("service", "conductor", "stop", host="cond1")
        self.pin("cond1", "epoxy")
        said = self.run_tool("service", "conductor", "start", host="cond1")
        self.assertEqual(said, "Starting conductor: done.")
        self.assertEqual(self.tool("service", "conductor", "status", host="cond1").returncode, 3)
        self.assertFalse(self.alive("cond1"))
        refused = self.tool("conf", host="cond1")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("but found 'epoxy'", refused.stderr)

    def test_unpinned_beside_old_makes_the_old_api_fail_where_it_wrote(self):
        self.stage_and_expand()
        self.restart_conductor("cond1", NEW)
        self.wait_for("a row of the new release", lambda: "1.3" in self.histogram()["node_history"])
        broken = [self.history_fault(node["uuid"]) for node in self.nodes_of("cond1")]
        text = "Version 1.3 of NodeHistory is not supported, supported version is 1.1"
        self.assertIn((500, text), broken)
        check = self.tool("status", "--release", OLD, "upgrade", "check", host="admin")
        self.assertEqual(check.returncode, 2)
        refused = self.tool("dbsync", "--release", OLD, "online_data_migrations", host="admin")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("The database is not compatible", refused.stderr)

    def history_fault(self, uuid):
        status, _, body = self.get("api1", f"/v1/nodes/{uuid}/history")
        return None if status == 200 else (status, json.loads(body["error_message"])["faultstring"])

    def test_new_conductor_before_expand_does_not_start(self):
        self.run_tool("release", "stage", NEW, host="cond1")
        self.run_tool("release", "install", NEW, host="cond1")
        self.run_tool("service", "conductor", "stop", host="cond1")
        self.pin("cond1", OLD)
        self.run_tool("service", "conductor", "start", host="cond1")
        gone = lambda: self.tool("service", "conductor", "status", host="cond1").returncode == 3
        self.wait_for("the conductor gives up", gone)
        self.assertFalse(self.alive("cond1"))

    def test_new_api_before_the_conductors_cannot_reach_them(self):
        self.stage_and_expand()
        self.pin("api1", OLD)
        self.restart_api("api1", NEW)
        node = self.nodes_of("cond1")[0]["uuid"]
        self.assertEqual(
            self.fault("api1", f"/v1/nodes/{node}/validate"),
            (500, "Unexpected error raised by RPC"),
        )
        self.assertEqual(self.get("api2", f"/v1/nodes/{node}/validate")[0], 200)

    def held_by(self, conductor):
        nodes = self.get("vip", "/v1/nodes?include_children=true&detail=true")[2]["nodes"]
        return [node["uuid"] for node in nodes if node["reservation"] == conductor]

    def test_killed_conductor_leaves_its_node_and_fails_it_when_it_comes_back(self):
        held = []
        self.wait_for("work in flight", lambda: held.extend(self.held_by("cond1")) or held)
        os.kill(self.pid("cond1", "conductor"), signal.SIGKILL)
        node = self.get("vip", f"/v1/nodes/{held[0]}")[2]
        self.assertEqual((len(held), node["reservation"]), (1, "cond1"))
        status, text = self.fault("vip", f"/v1/nodes/{held[0]}/validate")
        self.assertEqual(status, 500)
        self.assertIn("Unable to establish connection to http://127.0.0.11:", text)
        self.run_tool("service", "conductor", "start", host="cond1")
        self.wait_for("the lock is gone", lambda: self.quiet("cond1"))
        node = self.get("vip", f"/v1/nodes/{held[0]}")[2]
        self.assertIn(node["provision_state"], ("deploy failed", "error"))
        self.assertIn("can't be resumed by conductor cond1", node["last_error"])

    def test_silent_conductor_loses_its_node_to_a_peer(self):
        self.wait_for("work in flight", lambda: not self.quiet("cond1"))
        os.kill(self.pid("cond1", "conductor"), signal.SIGKILL)
        self.wait_for("a peer takes over", lambda: self.quiet("cond1"))
        nodes = self.get("vip", "/v1/nodes/detail?include_children=true")[2]["nodes"]
        taken = [n["last_error"] for n in nodes if n["last_error"]]
        self.assertEqual(taken, ["Operation was aborted due to conductor take over"])


class Behaviour(WorldTest):
    def test_stop_lets_the_work_in_hand_end(self):
        self.wait_for("work in flight", lambda: not self.quiet("cond1"))
        self.run_tool("service", "conductor", "stop", host="cond1")
        nodes = self.get("vip", "/v1/nodes/detail?include_children=true")[2]["nodes"]
        self.assertEqual({n["last_error"] for n in nodes}, {None})
        self.assertNotIn("cond1", [n["reservation"] for n in nodes])
        self.assertEqual({n["conductor"] for n in nodes}, {"cond2"})

    def test_lists_come_in_pages_and_hide_children(self):
        seen, path = [], "/v1/nodes?limit=5"
        while path:
            page = self.get("vip", path)[2]
            seen += [n["name"] for n in page["nodes"]]
            path = page.get("next", "").removeprefix(self.facts["vip"])
        self.assertEqual(seen, [f"node-{n:02}" for n in range(1, 18)])
        whole = self.get("vip", "/v1/nodes?include_children=true&detail=true")[2]["nodes"]
        self.assertEqual((len(whole), whole[-1]["parent_node"]), (18, whole[0]["uuid"]))
        self.assertEqual({n["conductor"] for n in whole}, set(CONDUCTORS))

    def test_microversions_decide_what_is_there(self):
        self.assertEqual(self.fault("api1", "/v1/conductors", None)[0], 404)
        self.assertEqual(self.get("api1", "/v1/conductors", "1.49")[0], 200)
        self.assertEqual(self.fault("api1", "/v1/nodes?include_children=1", "1.49")[0], 406)
        status, text = self.fault("api1", "/v1/nodes", "1.112")
        self.assertEqual(status, 406)
        self.assertIn("The supported version range is: [1.1, 1.111].", text)
        headers = self.get("api1", "/v1", "latest")[1]
        self.assertEqual(headers["X-OpenStack-Ironic-API-Version"], "1.111")
        self.assertEqual(self.fault("api1", "/v1/nodes?reservation=cond1")[0], 400)
        self.assertEqual(self.fault("api1", "/v1/nodes?fields=uuid,conductor")[0], 500)

    def test_heartbeats_are_seen_to_go_on(self):
        beat = lambda: self.get("vip", "/v1/conductors/cond1")[2]["updated_at"]
        first = beat()
        self.wait_for("a newer heartbeat", lambda: beat() > first)

    def test_balancer_notices_a_killed_api_and_clients_do_not(self):
        os.kill(self.pid("api1", "api"), signal.SIGKILL)
        for _ in range(20):
            self.assertEqual(self.get("vip", "/v1/nodes")[0], 200)
        self.wait_for("api1 is down", lambda: self.balancer("api1")[0] == "DOWN")
        self.run_tool("service", "api", "start", host="api1")
        self.wait_for("api1 is up", lambda: self.balancer("api1")[0] == "UP")

    def test_balancer_refuses_what_it_does_not_have(self):
        self.assertIn("No such server.", self.socket_says("set server apis/api9 state drain"))
        self.assertIn("No such backend.", self.socket_says("set server other/api1 state drain"))
        self.socket_says("set server apis/api1 state maint")
        self.assertEqual(self.balancer("api1")[0], "MAINT")
        self.assertRegex(self.socket_says("show servers state"), r"apis 1 api1 127.0.0.21 0 1 ")

    def test_schema_tool_tells_apart_what_ironics_does_and_no_more(self):
        self.assertEqual(self.run_tool("dbsync", "version", host="admin"), OLD_HEAD)
        self.assertEqual(self.run_tool("head", host="admin"), OLD_HEAD)
        self.assertEqual(self.run_tool("database"), "none")
        self.assertEqual(self.tool("dbsync", "online-data-migrations", host="admin").returncode, 2)
        none = self.tool("dbsync", "online_data_migrations", "--max-count", "0", host="admin")
        self.assertEqual(none.returncode, 127)
        self.run_tool("release", "stage", NEW, host="admin")
        early = self.tool("dbsync", "--release", NEW, "online_data_migrations", host="admin")
        self.assertEqual(early.returncode, 1)
        self.assertIn("OperationalError", early.stderr)
        self.run_tool("dbsync", "--release", NEW, host="admin")  # no sub-command means upgrade
        self.assertEqual(self.run_tool("dbsync", "version", host="admin"), NEW_HEAD)
        late = self.tool("dbsync", "upgrade", host="admin")
        self.assertEqual(late.returncode, 1)
        self.assertIn(f"Can't locate revision identified by '{NEW_HEAD}'", late.stderr)

    def test_release_is_installed_only_when_it_is_there_whole(self):
        self.assertEqual(self.run_tool("release", "installed", host="api1"), OLD)
        self.assertEqual(self.tool("release", "install", NEW, host="api1").returncode, 1)
        self.assertEqual(self.tool("release", "stage", "12.3", host="api1").returncode, 1)
        said = self.run_tool("release", "stage", NEW, host="api1")
        self.assertRegex(said, r"^staged 39\.0 sha256:[0-9a-f]{64}$")
        staged = self.run_tool("release", "staged", host="api1")
        self.assertEqual(staged.split(), said.split()[1:])
        code = os.path.join(self.world, "hosts/api1/staged/39.0/code")
        with open(code, "a", encoding="utf-8") as out:
            out.write("harm")
        self.assertEqual(self.run_tool("release", "staged", host="api1").split()[0], OLD)
        self.assertEqual(self.tool("release", "install", NEW, host="api1").returncode, 1)
        self.assertIn(OLD, json.loads(self.run_tool("pins", host="api1")))
        self.assertEqual(self.tool("pins", "--release", NEW, host="api1").returncode, 69)


if __name__ == "__main__":
    folder = sys.argv.pop(1) if len(sys.argv) > 1 and os.path.isdir(sys.argv[1]) else os.getcwd()
    unittest.main(verbosity=2)
