#!/usr/bin/python3 -B
"""What is seen of a service from outside, on real processes of this machine."""
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from labkit.observe import Observer, main_process  # noqa: E402

NAME = b"lab-observed-daemon"
MASTER = """
import os, time
time.sleep(0.1)
if os.fork() == 0:
    print(os.getpid(), flush=True)
time.sleep(60)
"""


class Service:
    """A master that has forked a worker; each ends after a minute by itself."""

    def __init__(self, folder):
        program = Path(folder) / NAME.decode()
        program.write_text(MASTER)
        self.master = subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE,
                                       start_new_session=True, text=True)
        self.worker = int(self.master.stdout.readline())

    def kill_master(self):
        self.master.kill()
        self.master.wait()

    def end(self):
        self.kill_master()
        os.kill(self.worker, signal.SIGKILL)
        self.master.stdout.close()


class ServiceIsSeen(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.service = Service(folder.name)
        self.addCleanup(self.service.end)
        self.observer = Observer(Path(folder.name))

    def look(self):
        return self.observer.service_started(main_process(os.getpid(), NAME))

    def test_by_its_master(self):
        self.assertEqual(main_process(os.getpid(), NAME), self.service.master.pid)
        self.assertLess(abs(self.look() - time.time()), 60)

    def test_worker_that_outlives_its_master_is_no_new_start(self):
        before = self.look()
        self.service.kill_master()
        self.assertEqual(main_process(os.getpid(), NAME), self.service.worker)
        self.assertGreater(self.observer.started(self.service.worker), before)
        self.assertEqual(self.look(), before)

    def test_worker_that_was_never_seen_with_its_master_counts_by_itself(self):
        self.service.kill_master()
        self.assertEqual(self.look(), self.observer.started(self.service.worker))

    def test_nothing_when_it_does_not_run(self):
        self.assertIsNone(self.observer.service_started(main_process(os.getpid(), b"no-such")))


if __name__ == "__main__":
    unittest.main()
