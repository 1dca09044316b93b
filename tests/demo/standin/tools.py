"""What the one-shot tools share: which release's code they run as."""

from standin.release import whole
from standin.world import complain

NOT_THERE = 69


def add_release_option(made):
    made.add_argument("--release", metavar="V", help="run as this release (default: the installed)")


def code_of(host, wanted):
    """The release to run as: the installed one, or another that is staged on this host."""
    release = wanted or host.installed()
    if whole(host, release):
        return release
    complain(f"release {release} is not on host {host.name}: stage it first")
    raise SystemExit(NOT_THERE)
