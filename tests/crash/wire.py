"""A wire between the agents and their controller that can be cut, moved and made silent."""

import contextlib
import selectors
import socket
import threading

CHUNK = 1 << 16
LOOK_SECONDS = 0.1


class Wire:
    """Listens on a loopback address and passes on to `target` ("HOST:PORT"), which may change:
    whoever dials next gets to the new one. One thread of its own. THREAD: any."""

    def __init__(self, target):
        self.target = target
        self.silent = False  # what arrives is lost, and nobody is told
        self.refusing = False
        self._lock = threading.Lock()
        self._pairs = {}
        self._ended = threading.Event()
        self._front = socket.create_server(("127.0.0.1", 0))
        self._front.setblocking(False)
        self._watch = selectors.DefaultSelector()
        self._watch.register(self._front, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def address(self):
        return "127.0.0.1:%d" % self._front.getsockname()[1]

    def cut(self):
        """Ends every connection, as if a cable was pulled and the kernel told both sides."""
        with self._lock:
            for end in list(self._pairs):
                self._drop(end)

    def close(self):
        self._ended.set()
        self._thread.join()
        self.cut()
        self._front.close()

    def _run(self):
        while not self._ended.is_set():
            for key, _ in self._watch.select(LOOK_SECONDS):
                with self._lock:
                    if key.fileobj is self._front:
                        self._accept()
                    elif key.fileobj in self._pairs:
                        self._pass_on(key.fileobj)

    def _accept(self):
        near, _ = self._front.accept()
        host, port = self.target.split(":")
        try:
            if self.refusing:
                raise OSError("refused")
            far = socket.create_connection((host, int(port)), timeout=5)
        except OSError:
            near.close()
            return
        far.settimeout(5)
        near.settimeout(5)
        for one, other in ((near, far), (far, near)):
            self._pairs[one] = other
            self._watch.register(one, selectors.EVENT_READ)

    def _pass_on(self, end):
        try:
            data = end.recv(CHUNK)
            if data and not self.silent:
                self._pairs[end].sendall(data)
        except OSError:
            data = b""
        if not data:
            self._drop(end)

    def _drop(self, end):
        other = self._pairs.pop(end, None)
        if other is None:
            return
        self._pairs.pop(other, None)
        for each in (end, other):
            with contextlib.suppress(KeyError, ValueError):
                self._watch.unregister(each)
            each.close()
