"""What the two daemons share: pid file, start report, signals taken one by one."""

import contextlib
import json
import os
import signal
import sys
import time

from standin import arguments
from standin.configuration import ConfigError, Configuration
from standin.releases import RELEASES
from standin.world import complain, now_text, write_atomically

STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGUSR2}


def next_signal(seconds):
    """Waits at most `seconds` for a signal to stop; returns its number or None.

    Signals stay blocked in every thread, so that none is handled in the middle of anything.
    """
    got = signal.sigtimedwait(STOP_SIGNALS, seconds)
    return got.si_signo if got else None


def main(service, make):
    """Runs a daemon: reads release and configuration now, once, and serves until told to stop.

    `make(host, release, configuration)` gives an object with `serve()`, which blocks.
    """
    if "--version" in sys.argv[1:]:
        return _print_version(service)
    made = arguments.parser(service, f"The stand-in {service} daemon, in the foreground.")
    _, host = arguments.finish(made, made.parse_args())
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    release = host.installed()
    with _recorded(host, service) as announce:
        try:
            configuration = Configuration(host, release)
            announce(release, configuration.pin)
            make(host, release, configuration).serve()
        except ConfigError as error:
            complain(str(error))
            return 1
        except Exception as error:  # the log of a daemon that cannot start must say why
            complain(f"{now_text()} CRITICAL {service} {type(error).__name__}: {error}")
            return 1
    return 0


def _print_version(service):
    made = arguments.parser(service, "Prints the version of the installed package.")
    made.add_argument("--version", action="store_true")
    _, host = arguments.finish(made, made.parse_args())
    print(RELEASES[host.installed()]["package"])
    return 0


@contextlib.contextmanager
def _recorded(host, service):
    """Holds the pid file for as long as the process lives; yields the report of what it runs."""
    pid = os.getpid()
    started = now_text()
    write_atomically(host.pid_file(service), f"{pid}\n")

    def announce(release, pin):
        report = {"pid": pid, "started": started, "release": release, "pin": pin}
        write_atomically(host.state_file(service), json.dumps(report) + "\n")
        host.effect("run", service=service, release=release, pin=pin, pid=pid)
        print(f"{started} INFO {service} {release} starts, pinned to {pin}", flush=True)

    try:
        yield announce
    finally:
        _forget(host, service, pid)


def _forget(host, service, pid):
    """Removes the files of this process, and only of this one."""
    with contextlib.suppress(OSError):
        with open(host.pid_file(service), encoding="utf-8") as source:
            if source.read().strip() != str(pid):
                return
        os.unlink(host.state_file(service))
        os.unlink(host.pid_file(service))


def leave(seconds):
    """The time an orderly stop takes even when there is nothing to wait for."""
    time.sleep(seconds)
