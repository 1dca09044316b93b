"""Small tools that answer one question each and change nothing."""

import json

from standin import arguments, tools
from standin.configuration import ConfigError, Configuration
from standin.database import connected, histogram
from standin.releases import RELEASES
from standin.world import complain, say


def pins():
    """Which pin values does the code of a release accept?"""
    made = arguments.parser("pins", "Prints the pin values that a release accepts, as JSON.")
    tools.add_release_option(made)
    options = made.parse_args()
    _, host = arguments.finish(made, options)
    say(json.dumps(RELEASES[tools.code_of(host, options.release)]["pins"]))
    return 0


def conf():
    """What does the code of a release read from a host's configuration?"""
    made = arguments.parser("conf", "Prints the effective configuration of a host, as JSON.")
    tools.add_release_option(made)
    options = made.parse_args()
    _, host = arguments.finish(made, options)
    try:
        found = Configuration(host, tools.code_of(host, options.release))
    except ConfigError as error:
        complain(str(error))
        return 1
    say(json.dumps(found.sections()))
    return 0


def head():
    """To which revision does a release bring the schema?"""
    made = arguments.parser("head", "Prints the schema revision that a release brings.")
    tools.add_release_option(made)
    options = made.parse_args()
    _, host = arguments.finish(made, options)
    say(RELEASES[tools.code_of(host, options.release)]["head"])
    return 0


def versions():
    """Which object version does a release write into each table?"""
    made = arguments.parser("versions", "Prints the newest row version by table, as JSON.")
    tools.add_release_option(made)
    options = made.parse_args()
    _, host = arguments.finish(made, options)
    say(json.dumps(RELEASES[tools.code_of(host, options.release)]["objects"]))
    return 0


def server():
    """Which database server is it?"""
    made = arguments.parser("database", "Prints the version of the database server.", False)
    arguments.finish(made, made.parse_args())
    say("none")  # a world keeps its rows in a file: there is no server
    return 0


def row_versions():
    """How many rows of each table are at which object version?"""
    made = arguments.parser("histogram", "Prints the row versions by table, as JSON.", False)
    options = made.parse_args()
    world, _ = arguments.finish(made, options)
    with connected(world) as link:
        say(json.dumps(histogram(link)))
    return 0
