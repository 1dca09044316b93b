"""An upgrade that turns round: where it does, and how that moment is seen from outside."""
import re
from typing import NamedTuple

from labkit import topology as top
from labkit.cluster import Cluster
from labkit.observe import Observer

GATE = "gate"
ROLES = {"conductors": ("conductor", top.CONDUCTORS), "api": ("api", top.APIS)}


class Point(NamedTuple):
    """`count` services of `role` run the new release; no role: the gate before the unpin."""
    text: str
    role: str = ""
    count: int = 0


def parse_point(text: str) -> Point:
    """ValueError, with what may be said, for anything else."""
    found = re.fullmatch(r"(conductors|api):([1-9])", text)
    if found:
        role, hosts = ROLES[found.group(1)]
        if int(found.group(2)) <= len(hosts):
            return Point(text, role, int(found.group(2)))
    if text != GATE:
        raise ValueError(f"'{text}' is no point of the lab's upgrade: say conductors:1 to "
                         f"conductors:{len(top.CONDUCTORS)}, api:1 to api:{len(top.APIS)}, "
                         f"or {GATE}")
    return Point(text)


class Watch:
    """Counts from outside the services that run the new release."""

    def __init__(self, cluster: Cluster, new_version: str):
        self.cluster, self.new_version = cluster, new_version
        self.observer = Observer(cluster.state.hosts)

    def reached(self, point: Point) -> bool:
        specs = next(hosts for role, hosts in ROLES.values() if role == point.role)
        return sum(1 for spec in specs if self.runs_new(spec)) >= point.count

    def runs_new(self, spec: top.HostSpec) -> bool:
        seen = self.observer.host(spec, self.cluster.hosts[spec.name].pid)
        return seen["version"] == self.new_version and spec.role in seen["services"]
