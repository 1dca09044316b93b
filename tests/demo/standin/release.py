"""Brings a release to a host and installs it: side by side, then one rename."""

import hashlib
import json
import os

from standin import arguments
from standin.releases import RELEASES
from standin.world import complain, say, write_atomically

PACKAGES = ["python3-ironic", "ironic-common", "ironic-conductor", "ironic-api", "ironic-doc"]
STEP_SECONDS = 0.08


def main():
    made = arguments.parser("release", "Shows, stages and installs releases on a host.")
    commands = made.add_subparsers(dest="command", required=True)
    commands.add_parser("installed")
    commands.add_parser("staged")
    commands.add_parser("stage").add_argument("version")
    commands.add_parser("install").add_argument("version")
    options = made.parse_args()
    _, host = arguments.finish(made, options)
    match options.command:
        case "installed":
            say(host.installed())
        case "staged":
            for version in staged(host):
                say(f"{version} sha256:{_digest_file(host, version)}")
        case "stage":
            return _stage(host, options.version)
        case "install":
            return _install(host, options.version)
    return 0


def staged(host):
    """The releases that are on the host, whole and unharmed, installed or not."""
    folder = host.path("staged")
    return sorted(name for name in os.listdir(folder) if whole(host, name))


def put(host, version):
    """Writes the files of a release, the digest last: without it the release counts as absent."""
    folder = host.path("staged", version)
    os.makedirs(folder, exist_ok=True)
    code = _code(version)
    write_atomically(os.path.join(folder, "code"), code)
    write_atomically(os.path.join(folder, "digest"), _digest(code) + "\n")


def _stage(host, version):
    if version not in RELEASES:
        complain(f"E: Version '{version}' for 'ironic-common' was not found")
        return 1
    for number, package in enumerate(PACKAGES, 1):
        say(f"Get:{number} demo/main {package} {RELEASES[version]['package']} [{60 * number} kB]")
        host.world.pause(STEP_SECONDS)
    put(host, version)
    host.effect("stage", release=version)
    say(f"staged {version} sha256:{_digest_file(host, version)}")
    return 0


def _install(host, version):
    if not whole(host, version):
        complain(f"E: release {version} is not staged on {host.name}, or its digest is wrong")
        return 1
    before = host.installed()
    for package in PACKAGES:
        new, old = RELEASES[version]["package"], RELEASES[before]["package"]
        say(f"Unpacking {package} ({new}) over ({old}) ...")
        host.world.pause(STEP_SECONDS)
    say("Setting up ironic-common ...")
    write_atomically(host.path("release"), version + "\n")
    host.effect("install", release=version, before=before)
    say(f"installed {version}")
    return 0


def _code(version):
    return json.dumps(RELEASES[version], sort_keys=True) + "\n"


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _digest_file(host, version):
    with open(host.path("staged", version, "digest"), encoding="utf-8") as source:
        return source.read().strip()


def whole(host, version):
    """Whether a release is on the host with the digest it was fetched with."""
    try:
        with open(host.path("staged", version, "code"), encoding="utf-8") as source:
            return _digest(source.read()) == _digest_file(host, version)
    except OSError:
        return False
