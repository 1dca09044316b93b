"""Makes a world and starts its daemons; stops exactly those again."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import time

from standin import arguments, database, population, release, service
from standin.world import BACKEND, HOSTS, World, complain, say, write_atomically

FIRST_PORT = 26385
PORTS = 400
READY_SECONDS = 60.0
STOP_SECONDS = 10.0
FROM_RELEASE = "35.0"
VIP = "127.0.0.20"
_ROLES = {
    "cond1": ("conductor", "127.0.0.11"),
    "cond2": ("conductor", "127.0.0.12"),
    "api1": ("api", "127.0.0.21"),
    "api2": ("api", "127.0.0.22"),
    "admin": ("schema", None),
}
_CONF = """\
[DEFAULT]
auth_strategy = noauth
rpc_transport = oslo
host = {host}
hash_ring_reset_interval = {ring}
graceful_shutdown_timeout = 10
enabled_hardware_types = fake-hardware
default_deploy_interface = fake
default_boot_interface = fake

[api]
host_ip = {address}
port = {port}

[conductor]
graceful_shutdown_timeout = 10
heartbeat_interval = {heartbeat}
heartbeat_timeout = 5

[database]
connection = sqlite:///{database}
"""


def main():
    made = arguments.parser("world", "Makes and starts a world, or stops it.", False)
    commands = made.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up")
    up.add_argument("--port", type=int, metavar="N")
    up.add_argument("--quick", action="store_true", help="everything takes a tenth of the time")
    commands.add_parser("down")
    options = made.parse_args()
    if not options.world:
        made.error("say which world: --world DIR or the environment variable ROLLMILL_DEMO")
    world = World(options.world)
    if options.command == "down":
        return down(world)
    if os.path.exists(world.folder) and os.listdir(world.folder):
        made.error(f"{world.folder} is not empty: a world needs a folder of its own")
    return _up(world, options.port, options.quick)


def _up(world, port, quick):
    with contextlib.ExitStack() as held:
        chosen = _reserve(port, held)
        if chosen is None:
            complain("no free port for a world: name one with --port")
            return 1
        _make(world, chosen, quick)
        try:
            _start(world)
            if _ready(world):
                _mark(world)
                say(
                    f"world {world.folder} is up: vip {world.facts['vip']} "
                    f"(2 conductors, 2 APIs, {population.NODES} nodes)"
                )
                return 0
            complain(f"world {world.folder} did not come up in {READY_SECONDS:g} s:")
            _complain_logs(world)
        except OSError as error:
            complain(f"world {world.folder} cannot start: {error}")
        down(world)
        return 1


def _reserve(wanted, held):
    """A port that is free on every address of a world. A name held until all daemons have bound
    theirs keeps two worlds that start at once apart."""
    addresses = [address for _, address in _ROLES.values() if address] + [VIP]
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + PORTS):
        name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            name.bind(f"\0rollmill-demo-{port}")
            if all(_free(address, port) for address in addresses):
                held.callback(name.close)
                return port
        except OSError:
            pass
        name.close()
    return None


def _free(address, port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            return True
        except OSError:
            return False


def _make(world, port, quick):
    """Writes everything that a world is before a process runs."""
    os.makedirs(world.path("balancer"))
    hosts = {}
    for name in HOSTS:
        role, address = _ROLES[name]
        hosts[name] = {"role": role}
        if address:
            hosts[name].update(address=address, port=port)
        if role == "api":
            hosts[name]["url"] = f"http://{address}:{port}"
    facts = {
        "quick": quick,
        "world": world.folder,
        "balancer_socket": world.socket,
        "backend": BACKEND,
        "vip": f"http://{VIP}:{port}",
        "hosts": hosts,
    }
    write_atomically(world.path("world.json"), json.dumps(facts, indent=2) + "\n")
    for name in HOSTS:
        _make_host(world.host(name), _ROLES[name][1] or "127.0.0.1", port)
    database.create(world, FROM_RELEASE)
    with database.connected(world) as link:
        population.fill(link, FROM_RELEASE)


def _ring_interval(host):
    """Whole seconds, as Ironic wants them: a quick world has no time for any."""
    if host.world.quick:
        return 0
    return 3 if _ROLES[host.name][0] == "conductor" else 1


def _make_host(host, address, port):
    for folder in (host.drop_ins, host.path("run"), host.path("log"), host.path("staged")):
        os.makedirs(folder)
    text = _CONF.format(
        host=host.name,
        address=address,
        port=port,
        database=host.world.database,
        ring=_ring_interval(host),
        heartbeat=host.world.span(1),
    )
    write_atomically(host.conf_file, text)
    release.put(host, FROM_RELEASE)
    write_atomically(host.path("release"), FROM_RELEASE + "\n")


def _start(world):
    program = os.path.join(service.BIN, "balancer")
    for role in ("conductor", "api"):
        for name in world.hosts_with(role):
            service.start(world.host(name), role)
    with open(world.path("balancer", "balancer.log"), "ab") as log:
        child = subprocess.Popen(
            [program, "--world", world.folder], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            cwd="/", env={"PATH": "/usr/bin:/bin"}, start_new_session=True,
        )  # fmt: skip
    write_atomically(world.path("balancer", "balancer.pid"), f"{child.pid}\n")


def _ready(world):
    """Waits until clients get an answer that went through a conductor, on each API."""
    limit = time.monotonic() + READY_SECONDS
    while time.monotonic() < limit:
        if all(_serves(world, url) for url in _urls(world)):
            return True
        time.sleep(0.1)
    return False


def _urls(world):
    return [world.facts["hosts"][n]["url"] for n in world.hosts_with("api")] + [world.facts["vip"]]


def _serves(world, url):
    host, port = url.removeprefix("http://").split(":")
    link = http.client.HTTPConnection(host, int(port), timeout=2.0)
    try:
        for path in ("/v1/conductors", f"/v1/nodes/{population.FIRST_NODE}/validate"):
            link.request("GET", path, headers={"X-OpenStack-Ironic-API-Version": "1.49"})
            answer = link.getresponse()
            content = json.loads(answer.read())
            if answer.status != 200:
                return False
            if "conductors" in content and not _all_alive(world, content["conductors"]):
                return False
        return True
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        link.close()


def _all_alive(world, conductors):
    return sorted(c["hostname"] for c in conductors if c["alive"]) == world.hosts_with("conductor")


def _mark(world):
    """Draws the line in the log of effects: what follows was done to a finished world."""
    world.host("admin").effect("world_up")


def _complain_logs(world):
    for name in HOSTS:
        folder = world.host(name).path("log")
        for log in sorted(os.listdir(folder)):
            with open(os.path.join(folder, log), encoding="utf-8", errors="replace") as source:
                for line in source.read().splitlines()[-5:]:
                    complain(f"  {name} {log}: {line}")


def _daemons(world):
    """The living daemons of a world: process id and a word for people."""
    found = {}
    for name in HOSTS:
        for daemon in ("api", "conductor"):
            pid = service.running(world.host(name), daemon)
            found[pid] = f"{daemon} of {name}, process {pid}"
    program = os.path.join(service.BIN, "balancer")
    pid = service.daemon_of(world.path("balancer", "balancer.pid"), [program, world.folder])
    found[pid] = f"balancer, process {pid}"
    found.pop(None, None)
    return found


def down(world):
    """Stops the daemons of this world and no others. The files stay."""
    found = _daemons(world)
    for pid in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)  # all at once; then wait for each
    left = [text for pid, text in found.items() if not service.end_process(pid, STOP_SECONDS)]
    if left:
        complain("still running: " + "; ".join(left))
        return 1
    say(f"world {world.folder} is down")
    return 0
