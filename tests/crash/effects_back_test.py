#!/usr/bin/python3 -B
"""Doctored logs of upgrades that were turned round, each of which must be found."""

import copy
import unittest

from back import TURNS
from effects import NEW, NEW_HEAD, OLD, OLD_HEAD, SERVICES
from effects_back import check_way_back
from logs import expanded_log

GATE = list(SERVICES)


def whole_log(turned):
    """The log of an upgrade that was turned round when the services of `turned` were of NEW."""
    log, pids = expanded_log()
    for host in turned:
        log += turn(host, pids[host], NEW, OLD, pin=OLD)
    for host in sorted(turned):  # APIs, then conductors
        log += turn(host, pids[host] + 1, OLD, NEW, pin=None)
    log.append({"host": "admin", "effect": "install", "release": OLD, "before": NEW})
    return [{"time": f"{number}", **line} for number, line in enumerate(log)]


def turn(host, pid, release, before, pin):
    """A service is taken from one release to another. Its process is `pid`, then the next one."""
    service = SERVICES[host]
    new = {"service": service, "pid": pid + 1}
    lines = [
        {"effect": "stop", "service": service, "pid": pid, "killed": False},
        {"effect": "install", "release": release, "before": before},
        {"effect": "start", **new},
        {"effect": "run", **new, "release": release, "pin": pin},
    ]
    return [{"host": host, **line} for line in lines]


class CheckWayBack(unittest.TestCase):
    def setUp(self):
        self.turned = GATE
        self.log = whole_log(GATE)

    def find(self, host, effect, number=-1):
        """Where the number-th such line is; negative numbers count from the end."""
        found = [
            i for i, line in enumerate(self.log) if (line["host"], line["effect"]) == (host, effect)
        ]
        return found[number]

    def take(self, host):
        """The lines of a host's turn back are taken out."""
        kinds = ("stop", "install", "start", "run")
        return [self.log.pop(self.find(host, kind, -1)) for kind in kinds]

    def assert_found(self, *words):
        """Some problem holds all the words."""
        problems = check_way_back(self.log, self.turned)
        hit = [text for text in problems if all(word in text for word in words)]
        self.assertTrue(hit, f"no problem with {words} in {problems}")

    def test_whole_ways_back_have_no_problem(self):
        for each in TURNS:
            with self.subTest(each.name):
                self.assertEqual(check_way_back(whole_log(each.turned), each.turned), [])

    def test_a_log_fits_no_other_turn(self):
        for one in TURNS:
            for other in TURNS:
                if one is not other:
                    problems = check_way_back(whole_log(one.turned), other.turned)
                    self.assertNotEqual(problems, [], (one.name, other.name))

    def test_every_line_is_needed_and_none_may_be_there_twice(self):
        begin = self.find("admin", "world_up") + 1
        for each in TURNS:
            whole = whole_log(each.turned)
            for at in range(begin, len(whole)):
                without = whole[:at] + whole[at + 1 :]
                self.assertNotEqual(check_way_back(without, each.turned), [], whole[at])
                twice = whole[: at + 1] + [copy.copy(whole[at])] + whole[at + 1 :]
                self.assertNotEqual(check_way_back(twice, each.turned), [], whole[at])

    def test_a_service_that_stays_new(self):
        self.take("cond2")
        self.assert_found("cond2", "run pin=None release=35.0", "0 times instead of 1")

    def test_a_service_that_was_never_new_is_stopped(self):
        self.turned = ["cond1"]
        self.log = whole_log(self.turned)
        self.log[-1:-1] = turn("api1", 300, OLD, OLD, pin=None)
        self.assert_found("api1", "stop", "1 times instead of 0")

    def test_still_pinned_on_the_way_back(self):
        self.log[self.find("api1", "run")]["pin"] = OLD
        self.assert_found("api1", "run pin=35.0 release=35.0", "1 times instead of 0")

    def test_new_code_unpinned(self):
        self.log[self.find("api2", "run", 1)]["pin"] = None
        self.log[self.find("api1", "run", 1)]["release"] = OLD
        self.assert_found("api2 ran 39.0 unpinned beside old: api1")

    def test_conductor_back_before_the_last_api(self):
        back = self.take("cond1")
        at = self.find("api2", "stop")
        self.log[at:at] = back
        self.assert_found("api2", "belongs to APIs back", "conductors back had begun")

    def test_schema_host_back_first(self):
        line = self.log.pop()
        self.log.insert(self.find("api1", "stop"), line)
        self.assert_found("api1", "belongs to APIs back", "schema host back had begun")

    def test_two_apis_away_on_the_way_back(self):
        line = self.log.pop(self.find("api2", "stop"))
        self.log.insert(self.find("api1", "start"), line)
        self.assert_found("api1 was away when api2 was stopped")

    def test_stopped_for_good_on_the_way_back(self):
        for kind in ("run", "start"):
            del self.log[self.find("cond2", kind)]
        self.assert_found("cond2 was stopped and never ran again")

    def test_another_process_was_stopped(self):
        self.log[self.find("cond1", "stop")]["pid"] = 7
        self.assert_found("cond1", "process 7 was stopped")

    def test_contract_before_a_way_back(self):
        at = self.find("api1", "stop")
        batch = {"release": NEW, "migrated": 50, "left": 0, "time": "now"}
        self.log.insert(at, {"host": "admin", "effect": "migrate", **batch})
        self.assert_found("admin", "migrate", "1 times instead of 0")

    def test_schema_taken_back(self):
        change = {"release": NEW, "before": NEW_HEAD, "after": OLD_HEAD, "time": "now"}
        self.log.insert(-1, {"host": "admin", "effect": "upgrade", **change})
        self.assert_found("admin", "upgrade", "1 times instead of 0")

    def test_no_beginning(self):
        del self.log[self.find("admin", "world_up")]
        self.assert_found("0 world_up lines")


if __name__ == "__main__":
    unittest.main()
