"""A wire between a client and the node that a test can hold up, or cut, where it likes."""

import contextlib
import socket
import threading


class Gate:
    """Listens on a port of its own and hands on bytes both ways. While it is shut for a beginning
    of a request, the node gets the request and the client no answer; use it with `with`."""

    def __init__(self, target):
        """`target` is a port of loopback, or a socket's path."""
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._shut = None
        self._cuts = 0
        # The node has got a request for which the gate is shut.
        self.held = threading.Event()
        self._opened = threading.Event()
        self._streams = []

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()
        self.open()
        for stream in self._streams:
            with contextlib.suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)
            stream.close()

    def shut(self, beginning):
        self._shut = beginning

    def open(self):
        self._shut = None
        self._opened.set()

    def cut(self, beginning, times):
        """The answers to so many such requests are lost with their connections."""
        self._shut, self._cuts = beginning, times

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                node = self._connect()
                self._streams += [client, node]
                threading.Thread(target=self._pump, args=(client, node), daemon=True).start()

    def _connect(self):
        if isinstance(self._target, int):
            return socket.create_connection(("127.0.0.1", self._target))
        node = socket.socket(socket.AF_UNIX)
        node.connect(str(self._target))
        return node

    def _pump(self, client, node):
        passes = threading.Event()
        passes.set()
        threading.Thread(target=self._answer, args=(node, client, passes), daemon=True).start()
        with contextlib.suppress(OSError):
            while piece := client.recv(65536):
                if self._shut is not None and piece.startswith(self._shut):
                    passes.clear()
                node.sendall(piece)
            node.shutdown(socket.SHUT_WR)

    def _answer(self, node, client, passes):
        with contextlib.suppress(OSError):
            while piece := node.recv(65536):
                # An answer has come: so the node has done what it was asked.
                if not passes.is_set():
                    self.held.set()
                    if self._cuts > 0:
                        self._cuts -= 1
                        self._shut = self._shut if self._cuts else None
                        break
                    self._opened.wait()
                    passes.set()
                client.sendall(piece)
        for stream in (client, node):
            with contextlib.suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)
