"""What the hosts share, in the control namespace: database, load balancer, package repository."""
import shutil
import socket
from pathlib import Path

from labkit import topology as top
from labkit.network import in_control
from labkit.shell import LabError, run, wait_until
from labkit.state import State

HAPROXY = """\
global
    stats socket {folder}/admin.sock mode 660 level admin
    stats socket ipv4@{vip}:{admin_port} level admin
    maxconn 500
defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    option redispatch
    retries 2
frontend ironic
    bind {vip}:{port}
    default_backend apis
backend apis
    balance roundrobin
    option httpchk
    # by body: an API can be broken and still answer 200
    http-check send meth GET uri /
    http-check expect rstring default_version
    timeout check 3s
    default-server inter 500ms fall 2 rise 2
"""


class Database:
    def __init__(self, state: State):
        self.state = state
        self.folder = state.volatile / "database"
        self.socket = self.folder / "socket"

    def start(self):
        """A fresh and empty MariaDB."""
        data = self.folder / "data"
        data.mkdir(parents=True)
        for folder in (self.folder, data):
            shutil.chown(folder, "mysql", "mysql")
        run(["mariadb-install-db", "--no-defaults", "--user=mysql", f"--datadir={data}",
             "--auth-root-authentication-method=socket", "--skip-test-db",
             "--force"])  # the machine's own name need not resolve: nobody looks it up here
        argv = in_control("mariadbd", "--no-defaults", "--user=mysql", f"--datadir={data}",
                          f"--bind-address={top.CONTROL_ADDRESS}", f"--socket={self.socket}",
                          f"--pid-file={self.folder}/pid", "--skip-name-resolve",
                          "--innodb-buffer-pool-size=64M", "--innodb-flush-method=fsync",
                          "--innodb-flush-log-at-trx-commit=2",
                          "--max-connections=400")
        self.state.processes.start("mariadb", argv, self.state.logs / "mariadb.log")
        wait_until("MariaDB to answer", 30, self._answers)
        self.query("CREATE DATABASE ironic CHARACTER SET utf8mb4; CREATE USER ironic@'%' "
                   "IDENTIFIED BY 'lab'; GRANT ALL ON ironic.* TO ironic@'%';", database="")

    def query(self, statement: str, database="ironic") -> list[list[str]]:
        argv = ["mariadb", "--no-defaults", "-S", self.socket, "-N", "-B"]
        argv += [database] if database else []
        answer = run([*argv, "-e", statement], timeout=20).stdout
        return [line.split("\t") for line in answer.splitlines()]

    def _answers(self) -> bool:
        if not self.state.processes.pid("mariadb"):
            raise LabError("MariaDB ended at once; see its log in the run's logs")
        return run(["mariadb-admin", "--no-defaults", "-S", self.socket, "ping"],
                   check=False).returncode == 0


class Balancer:
    """HAProxy before the APIs; its admin socket is a file (bind-mounted into the API hosts as
    /run/haproxy-lab/admin.sock) and a TCP port."""

    def __init__(self, state: State):
        self.state = state
        self.folder = state.run / "haproxy"

    def start(self):
        config = self.folder / "haproxy.cfg"
        text = HAPROXY.format(folder=self.folder, vip=top.CONTROL_ADDRESS, port=top.API_PORT,
                              admin_port=top.HAPROXY_ADMIN_PORT)
        servers = "".join(f"    server {api.name} {api.address}:{top.API_PORT} check\n"
                          for api in top.APIS)
        config.write_text(text + servers)
        self.state.processes.start("haproxy", in_control("haproxy", "-db", "-f", config),
                                   self.state.logs / "haproxy.log")
        wait_until("HAProxy's admin socket", 10, (self.folder / "admin.sock").exists)

    def ask(self, line: str) -> str:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(self.folder / "admin.sock"))
            client.sendall((line + "\n").encode())
            answer = b""
            while part := client.recv(65536):
                answer += part
        return answer.decode().strip()

    def set_state(self, api: str, state: str):
        refusal = self.ask(f"set server apis/{api} state {state}")
        if refusal:
            raise LabError(f"HAProxy: {refusal}")

    def status(self, api: str) -> tuple[str, int]:
        """What HAProxy says of an API: its status and the sessions it has now."""
        head, *rows = self.ask("show stat").splitlines()
        names = head.lstrip("# ").split(",")
        for row in rows:
            fields = dict(zip(names, row.split(",")))
            if fields.get("pxname") == "apis" and fields.get("svname") == api:
                return fields["status"], int(fields["scur"] or 0)
        raise LabError(f"HAProxy does not know {api}")


def serve_repository(state: State, folder: Path):
    argv = in_control("/usr/bin/python3", "-m", "http.server", "--bind", top.CONTROL_ADDRESS,
                      "--directory", folder, top.REPOSITORY_PORT)
    state.processes.start("repository", argv, state.logs / "repository.log")
    url = f"http://{top.CONTROL_ADDRESS}:{top.REPOSITORY_PORT}/Packages"
    probe = in_control("curl", "-sf", "-m", "2", "-o", "/dev/null", url)
    wait_until("the package repository to answer", 10,
               lambda: run(probe, check=False).returncode == 0)
