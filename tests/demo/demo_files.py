"""The files of rollmill for one demo world: controller, fleet, policy, one file per agent."""

import json
import os
import socket

from standin.lifecycle import FIRST_PORT as FIRST_WORLD_PORT

BIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin")
FLEET = "demo"
FIRST_PORT = 27443
STATUS_PORT = 28443
PORTS = 500

# A demo has little time; everything else keeps its default.
POLICY = {
    "canary": 1,
    "soak": "1s",
    "retry_delay": "1s",
    "window_drain": "20s",
    "window_heartbeat": "10s",
    "migrate_batch": 50,
    "migrate_pause": "100ms",
    "backup_reference": "none: the demo makes its world anew each time",
    "deadlines": {
        "inspect": "30s",
        "stage": "30s",
        "install": "30s",
        "schema": "150s",
        "quiet": "60s",
        "stop": "60s",
        "start": "30s",
        "probe": "30s",
        "agent_lost": "60s",
    },
}

# In a quick world every wait is as short as its meaning allows, and no deadline is met because a
# busy machine is slow or a test keeps the agents away.
QUICK_POLICY = {
    "soak": "50ms",
    "retry_delay": "200ms",
    "migrate_pause": "10ms",
    "deadlines": {name: "300s" for name in POLICY["deadlines"]},
}
QUICK_AGENT = {"heartbeat_interval": "100ms", "poll": "20ms", "settle": "50ms"}


def write(world, facts):
    """Writes all files below WORLD/rollmill; gives the two addresses of the controller."""
    folder = os.path.join(world, "rollmill")
    os.makedirs(folder, exist_ok=True)
    listen, status = free_addresses(facts)
    _write(folder, "fleet.json", _fleet(facts))
    _write(folder, "policy.json", _policy(facts))
    _write(folder, "controller.json", _controller(facts, listen, status))
    for name in facts["hosts"]:
        _write(folder, f"{name}.json", _agent(world, facts, name, listen))
    addresses = {"controller": listen, "status": f"http://{status}"}
    _write(folder, "addresses.json", addresses)
    return addresses


def free_addresses(facts):
    """Where a controller of this world may listen: for agents and people, and its status page.
    Worlds that are made at the same time have different ports, so their controllers do, too."""
    place = int(facts["vip"].rpartition(":")[2]) - FIRST_WORLD_PORT
    return _free_port(FIRST_PORT + place), _free_port(STATUS_PORT + place)


def _fleet(facts):
    hosts = []
    for name, host in facts["hosts"].items():
        if host["role"] == "schema":
            hosts.append({"name": name, "services": [], "schema": True})
        else:
            hosts.append({"name": name, "services": [host["role"]]})
    return {"fleet": FLEET, "profile": "ironic", "hosts": hosts}


def _controller(facts, listen, status):
    return {
        "listen": listen,
        "status_listen": status,
        "journal": "controller.db",
        "fleet": "fleet.json",
        "prober": {
            "urls": [facts["vip"]],
            "interval": "100ms",
            "timeout": "5s",
            "microversion": "1.49",
        },
        "policy": _policy(facts),
    }


def _policy(facts):
    return {**POLICY, **(QUICK_POLICY if facts["quick"] else {})}


def _agent(world, facts, name, controller):
    host = facts["hosts"][name]
    api = {"vip": facts["vip"]}
    if "url" in host:
        api["url"] = host["url"]
    made = {
        "preset": "demo",
        "host": name,
        "fleet": FLEET,
        "controller": controller,
        "state_dir": f"agents/{name}",
        "services": [] if host["role"] == "schema" else [host["role"]],
        "variables": {"bin": BIN, "world": world},
        "api": api,
        "heartbeat_interval": "1s",
        "poll": "200ms",
        "settle": "500ms",
    }
    if host["role"] != "api":
        made["balancer"] = {"driver": "none"}
    if facts["quick"]:
        made.update(QUICK_AGENT)
        # Asked hundreds of times; a small program answers sooner than a script.
        made["release"] = {"installed": ["/bin/cat", f"{world}/hosts/{name}/release"]}
    return made


def _write(folder, name, content):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
        json.dump(content, out, indent=2)
        out.write("\n")


def _free_port(first):
    """The first loopback address from a port on that nobody listens on."""
    for port in range(first, first + PORTS):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return f"127.0.0.1:{port}"
            except OSError:
                continue
    raise OSError(f"no free port from {first} to {first + PORTS}")
