"""Enrols fake-hardware nodes n01, n02, ...: a third active, a third available, the last two in
enroll, the rest manageable; and a runbook. Runs inside the control namespace."""
import collections
import json
import sys

from labkit import rest

RUNBOOK = {"name": "CUSTOM_LAB", "steps": [{"interface": "bios", "step": "apply_configuration",
                                            "args": {"settings": []}, "order": 1}]}


def must(reply: rest.Reply, status: int, what: str):
    if reply.status != status:
        sys.exit(f"{what}: {reply.summary}")
    return reply.json() if reply.body else None


def create(name: str, number: int):
    body = {"driver": "fake-hardware", "name": name, "resource_class": "lab"}
    uuid = must(rest.call("POST", "/v1/nodes", body), 201, f"enrolling {name}")["uuid"]
    port = {"node_uuid": uuid, "address": f"52:54:00:00:00:{number:02x}"}
    must(rest.call("POST", "/v1/ports", port), 201, f"port of {name}")


def move(names, verb: str, state: str):
    for name in names:
        must(rest.provision(name, verb), 202, f"{verb} of {name}")
    for name in names:
        view = rest.wait_state(name, {state}, 30)
        if not view or view["provision_state"] != state:
            sys.exit(f"{name} did not become {state}: {view}")


def main(count: int):
    names = [f"n{number:02d}" for number in range(1, count + 1)]
    for number, name in enumerate(names, 1):
        create(name, number)
    third = count // 3
    move(names[:-2], "manage", "manageable")
    move(names[:2 * third], "provide", "available")
    move(names[:third], "active", "active")
    must(rest.call("POST", "/v1/runbooks", RUNBOOK, version="1.92"), 201, "the runbook")
    nodes = must(rest.call("GET", "/v1/nodes"), 200, "list of nodes")["nodes"]
    print(json.dumps(collections.Counter(entry["provision_state"] for entry in nodes)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
