"""The calls from an API to a conductor: JSON over HTTP, both ends."""

import http.client
import http.server
import json
import threading

from standin.database import Incompatible
from standin.releases import RELEASES

CALL_SECONDS = 5.0
METHODS = ("validate", "driver_properties")


class CallFailed(Exception):
    """The call did not come back with an answer; the text is the faultstring Ironic gives."""


def serve(address, conductor):
    """Answers calls for a conductor in threads of its own until `shutdown()` of the result."""

    class Handler(_Handler):
        pass

    Handler.conductor = conductor
    server = http.server.ThreadingHTTPServer(address, Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.2,), daemon=True).start()
    return server


def call(url, release, method, argument):
    """Asks the conductor at `url`; `release` is the caller's own."""
    host, port = url.removeprefix("http://").split(":")
    body = json.dumps({"method": method, "argument": argument, "release": release})
    link = http.client.HTTPConnection(host, int(port), timeout=CALL_SECONDS)
    try:
        link.request("POST", "/", body, {"Content-Type": "application/json"})
        answer = json.loads(link.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CallFailed(f"Unable to establish connection to {url}: {error}") from error
    finally:
        link.close()
    if "error" in answer:
        raise CallFailed(answer["error"])
    return answer["result"]


class _Handler(http.server.BaseHTTPRequestHandler):
    conductor = None

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(self._answer(request)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, request):
        if request["method"] not in METHODS:
            return {"error": f"Method not found: {request['method']}"}
        if _newer(request["release"], self.conductor.release):
            return {"error": "Unexpected error raised by RPC"}  # a client may not be ahead
        try:
            return {"result": getattr(self.conductor, request["method"])(request["argument"])}
        except Incompatible as error:
            return {"error": str(error)}

    def log_message(self, *_):
        """Calls are not logged: the log is for what a conductor does by itself."""


def _newer(caller, own):
    order = list(RELEASES)
    return order.index(caller) > order.index(own)
