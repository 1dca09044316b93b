#!/usr/bin/python3 -B
"""A check that cannot fail proves nothing: doctored logs, each of which must be found."""

import copy
import unittest

from effects import NEW, OLD, SERVICES, check_effects
from logs import expanded_log


def _turn(host, first_pid, pin, install):
    service = SERVICES[host]
    lines = [{"effect": "stop", "service": service, "pid": first_pid, "killed": False}]
    if install:
        lines.append({"effect": "install", "release": NEW, "before": OLD})
    pid = first_pid + 1
    lines.append({"effect": "start", "service": service, "pid": pid})
    lines.append({"effect": "run", "service": service, "release": NEW, "pin": pin, "pid": pid})
    return [{"host": host, **line} for line in lines]


def whole_log():
    """The log of an upgrade in which nothing went wrong."""
    log, pids = expanded_log()
    for host, pid in pids.items():
        log += _turn(host, pid, OLD, install=True)
    for host, pid in pids.items():
        log += _turn(host, pid + 1, None, install=False)
    for migrated, left in ((50, 28), (28, 0)):
        numbers = {"release": NEW, "migrated": migrated, "left": left}
        log.append({"host": "admin", "effect": "migrate", **numbers})
    return [{"time": f"{number}", **line} for number, line in enumerate(log)]


class CheckEffects(unittest.TestCase):
    def setUp(self):
        self.log = whole_log()

    def find(self, host, effect, number=0):
        """Where the number-th such line is; negative numbers count from the end."""
        found = [
            i for i, line in enumerate(self.log) if (line["host"], line["effect"]) == (host, effect)
        ]
        return found[number]

    def move(self, host, effect, number, to):
        line = self.log.pop(self.find(host, effect, number))
        self.log.insert(to, line)

    def assert_found(self, *words):
        """Some problem holds all the words."""
        problems = check_effects(self.log)
        hit = [text for text in problems if all(word in text for word in words)]
        self.assertTrue(hit, f"no problem with {words} in {problems}")

    def test_a_whole_upgrade_has_no_problem(self):
        self.assertEqual(check_effects(self.log), [])

    def test_the_new_process_may_report_before_its_manager(self):
        at = self.find("cond1", "start", 1)
        self.log[at], self.log[at + 1] = self.log[at + 1], self.log[at]
        self.assertEqual(check_effects(self.log), [])

    def test_times_do_not_matter(self):
        for line in self.log:
            line["time"] = "now"
        self.assertEqual(check_effects(self.log), [])

    def test_every_line_is_needed(self):
        begin = self.find("admin", "world_up") + 1
        for at in range(begin, len(self.log)):
            log = self.log[:at] + self.log[at + 1 :]
            if self.log[at]["effect"] != "migrate" or at == len(self.log) - 1:
                self.assertNotEqual(check_effects(log), [], self.log[at])

    def test_no_line_may_be_there_twice(self):
        begin = self.find("admin", "world_up") + 1
        for at in range(begin, len(self.log)):
            log = self.log[: at + 1] + [copy.copy(self.log[at])] + self.log[at + 1 :]
            self.assertNotEqual(check_effects(log), [], self.log[at])

    def test_second_install(self):
        at = self.find("cond1", "install")
        self.log.insert(at, {**self.log[at], "before": NEW})
        self.assert_found("cond1", "install", "1 times instead of 0")

    def test_install_repeated_as_it_was(self):
        at = self.find("api2", "install")
        self.log.insert(at, dict(self.log[at]))
        self.assert_found("api2", "install", "2 times instead of 1")

    def test_missing_stop(self):
        del self.log[self.find("api1", "stop", 1)]
        self.assert_found("api1", "stop", "1 times instead of 2")

    def test_killed_instead_of_stopped(self):
        self.log[self.find("cond2", "stop")]["killed"] = True
        self.assert_found("cond2", "killed=True", "1 times instead of 0")

    def test_install_after_the_start(self):
        self.move("cond1", "install", 0, self.find("cond1", "run", 1))
        self.assert_found("cond1", "the order is")

    def test_early_unpinned(self):
        at = self.find("cond2", "run", 1)
        self.log[at]["pin"] = None
        self.assert_found("cond2", "unpinned beside old", "api1, api2")

    def test_unpinned_beside_the_last_old_one(self):
        turn = [self.log.pop(self.find("cond1", kind, -1)) for kind in ("run", "start", "stop")]
        at = self.find("api2", "stop")
        self.log[at:at] = reversed(turn)
        self.assert_found("cond1", "unpinned beside old: api2")

    def test_two_conductors_away(self):
        self.move("cond2", "stop", 0, self.find("cond1", "install"))
        self.assert_found("cond1 was away when cond2 was stopped")

    def test_two_apis_away_while_unpinning(self):
        self.move("api2", "stop", 1, self.find("api1", "start", -1))
        self.assert_found("api1 was away when api2 was stopped")

    def test_stopped_for_good(self):
        for kind in ("run", "start"):
            del self.log[self.find("api2", kind, -1)]
        self.assert_found("api2 was stopped and never ran again")

    def test_schema_changed_after_the_first_stop(self):
        self.move("admin", "upgrade", 0, self.find("cond1", "stop"))
        self.assert_found("admin", "belongs to expand", "conductors pinned had begun")

    def test_api_before_the_last_conductor(self):
        turn = [self.log.pop(self.find("api1", k)) for k in ("stop", "install")]
        turn += [self.log.pop(self.find("api1", k, 1)) for k in ("start", "run")]
        at = self.find("cond2", "stop")
        self.log[at:at] = turn
        self.assert_found("cond2", "belongs to conductors pinned", "APIs pinned had begun")

    def test_contract_before_the_last_unpin(self):
        self.move("admin", "migrate", 0, self.find("api2", "stop", 1))
        self.assert_found("api2", "belongs to APIs unpinned", "contract had begun")

    def test_another_process_was_stopped(self):
        self.log[self.find("cond1", "stop", 1)]["pid"] = 7
        self.assert_found("cond1", "process 7 was stopped")

    def test_started_process_is_not_the_one_that_runs(self):
        self.log[self.find("api1", "start", -1)]["pid"] = 7
        self.assert_found("api1", "process 7 was started last")

    def test_rows_moved_twice(self):
        self.log[self.find("admin", "migrate", -1)]["migrated"] = 50
        self.assert_found("migrate", "28 rows were left, then 50 moved")

    def test_rows_that_a_service_wrote_meanwhile_need_no_batch(self):
        self.log[self.find("admin", "migrate", -1)]["migrated"] = 26
        self.assertEqual(check_effects(self.log), [])

    def test_rows_left(self):
        del self.log[self.find("admin", "migrate", -1)]
        self.assert_found("no batch ended with 0 rows left")

    def test_foreign_host(self):
        self.log.append({"host": "cond9", "effect": "stage", "release": NEW})
        self.assert_found("cond9", "no host of the demo")

    def test_no_beginning(self):
        del self.log[self.find("admin", "world_up")]
        self.assert_found("0 world_up lines")


if __name__ == "__main__":
    unittest.main()
