#!/usr/bin/python3 -B
"""The verdicts on an upgrade that was taken back, and on one in which a host lost its power, on
made-up observations: a good one passes, and each thing that must not happen turns one line red."""
import unittest

from verdict_test import APIS, CONDUCTORS, NEW, OLD, Story, fail, observed, told
from labkit import verdict_back, verdict_chaos
from labkit.way_back import parse_point


def take_back(story, name):
    story.restart(name, lambda: story.change(name, version=OLD["version"], pin=""))


def turned(forward, back):
    """There with `forward`, back in the order of `back`."""
    story = Story()
    story.wait()
    story.expand()
    for name in forward:
        story.upgrade(name)
    story.phase("back: turn")
    for name in back:
        take_back(story, name)
    story.change("admin", version=OLD["version"])
    story.end()
    story.phases[-1]["state"] = "ROLLED_BACK"
    return story


def seen_back(forward=("cond1", "cond2"), back=("cond1", "cond2")):
    data = observed(turned(forward, back))
    touched = {*forward, "admin"}
    for name, host in data["hosts"].items():
        host["installs"] = [NEW["version"], OLD["version"]] if name in touched else []
        host["unit_drop_ins"] = []
    return data | {"migrations": None}


class WayBack(unittest.TestCase):
    def expect(self, data, *names, point="conductors:2"):
        found = [check.name for check in verdict_back.judge(data, parse_point(point))
                 if not check.ok]
        self.assertEqual(found, list(names))

    def test_passes(self):
        self.expect(seen_back())

    def test_passes_with_apis_that_go_back_first(self):
        self.expect(seen_back((*CONDUCTORS, "api1"), ("api1", *CONDUCTORS)), point="api:1")
        self.expect(seen_back(CONDUCTORS + APIS, APIS + CONDUCTORS), point="gate")

    def test_conductor_that_goes_back_before_an_api(self):
        self.expect(seen_back((*CONDUCTORS, "api1"), (*CONDUCTORS, "api1")),
                    "no new API ran beside an old conductor", point="api:1")

    def test_turned_somewhere_else(self):
        self.expect(seen_back(), "it turned round at conductors:1", point="conductors:1")

    def test_not_ended(self):
        data = seen_back()
        data["timeline"][-1]["state"] = "SUCCEEDED"
        self.expect(data, "the upgrade ended as ROLLED_BACK")

    def test_host_left_on_the_new_release(self):
        data = seen_back()
        data["hosts"]["cond2"]["version"] = NEW["version"]
        self.expect(data, "every host has the old release")

    def test_service_that_still_runs_what_was_replaced(self):
        data = seen_back()
        data["hosts"]["cond2"]["services"] = {"conductor": data["samples"][40]["t"]}
        self.expect(data, "every service runs the old release")

    def test_old_release_installed_twice(self):
        data = seen_back()
        data["hosts"]["cond2"]["installs"].append(OLD["version"])
        self.expect(data, "each thing was done once")

    def test_untouched_service_restarted(self):
        data = seen_back()
        for moment, sample in enumerate(data["samples"][20:22]):
            sample["hosts"]["api2"]["services"] = {"api": 990.0 + moment}
        self.expect(data, "each thing was done once")

    def test_what_is_left(self):
        for what, value in (("pin", "35.0"), ("drop_in", True), ("unit_drop_ins", ["/etc/x"])):
            data = seen_back()
            data["hosts"]["cond3"][what] = value
            self.expect(data, "no pin, no drop-in of settings or units is left")

    def test_row_that_the_old_release_cannot_read(self):
        data = seen_back()
        data["row_versions"]["nodes"] = {"1.44": 19, "1.45": 1}
        self.expect(data, "every row has the old release's version")


class Points(unittest.TestCase):
    def test_what_may_be_said(self):
        self.assertEqual(parse_point("conductors:2")[1:], ("conductor", 2))
        self.assertEqual(parse_point("api:1")[1:], ("api", 1))
        self.assertEqual(parse_point("gate").role, "")
        for text in ("conductors:4", "conductors:0", "api:3", "unpin", "", "api"):
            with self.assertRaises(ValueError):
                parse_point(text)


class Chaos(unittest.TestCase):
    def setUp(self):
        self.data = observed(told())
        begin = self.data["samples"][0]["t"]
        self.loss = {"t": begin + 20, "victim": "cond2", "power": True, "back": begin + 40,
                     "settled": begin + 60, "nodes": ["n01"]}
        others = ("controller", "cond1", "api1", "controller", "admin", "cond1")
        self.data["kills"] = [{"t": 1.0, "victim": each} for each in others] + [self.loss]
        self.data["helps"] = []

    def expect(self, *names):
        found = [check.name for check in verdict_chaos.judge(self.data) if not check.ok]
        self.assertEqual(found, list(names))

    def fail(self, second, kind, node):
        fail(self.data, int(second), kind)
        self.data["load"][-1]["node"] = node

    def test_passes(self):
        self.expect()

    def test_requests_of_its_nodes_are_its_own(self):
        self.fail(self.loss["t"] + 5, "patch", "n01")
        self.expect()

    def test_requests_of_other_nodes_are_not(self):
        self.fail(self.loss["t"] + 5, "patch", "n02")
        self.expect("no list and no patch request failed")

    def test_second_that_was_counted_in_two_rows(self):
        self.fail(self.loss["t"] + 5, "patch", "n01")
        self.data["load"].append({"second": int(self.loss["t"] + 5), "sent": {"patch": 1},
                                  "failed": {"patch": 1}})
        self.data["load"].append({"t": self.loss["t"] + 5.5, "kind": "patch", "node": "n02",
                                  "failed": "HTTP 500"})
        self.expect("no list and no patch request failed")

    def test_requests_before_and_after_are_not(self):
        self.fail(self.loss["t"] - 5, "patch", "n01")
        self.expect("no list and no patch request failed")
        self.setUp()
        self.fail(self.loss["settled"] + 5, "patch", "n01")
        self.expect("no list and no patch request failed")

    def test_lists_never_are(self):
        self.fail(self.loss["t"] + 5, "list", "")
        self.expect("no list and no patch request failed")

    def test_it_may_be_installed_and_started_once_more_and_others_may_not(self):
        self.data["hosts"]["cond2"]["installs"] *= 2
        self.data["samples"][30]["hosts"]["cond2"]["services"] = {"conductor": 1.0}
        self.expect()
        self.data["hosts"]["cond1"]["installs"] *= 2
        self.expect("each thing was done once")

    def test_one_conductor_is_enough_only_while_it_is_away(self):
        at = next(n for n, s in enumerate(self.data["samples"]) if s["t"] > self.loss["t"])
        self.data["samples"][at]["alive"] = ["cond1"]
        self.expect()
        self.data["samples"][at]["alive"] = []
        self.expect("two conductors were alive at all times, one while the victim was away")
        self.data["samples"][at]["alive"] = ["cond1"]
        self.data["samples"][2]["alive"] = ["cond1"]
        self.expect("two conductors were alive at all times, one while the victim was away")

    def test_help_before_the_loss(self):
        self.data["helps"] = [{"t": self.loss["t"] + 1, "code": "START_DIED"}]
        self.expect()
        self.data["helps"] = [{"t": self.loss["t"] - 1, "code": "START_DIED"}]
        self.expect("a person was needed only for what the loss broke")

    def test_no_loss(self):
        self.data["kills"].remove(self.loss)
        self.expect("one conductor host lost its power and came back")

    def test_back_too_late(self):
        self.loss["settled"] = self.loss["back"] + 121
        self.expect("one conductor host lost its power and came back")


if __name__ == "__main__":
    unittest.main()
