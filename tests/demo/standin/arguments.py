"""Command lines: every program takes --world, and those that act on a host take --host."""

import argparse
import os
import sys

from standin.world import HOSTS, World


def parser(program, text, with_host=True):
    """An argument parser with the options that all programs share."""
    made = argparse.ArgumentParser(prog=program, description=text)
    made.add_argument("--world", metavar="DIR", default=os.environ.get("ROLLMILL_DEMO"))
    if with_host:
        made.add_argument("--host", choices=HOSTS, default=os.environ.get("ROLLMILL_DEMO_HOST"))
    return made


def finish(made, options):
    """Checks the shared options; returns the world, and the host when there is one."""
    if not options.world:
        made.error("say which world: --world DIR or the environment variable ROLLMILL_DEMO")
    world = World(options.world)
    if not os.path.exists(world.path("world.json")):
        made.error(f"{world.folder} is no world: make one with `world --world DIR up`")
    if not hasattr(options, "host"):
        return world, None
    if not options.host:
        made.error("say which host: --host NAME or the environment variable ROLLMILL_DEMO_HOST")
    host = world.host(options.host)
    host.called(made.prog, sys.argv[1:])
    return world, host
