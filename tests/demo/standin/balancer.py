"""The load balancer of a world: one address for clients in front of both APIs."""

import http.client
import http.server
import signal
import threading

from standin import arguments, runtime_socket
from standin.backend import Backend, Server
from standin.daemon import STOP_SIGNALS, next_signal
from standin.world import BACKEND

ANSWER_SECONDS = 15.0
_NOT_FORWARDED = {"connection", "keep-alive", "transfer-encoding", "content-length"}


def main():
    """Serves in the foreground until a signal to stop."""
    made = arguments.parser("balancer", "The load balancer of a world, in the foreground.", False)
    options = made.parse_args()
    world, _ = arguments.finish(made, options)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    backend = Backend(BACKEND, _servers(world))
    backend.start_checks()
    host, port = world.facts["vip"].removeprefix("http://").split(":")

    class Handler(_Handler):
        pass

    Handler.backend = backend
    front = _Front((host, int(port)), Handler)
    threading.Thread(target=front.serve_forever, args=(0.2,), daemon=True).start()
    runtime_socket.serve(world.socket, backend)
    while next_signal(60) is None:
        pass
    return 0


def _servers(world):
    hosts = world.facts["hosts"]
    return [
        Server(number, name, hosts[name]["address"], hosts[name]["port"])
        for number, name in enumerate(world.hosts_with("api"), 1)
    ]


class _Front(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


class _Handler(http.server.BaseHTTPRequestHandler):
    """Passes a request to one server; to the other one when the first cannot be connected to."""

    backend = None
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self):
        self._pass_on()

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def _pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        tried = []
        while (server := self.backend.pick(tried)) is not None:
            tried.append(server)
            link = http.client.HTTPConnection(server.address, server.port, timeout=ANSWER_SECONDS)
            reached = False
            try:
                link.connect()
                reached = True
                self._exchange(link, body)
                return
            except (OSError, http.client.HTTPException):
                if reached:  # it may have been done: a second try could do it twice
                    return self._own_answer(502, "Bad Gateway")
            finally:
                link.close()
                self.backend.done(server, reached)
        return self._own_answer(503, "Service Unavailable")

    def _exchange(self, link, body):
        kept = {k: v for k, v in self.headers.items() if k.lower() not in _NOT_FORWARDED}
        link.request(self.command, self.path, body or None, {**kept, "Connection": "close"})
        answer = link.getresponse()
        content = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in _NOT_FORWARDED:
                self.send_header(name, value)
        self._finish(content)

    def _own_answer(self, status, text):
        self.send_response_only(status, text)
        self.send_header("Content-Type", "text/html")
        self._finish(f"<html><body><h1>{status} {text}</h1></body></html>\n".encode())

    def _finish(self, content):
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_):
        """Requests are counted, not logged."""
