"""Names and addresses of the lab. They exist only inside the lab's own network namespaces."""
from typing import NamedTuple

CONTROL = "rl-ctl"
BRIDGE = "br0"
NETWORK = "10.99.0"
CONTROL_ADDRESS = NETWORK + ".1"
API_PORT = 6385
REPOSITORY_PORT = 8480
HAPROXY_ADMIN_PORT = 9999
CONTROLLER_GRPC_PORT = 7443
CONTROLLER_HTTP_PORT = 7480
DATABASE_URL = f"mysql+pymysql://ironic:lab@{CONTROL_ADDRESS}/ironic?charset=utf8mb4"
PUBLIC_API = f"{CONTROL_ADDRESS}:{API_PORT}"
DROP_IN = "/etc/ironic/ironic.conf.d/90-rollmill.conf"


class HostSpec(NamedTuple):
    name: str
    role: str
    address: str

    @property
    def namespace(self) -> str:
        return "rl-" + self.name

    @property
    def service(self) -> str:
        return "" if self.role == "admin" else "ironic-" + self.role


HOSTS = (
    HostSpec("cond1", "conductor", NETWORK + ".11"),
    HostSpec("cond2", "conductor", NETWORK + ".12"),
    HostSpec("cond3", "conductor", NETWORK + ".13"),
    HostSpec("api1", "api", NETWORK + ".21"),
    HostSpec("api2", "api", NETWORK + ".22"),
    HostSpec("admin", "admin", NETWORK + ".31"),
)
CONDUCTORS = tuple(h for h in HOSTS if h.role == "conductor")
APIS = tuple(h for h in HOSTS if h.role == "api")


def packages_of(role: str) -> list[str]:
    """The Ironic packages of a host of this role; the one that carries the code comes last."""
    own = [] if role == "admin" else ["ironic-" + role]
    return own + ["ironic-common", "python3-ironic"]
