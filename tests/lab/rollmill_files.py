"""The files that a user of rollmill writes for this lab's fleet; formats: docs/formats/files.md."""
from labkit import topology as top

FLEET = "lab"
CONTROLLER = f"{top.CONTROL_ADDRESS}:{top.CONTROLLER_GRPC_PORT}"
STATUS = f"{top.CONTROL_ADDRESS}:{top.CONTROLLER_HTTP_PORT}"
AGENT_FOLDER = "/etc/rollmill"
AGENT_LOG = "/var/log/rollmill-agent.log"
PRESETS = {"systemd": "ironic/debian-systemd", "sysv": "ironic/debian-sysv"}


def fleet_file() -> dict:
    hosts = [{"name": spec.name, "services": [spec.service]} for spec in top.CONDUCTORS + top.APIS]
    return {"fleet": FLEET, "profile": "ironic",
            "hosts": [*hosts, {"name": "admin", "services": [], "schema": True}]}


def policy() -> dict:
    """The clients never rest, so a conductor is hardly ever idle: wait a little, then go on."""
    return {"backup_reference": "none: the lab's database is made anew for each run",
            "busy": "go-on", "deadlines": {"quiet": "20s", "agent_lost": "2m"}}


def controller_config() -> dict:
    """Lies in one folder with the fleet file, the certificates and the journal."""
    return {"listen": CONTROLLER, "status_listen": STATUS, "tls": tls("controller", "tls"),
            "journal": "controller.db", "fleet": "fleet.json",
            "prober": {"urls": [f"http://{top.PUBLIC_API}"], "interval": "250ms"},
            "policy": policy(), "log": {"level": "debug"}}


def agent_config(spec: top.HostSpec, init: str) -> dict:
    config = {"preset": PRESETS[init], "host": spec.name, "fleet": FLEET, "controller": CONTROLLER,
              "tls": tls(spec.name, f"{AGENT_FOLDER}/tls"),
              "services": [spec.service] if spec.service else [],
              "heartbeat_interval": "5s", "api": {"vip": f"http://{top.PUBLIC_API}"},
              "log": {"level": "debug", "file": AGENT_LOG}}
    if spec.role == "api":
        config["api"]["url"] = f"http://{spec.address}:{top.API_PORT}"
        config["balancer"] = {"driver": "haproxy", "socket": "/run/haproxy-lab/admin.sock",
                              "backend": "apis", "server": spec.name}
    return config


def tls(name: str, folder: str) -> dict:
    return {"ca": f"{folder}/ca.pem", "cert": f"{folder}/{name}.pem", "key": f"{folder}/{name}.key"}


def agent_unit() -> str:
    """KillMode: a command in flight outlives a restart of the agent."""
    return f"""\
[Unit]
Description=rollmill agent
After=network.target

[Service]
ExecStart=/usr/local/bin/rollmill-agent --config {AGENT_FOLDER}/agent.json
KillMode=process
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
"""
