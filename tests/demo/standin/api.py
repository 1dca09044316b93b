"""The stand-in API: HTTP in front of the database, with Ironic's version headers and refusals."""

import http.server
import json
import sqlite3
import threading
import time
import urllib.parse

from standin import views
from standin.daemon import leave, next_signal
from standin.database import Incompatible, OldSchema, connected, require_schema
from standin.releases import RELEASES, effective
from standin.rpc import CallFailed
from standin.views import Refused
from standin.world import now_text

MINIMUM = 1
STOP_SECONDS = 0.1
IN_FLIGHT_SECONDS = 2.0
_PREFIX = "X-OpenStack-Ironic-API-"


class Api:
    """One API process. The main thread takes signals; each connection has a thread."""

    def __init__(self, host, release, configuration):
        self.world = host.world
        self.release = release
        self.maximum = RELEASES[effective(release, configuration.pin)]["max_minor"]
        self.heartbeat_timeout = configuration.number("conductor", "heartbeat_timeout", 60)
        self.address = (host.facts["address"], host.facts["port"])
        self.in_flight = 0
        self.lock = threading.Lock()

    def serve(self):
        """Answers until a signal to stop; then lets requests in flight end, for a bounded time."""

        class Handler(_Handler):
            pass

        Handler.api = self
        server = _Server(self.address, Handler)
        looks = (self.world.span(0.1),)
        threading.Thread(target=server.serve_forever, args=looks, daemon=True).start()
        print(f"{now_text()} INFO api serving on {self.address}", flush=True)
        while next_signal(60) is None:
            pass
        server.shutdown()
        server.server_close()
        limit = time.monotonic() + IN_FLIGHT_SECONDS
        while self.in_flight and time.monotonic() < limit:
            time.sleep(0.02)
        leave(self.world.span(STOP_SECONDS))


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # an idle kept-alive connection must not hold up a stop
    request_queue_size = 64


class _Handler(http.server.BaseHTTPRequestHandler):
    api = None
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self):
        with self.api.lock:
            self.api.in_flight += 1
        try:
            self._serve()
        finally:
            with self.api.lock:
                self.api.in_flight -= 1

    def _serve(self):
        self.minor = None
        parts = urllib.parse.urlsplit(self.path)
        path = [urllib.parse.unquote(part) for part in parts.path.split("/") if part]
        try:
            if path:
                self._negotiate()
            query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
            self._reply(200, views.answer(self, path, query))
        except Refused as refused:
            self._fail(refused.status, str(refused))
        except (Incompatible, CallFailed) as error:
            self._fail(500, str(error))
        except (OldSchema, sqlite3.Error) as error:
            self._fail(500, f"(OperationalError) {error}")

    def _negotiate(self):
        """Settles the microversion of this request, or refuses with the range we have."""
        wanted = self.headers.get(_PREFIX + "Version")
        if wanted is None:
            kind, _, value = self.headers.get("OpenStack-API-Version", "").partition(" ")
            wanted = value if kind == "baremetal" else "1.1"
        if wanted == "latest":
            self.minor = self.api.maximum
            return
        major, _, minor = wanted.partition(".")
        if not (major.isdigit() and minor.isdigit()):
            raise Refused(400, f"Invalid value for {_PREFIX}Version: {wanted}")
        if major != "1" or not MINIMUM <= int(minor) <= self.api.maximum:
            raise Refused(
                406,
                f"Version {wanted} was requested but the minor version is not supported by this "
                f"service. The supported version range is: [1.{MINIMUM}, 1.{self.api.maximum}].",
            )
        self.minor = int(minor)

    def database(self):
        return connected(self.api.world)

    def require_schema(self, link):
        require_schema(link, self.api.release)

    def _fail(self, status, text):
        fault = {
            "faultcode": "Server" if status >= 500 else "Client",
            "faultstring": text,
            "debuginfo": None,
        }
        self._reply(status, {"error_message": json.dumps(fault)})

    def _reply(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.path.strip("/"):
            self.send_header(_PREFIX + "Minimum-Version", f"1.{MINIMUM}")
            self.send_header(_PREFIX + "Maximum-Version", f"1.{self.api.maximum}")
            self.send_header(_PREFIX + "Version", f"1.{self.minor or MINIMUM}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Requests are not logged: there are many, and none tells anything."""
