"""Network namespaces: one with a bridge for what all share, one for each host. The machine's own
namespace gets no address of the lab, so no traffic of the lab can leave it."""
from pathlib import Path

from labkit import topology as top
from labkit.shell import run


def exists(namespace: str) -> bool:
    return Path("/run/netns", namespace).exists()


def inside(namespace: str, *argv) -> list[str]:
    return ["ip", "netns", "exec", namespace, *[str(a) for a in argv]]


def in_control(*argv) -> list[str]:
    return inside(top.CONTROL, *argv)


def create_control():
    run(["ip", "netns", "add", top.CONTROL])
    _ip(top.CONTROL, "link set lo up")
    _ip(top.CONTROL, f"link add {top.BRIDGE} type bridge")
    _ip(top.CONTROL, f"addr add {top.CONTROL_ADDRESS}/24 dev {top.BRIDGE}")
    _ip(top.CONTROL, f"link set {top.BRIDGE} up")


def create_host(spec: top.HostSpec):
    wire = "v-" + spec.name
    run(["ip", "netns", "add", spec.namespace])
    _ip(top.CONTROL, f"link add {wire} type veth peer name eth0 netns {spec.namespace}")
    _ip(top.CONTROL, f"link set {wire} master {top.BRIDGE} up")
    _ip(spec.namespace, "link set lo up")
    _ip(spec.namespace, f"addr add {spec.address}/24 dev eth0")
    _ip(spec.namespace, "link set eth0 up")


def remove_all():
    for namespace in [spec.namespace for spec in top.HOSTS] + [top.CONTROL]:
        if exists(namespace):
            run(["ip", "netns", "del", namespace], check=False)


def _ip(namespace: str, words: str):
    run(["ip", "-n", namespace, *words.split()])
