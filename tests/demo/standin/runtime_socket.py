"""The balancer's runtime socket: the part of HAProxy's text protocol that an orchestrator uses."""

import os
import socketserver
import threading
import time

LONGEST_PATH = 107
LONGEST_REQUEST = 4096
_COLUMNS = (
    "pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,"
    "status,weight,act,bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,"
    "tracked,type,rate,rate_lim,rate_max,check_status,check_code,check_duration,hrsp_1xx,hrsp_2xx,"
    "hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail,req_rate,req_rate_max,req_tot,cli_abrt,"
    "srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,lastsess,last_chk,last_agt,qtime,ctime,rtime,"
    "ttime,agent_status,agent_code,agent_duration,check_desc,agent_desc,check_rise,check_fall,"
    "check_health,agent_rise,agent_fall,agent_health,addr,cookie,mode"
).split(",")
_STATE_COLUMNS = (
    "be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight "
    "srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state "
    "srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl "
    "srv_check_port srv_check_addr srv_agent_addr srv_agent_port"
)
_ADMIN_BITS = {"ready": 0, "maint": 1, "drain": 8}


def serve(path, backend):
    """Answers on a unix socket, in threads of its own, for as long as the process lives."""
    if len(path.encode()) > LONGEST_PATH:
        raise OSError(f"the path of a socket has at most {LONGEST_PATH} bytes: {path}")
    if os.path.exists(path):
        os.unlink(path)

    class Handler(_Handler):
        pass

    Handler.backend = backend
    server = _Server(path, Handler)
    threading.Thread(target=server.serve_forever, args=(0.2,), daemon=True).start()


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 16


class _Handler(socketserver.StreamRequestHandler):
    """One connection: one line of commands, one answer, the end."""

    backend = None
    timeout = 10

    def handle(self):
        line = self.rfile.readline(LONGEST_REQUEST).decode(errors="replace")
        for command in line.split(";"):
            if command.strip():
                answer = answer_to(self.backend, command.split())
                self.wfile.write((answer.rstrip("\n") + "\n\n").encode() if answer else b"\n")


def answer_to(backend, words):
    """The answer to one command; empty when it was done and there is nothing to say."""
    match words:
        case ["show", "stat", *_]:
            return _statistics(backend)
        case ["show", "servers", "state"]:
            return _servers_state(backend)
        case ["show", "servers", "state", name]:
            return _servers_state(backend) if name == backend.name else "Can't find backend."
        case ["show", "info"]:
            return f"Name: HAProxy\nVersion: 2.6.12\nPid: {os.getpid()}"
        case ["set", "server", target, "state", state]:
            return _set_state(backend, target, state)
    return f"Unknown command: '{' '.join(words)}'."


def _set_state(backend, target, state):
    name, _, server = target.partition("/")
    if state not in _ADMIN_BITS:
        return "'set server <srv> state' expects 'ready', 'drain' and 'maint'."
    if name != backend.name:
        return "No such backend."
    return "" if backend.set_state(server, state) else "No such server."


def _statistics(backend):
    with backend.lock:
        rows = [_server_row(backend, server) for server in backend.servers]
        up = any(server.eligible for server in backend.servers)
        scur = sum(server.current for server in backend.servers)
        stot = sum(server.total for server in backend.servers)
    shared = {"scur": scur, "stot": stot, "pid": 1, "mode": "http"}
    front = {"pxname": "vip", "svname": "FRONTEND", "status": "OPEN", "type": 0, "iid": 2, **shared}
    back = {"pxname": backend.name, "svname": "BACKEND", "type": 1, "iid": 3, **shared}
    back["status"] = "UP" if up else "DOWN"
    lines = [_csv(row) for row in (front, *rows, back)]
    return "# " + ",".join(_COLUMNS) + ",\n" + "\n".join(lines)


def _csv(row):
    return ",".join(str(row.get(name, "")) for name in _COLUMNS) + ","


def _server_row(backend, server):
    return {
        "pxname": backend.name, "svname": server.name, "qcur": 0, "qmax": 0,
        "scur": server.current, "smax": server.most, "stot": server.total,
        "econ": server.connect_errors, "eresp": 0, "wretr": server.retries,
        "status": server.status, "weight": 1, "act": 1, "bck": 0,
        "chkfail": server.failed_checks, "chkdown": server.downs,
        "lastchg": int(time.monotonic() - server.changed), "pid": 1, "iid": 3,
        "sid": server.number, "lbtot": server.total, "type": 2,
        "check_status": server.last_check, "addr": f"{server.address}:{server.port}",
        "mode": "http",
    }  # fmt: skip


def _servers_state(backend):
    lines = ["1", "# " + _STATE_COLUMNS]
    with backend.lock:
        for server in backend.servers:
            running = 2 if server.up and server.admin != "maint" else 0
            age = int(time.monotonic() - server.changed)
            lines.append(
                f"3 {backend.name} {server.number} {server.name} {server.address} {running} "
                f"{_ADMIN_BITS[server.admin]} 1 1 {age} 15 3 3 6 0 0 0 - {server.port} - 0 0 - - 0"
            )
    return "\n".join(lines)
