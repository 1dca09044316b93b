"""The servers behind the balancer: who may get requests, health checks, counters."""

import http.client
import threading
import time

CHECK_SECONDS = 0.2
CHECK_TIMEOUT = 2.0
FALL = 2
MARKER = b"default_version"


class Server:
    """One server. Everything in it is guarded by the backend's lock."""

    def __init__(self, number, name, address, port):
        self.number = number
        self.name = name
        self.address = address
        self.port = port
        self.admin = "ready"  # ready, drain or maint
        self.up = True  # as HAProxy: up until the checks say otherwise
        self.failures = 0
        self.last_check = ""
        self.changed = time.monotonic()
        self.current = self.most = self.total = 0
        self.failed_checks = self.downs = self.connect_errors = self.retries = 0

    @property
    def eligible(self):
        return self.admin == "ready" and self.up

    @property
    def status(self):
        """The status column of HAProxy's statistics."""
        if self.admin == "maint":
            return "MAINT"
        if not self.up:
            return "DOWN"
        if self.admin == "drain":
            return "DRAIN"
        return f"UP {FALL - self.failures}/{FALL}" if self.failures else "UP"


class Backend:
    """The servers, picked in turn. THREAD: any; all methods take the lock."""

    def __init__(self, name, servers):
        self.name = name
        self.servers = servers
        self.lock = threading.Lock()
        self._turn = 0

    def pick(self, tried):
        """The next server that may get a request and was not tried yet; counts it as in use."""
        with self.lock:
            self._turn += 1
            for step in range(len(self.servers)):
                server = self.servers[(self._turn + step) % len(self.servers)]
                if server.eligible and server not in tried:
                    server.current += 1
                    server.total += 1
                    server.most = max(server.most, server.current)
                    return server
        return None

    def done(self, server, connected):
        with self.lock:
            server.current -= 1
            if not connected:
                server.connect_errors += 1
                server.retries += 1

    def set_state(self, name, state):
        """Changes what an operator wants of a server; False when there is no such server."""
        with self.lock:
            for server in self.servers:
                if server.name == name:
                    if server.admin == "maint" and state != "maint":
                        server.up, server.failures = True, 0  # no checks ran: believed until proven
                    if server.admin != state:
                        server.changed = time.monotonic()
                    server.admin = state
                    return True
        return False

    def start_checks(self):
        for server in self.servers:
            threading.Thread(target=self._check_for_ever, args=(server,), daemon=True).start()

    def _check_for_ever(self, server):
        while True:
            if server.admin != "maint":
                self._note(server, _answers(server))
            time.sleep(CHECK_SECONDS)

    def _note(self, server, good):
        with self.lock:
            server.last_check = "L7OK" if good else "L7RSP"
            if server.admin == "maint":
                return
            if good:
                if not server.up:
                    server.changed = time.monotonic()
                server.up, server.failures = True, 0
                return
            server.failed_checks += 1
            if not server.up:
                return
            server.failures += 1
            if server.failures >= FALL:
                server.up, server.changed = False, time.monotonic()
                server.downs += 1


def _answers(server):
    """Whether the API's first page comes back and is the API's: the status alone proves nothing."""
    link = http.client.HTTPConnection(server.address, server.port, timeout=CHECK_TIMEOUT)
    try:
        link.request("GET", "/", headers={"Connection": "close"})
        answer = link.getresponse()
        return answer.status == 200 and MARKER in answer.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()
