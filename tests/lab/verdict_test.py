#!/usr/bin/python3 -B
"""The verdict on made-up observations: a good upgrade passes, and each thing that must not happen
turns the one line red that stands for it."""
import copy
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from labkit import report, verdict  # noqa: E402
from labkit.observe import PROGRAMS, installed_version, runs  # noqa: E402

OLD = {"release": "35.0", "version": "1:35.0.1-10"}
NEW = {"release": "39.0", "version": "1:39.0.0-6"}
CONDUCTORS = ("cond1", "cond2", "cond3")
APIS = ("api1", "api2")
STEP = 10  # seconds between two things that happen


def host(version=OLD["version"], pin="", **services):
    return {"version": version, "pin": pin, "services": services, "changed": 800.0,
            "expanding": None}


class Story:
    """Samples of an upgrade, one for each second, told host by host."""

    def __init__(self):
        self.now, self.samples = 1000.0, []
        self.hosts = {name: host(conductor=900.0) for name in CONDUCTORS}
        self.hosts |= {name: host(api=900.0) for name in APIS} | {"admin": host()}
        self.phases = [{"t": self.now, "phase": "conductors"}]

    def wait(self, seconds=STEP):
        for _ in range(seconds):
            alive = [n for n in CONDUCTORS if "conductor" in self.hosts[n]["services"]]
            self.samples.append({"t": self.now, "hosts": copy.deepcopy(self.hosts),
                                 "alive": alive})
            self.now += 1

    def phase(self, name):
        self.phases.append({"t": self.now, "phase": name})

    def change(self, name, **changes):
        """Something of a host becomes different shortly before the next sample."""
        if changes.keys() & {"version", "pin"}:
            changes.setdefault("changed", self.now - 0.2)
        self.hosts[name].update(changes)
        self.wait()

    def restart(self, name, before_start=lambda: None):
        role = "conductor" if name in CONDUCTORS else "api"
        self.change(name, services={})
        before_start()
        self.hosts[name]["services"] = {role: self.now + 0.4}
        self.now += 1
        self.wait()

    def upgrade(self, name, pin="35.0"):
        self.change(name, pin=pin)
        self.restart(name, lambda: self.change(name, version=NEW["version"]))

    def unpin(self, name):
        self.change(name, pin="")
        self.restart(name)

    def expand(self):
        self.change("admin", version=NEW["version"])
        self.change("admin", expanding=self.now + 0.4)
        self.change("admin", expanding=None)

    def end(self):
        self.phase("after")
        self.wait(2)


def told():
    story = Story()
    story.wait()
    story.expand()
    for name in CONDUCTORS + APIS:
        story.upgrade(name)
    story.phase("unpin")
    for name in CONDUCTORS + APIS:
        story.unpin(name)
    story.end()
    return story


def observed(story):
    """What a collection after this story would hold, had all gone well."""
    begin, end = story.phases[0]["t"], int(story.now)
    load = [{"second": second, "sent": {"list": 20, "patch": 5, "power": 2}, "failed": {},
             "locked": {"patch": 1}} for second in range(int(begin), end)]
    return {"old": OLD, "new": NEW, "samples": story.samples, "timeline": story.phases,
            "load": load, "newest_api": "1.115", "api_maximum": {name: "1.115" for name in APIS},
            "hosts": {name: {**seen, "drop_in": False, "installs": [NEW["version"]]}
                      for name, seen in story.hosts.items()},
            "migrations": {"code": 0, "text": "update() migrated 0 of 0 objects.\n"
                                              "Data migrations have completed.\n"},
            "row_versions": {"nodes": {"1.44": 20}, "runbook_steps": {"": 1}, "ports": {}},
            "newest_objects": {"nodes": "1.44", "ports": "1.16"},
            "nodes_before": {"n01": "active", "n11": "available"},
            "nodes_after": {"n01": "active", "n11": "deploying"}}


def failed(data):
    return [check.name for check in verdict.judge(data) if not check.ok]


def fail(data, second, kind, count=1):
    """Count requests of a kind fail in the second."""
    row = next(row for row in data["load"] if row.get("second") == second)
    row["failed"][kind] = count
    row["sent"].setdefault(kind, count)
    data["load"] += [{"t": second + 0.5, "kind": kind, "failed": "HTTP 500"}] * count


class GoodUpgrade(unittest.TestCase):
    def test_passes(self):
        self.assertEqual(failed(observed(told())), [])

    def test_counts_requests_by_kind_and_phase(self):
        data = observed(told())
        unpinned = data["timeline"][1]["t"]
        fail(data, int(data["samples"][0]["t"]), "power", 2)
        fail(data, int(unpinned) + 3, "power")
        self.assertEqual(verdict.totals(data["load"])["power"]["failed"], 3)
        self.assertEqual(verdict.failures_by_phase(data["load"], data["timeline"]),
                         {("power", "conductors"): 2, ("power", "unpin"): 1})
        row = next(line for line in report.table(data["load"], data["timeline"]).splitlines()
                   if "power" in line)
        sent = verdict.totals(data["load"])["power"]["sent"]
        self.assertEqual(row.split(), ["power", str(sent), "3", "0", "2", "1"])


class EndState(unittest.TestCase):
    def setUp(self):
        self.data = observed(told())

    def expect(self, *names):
        self.assertEqual(failed(self.data), list(names))

    def test_host_left_behind(self):
        self.data["hosts"]["admin"]["version"] = OLD["version"]
        self.expect("every host has the new release")

    def test_half_installed_host(self):
        self.data["hosts"]["cond2"]["version"] = ""
        self.expect("every host has the new release")

    def test_service_that_was_not_restarted(self):
        self.data["hosts"]["api1"]["services"] = {"api": 900.0}
        self.expect("every service runs the new release")

    def test_service_restarted_too_early(self):
        self.data["hosts"]["api1"]["services"] = {"api": self.data["samples"][5]["t"]}
        self.expect("every service runs the new release")

    def test_service_that_does_not_run(self):
        self.data["hosts"]["cond3"]["services"] = {}
        self.expect("every service runs the new release")

    def test_service_that_the_installation_started(self):
        self.data["hosts"]["admin"]["services"] = {"conductor": 5000.0}
        self.expect("every service runs the new release")

    def test_package_installed_twice(self):
        self.data["hosts"]["cond2"]["installs"] *= 2
        self.expect("each thing was done once")

    def test_service_restarted_once_too_often(self):
        middle = len(self.data["samples"]) // 2
        for sample in self.data["samples"][middle:]:
            sample["hosts"]["api2"]["services"] = {"api": 999.0}
            break
        self.expect("each thing was done once")

    def test_schema_changed_twice_or_by_nobody(self):
        self.data["samples"][-1]["hosts"]["admin"]["expanding"] = 4711.0
        self.expect("each thing was done once")
        for sample in self.data["samples"]:
            sample["hosts"]["admin"]["expanding"] = None
        self.expect("each thing was done once")

    def test_pin_left(self):
        self.data["hosts"]["cond1"]["pin"] = "35.0"
        self.expect("no pin and no drop-in is left")

    def test_drop_in_left_without_a_pin(self):
        self.data["hosts"]["cond1"]["drop_in"] = True
        self.expect("no pin and no drop-in is left")

    def test_api_still_capped(self):
        self.data["api_maximum"]["api2"] = "1.111"
        self.expect("every API offers the new release's microversions")

    def test_api_silent(self):
        self.data["api_maximum"]["api2"] = ""
        self.expect("every API offers the new release's microversions")

    def test_migrations_left(self):
        self.data["migrations"]["text"] = ("update() migrated 9 of 37 objects.\n"
                                           "Data migrations have completed.\n")
        self.expect("no data migration is left")

    def test_migrations_that_crashed(self):
        self.data["migrations"] = {"code": 1, "text": "Traceback (most recent call last):"}
        self.expect("no data migration is left")

    def test_old_row(self):
        self.data["row_versions"]["nodes"] = {"1.44": 19, "1.41": 1}
        self.expect("every row has its newest version")

    def test_rows_not_read(self):
        self.data["row_versions"] = {}
        self.expect("every row has its newest version")

    def test_node_lost(self):
        del self.data["nodes_after"]["n11"]
        self.expect("every node is there, and as it was")

    def test_node_failed(self):
        self.data["nodes_after"]["n01"] = "error"
        self.expect("every node is there, and as it was")


class Clients(unittest.TestCase):
    def setUp(self):
        self.data = observed(told())
        self.second = int(self.data["samples"][5]["t"])

    def test_one_failed_list(self):
        fail(self.data, self.second, "list")
        self.assertEqual(failed(self.data), ["no list and no patch request failed"])

    def test_one_failed_patch(self):
        fail(self.data, self.second, "patch")
        self.assertEqual(failed(self.data), ["no list and no patch request failed"])

    def test_nothing_sent(self):
        self.data["load"] = []
        self.assertEqual(failed(self.data), [
            "no list and no patch request failed",
            "other requests failed no more often than by hand",
            "the upgrade was watched from end to end"])

    def test_others_at_the_worst_rate_by_hand(self):
        sent = sum(count["sent"] for count in verdict.totals(self.data["load"]).values())
        allowed = sent * 24 // 2300
        fail(self.data, self.second, "power", allowed)
        self.assertEqual(failed(self.data), [])
        fail(self.data, self.second, "power", allowed + 1)
        self.assertEqual(failed(self.data), ["other requests failed no more often than by hand"])

    def test_load_that_stopped_half_way(self):
        middle = self.data["samples"][len(self.data["samples"]) // 2]["t"]
        self.data["load"] = [row for row in self.data["load"] if row["second"] < middle]
        self.assertEqual(failed(self.data), ["the upgrade was watched from end to end"])

    def test_sampler_that_died(self):
        self.data["samples"] = self.data["samples"][:-30]
        self.assertIn("the upgrade was watched from end to end", failed(self.data))

    def test_one_conductor_alive_for_the_api(self):
        self.data["load"].append({"t": 1050.0, "alive": {"cond1": True, "cond2": False,
                                                         "cond3": False}})
        self.assertEqual(failed(self.data), ["two conductors were alive at all times"])

    def test_one_conductor_alive_in_the_database(self):
        self.data["samples"][7]["alive"] = ["cond2"]
        self.assertEqual(failed(self.data), ["two conductors were alive at all times"])

    def test_database_that_did_not_answer_once(self):
        self.data["samples"][7]["alive"] = None
        self.assertEqual(failed(self.data), [])


class Kills(unittest.TestCase):
    def test_controller_and_agents_must_have_been_hit(self):
        kills = [{"t": 1.0, "victim": victim}
                 for victim in ("controller", "cond1", "api1", "controller", "admin", "cond1")]
        self.assertTrue(verdict.check_kills(kills).ok)
        self.assertFalse(verdict.check_kills(kills[1:]).ok)
        self.assertFalse(verdict.check_kills(kills[:-1]).ok)


class Mixtures(unittest.TestCase):
    """What ran beside what; the end state of these stories is good."""

    def upgraded(self, *names, pin="35.0", story=None):
        story = story or Story()
        story.wait()
        for name in names:
            story.upgrade(name, pin)
        return story

    def unpinned(self, story, *names):
        for name in names:
            story.unpin(name)
        if story.hosts["admin"]["version"] != NEW["version"]:
            story.expand()
        story.end()
        return failed(observed(story))

    def test_new_conductor_started_unpinned_beside_old_ones(self):
        story = self.upgraded("cond1", pin="")
        self.upgraded("cond2", "cond3", *APIS, story=story)
        names = self.unpinned(story, *CONDUCTORS, *APIS)
        self.assertEqual(names, ["nothing new ran unpinned beside something old"])

    def test_pin_written_only_after_the_start(self):
        story = self.upgraded("cond1", pin="")
        story.change("cond1", pin="35.0")
        self.upgraded("cond2", "cond3", *APIS, story=story)
        names = self.unpinned(story, *CONDUCTORS, *APIS)
        self.assertEqual(names, ["nothing new ran unpinned beside something old"])

    def test_pin_written_between_the_start_and_the_next_look(self):
        story = Story()
        story.wait()
        story.change("cond1", services={}, version=NEW["version"])
        story.hosts["cond1"]["services"] = {"conductor": story.now - 0.5}
        story.change("cond1", pin="35.0")
        self.upgraded("cond2", "cond3", *APIS, story=story)
        names = self.unpinned(story, *CONDUCTORS, *APIS)
        self.assertEqual(names, ["nothing new ran unpinned beside something old"])

    def test_pin_removed_and_restarted_between_two_looks(self):
        story = self.upgraded(*CONDUCTORS, *APIS)
        for name in CONDUCTORS:
            story.change(name, services={})
            story.change(name, pin="", changed=story.now - 0.6,
                         services={"conductor": story.now - 0.4})
        self.assertEqual(self.unpinned(story, *APIS), [])

    def test_wrong_pin(self):
        story = self.upgraded("cond1", pin="29.0")
        self.upgraded("cond2", "cond3", *APIS, story=story)
        names = self.unpinned(story, *CONDUCTORS, *APIS)
        self.assertEqual(names, ["nothing new ran unpinned beside something old"])

    def test_installation_that_started_a_service_on_the_admin_host(self):
        story = Story()
        story.wait()
        story.expand()
        story.change("admin", services={"conductor": story.now + 0.4})
        story.change("admin", services={})
        self.upgraded(*CONDUCTORS, *APIS, story=story)
        names = self.unpinned(story, *CONDUCTORS, *APIS)
        self.assertEqual(names, ["nothing new ran unpinned beside something old"])

    def test_api_before_conductors(self):
        story = self.upgraded("api1", *CONDUCTORS, "api2")
        names = self.unpinned(story, *CONDUCTORS, *APIS)
        self.assertEqual(names, ["no new API ran beside an old conductor"])

    def test_api_unpinned_before_conductors(self):
        story = self.upgraded(*CONDUCTORS, *APIS)
        names = self.unpinned(story, "api1", *CONDUCTORS, "api2")
        self.assertEqual(names, ["no unpinned API ran beside a pinned conductor"])

    def test_two_conductors_down_at_once(self):
        story = Story()
        story.wait()
        for name in ("cond1", "cond2"):
            story.change(name, services={}, pin="35.0")
        for name in ("cond1", "cond2"):
            story.upgrade(name)
        self.upgraded("cond3", *APIS, story=story)
        names = self.unpinned(story, *CONDUCTORS, *APIS)
        self.assertEqual(names, ["two conductors were alive at all times"])


class Observation(unittest.TestCase):
    def test_finds_a_service_by_program_interpreter_or_title(self):
        conductor, api = PROGRAMS["conductor"], PROGRAMS["api"]
        for line in (b"/usr/bin/python3\0/usr/bin/ironic-conductor\0--config-file=x",
                     b"ironic-conductor: master process [/usr/bin/ironic-conductor]",
                     b"/bin/sh\0/etc/init.d/ironic-conductor\0systemd-start"):
            self.assertTrue(runs(line.split(b"\0"), conductor), line)
        self.assertTrue(runs([b"/usr/bin/uwsgi_python3", b"--http-socket"], api))

    def test_takes_nothing_else_for_a_service(self):
        for line in (b"/bin/sh\0/etc/init.d/ironic-conductor\0stop", b"",
                     b"systemctl\0stop\0ironic-conductor",
                     b"/bin/sh\0/var/lib/dpkg/info/ironic-conductor.postinst\0configure"):
            self.assertFalse(runs(line.split(b"\0"), PROGRAMS["conductor"]), line)

    def test_half_installed_package_has_no_version(self):
        text = "Package: python3-ironic\nStatus: install ok {}\nVersion: 1:39.0.0-6\n\n"
        self.assertEqual(installed_version(text.format("installed")), "1:39.0.0-6")
        self.assertEqual(installed_version(text.format("unpacked")), "")


if __name__ == "__main__":
    unittest.main()
