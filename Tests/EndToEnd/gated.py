"""What stands between a node and its engine, and deals with what is asked as a test wants it."""

import contextlib
import re
import socket
import threading

# The steps of a container's life, in their order, as an engine is asked for them.
STEPS = {
    "image": rb"GET /v\S+/images/\S+/json", "create": rb"POST /v\S+/containers/create",
    "attach": rb"POST \S+/attach", "start": rb"POST \S+/start", "stats": rb"GET \S+/stats",
    "state": rb"GET /v\S+/containers/\w+/json", "remove": rb"DELETE ",
}
# And as it is asked by a sweep what there is.
LIST = re.compile(rb"GET /v\S+/containers/json")


class Gate:
    """Stands before an engine's socket, and deals with what is asked as it is told."""

    def __init__(self, engine):
        self.engine = engine
        self.path = engine.run / "gate.sock"
        self.asked = None
        self.deed = None
        self.done = threading.Event()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen(64)
        threading.Thread(target=self.serve, daemon=True).start()

    def at(self, step, deed):
        """The next request of that step, once: `before` it is passed on, or `after` that, the
        connection breaks; `silent`: it is passed on to nobody, and not answered."""
        self.done.clear()
        self.asked, self.deed = re.compile(STEPS[step]), deed

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        engine = socket.socket(socket.AF_UNIX)
        with contextlib.closing(client), contextlib.closing(engine), \
                contextlib.suppress(OSError):
            engine.connect(str(self.engine.socket))
            back = threading.Thread(target=self.copy, args=(engine, client), daemon=True)
            back.start()
            while piece := client.recv(65536):
                if self.deal_with(piece, client, engine):
                    return
            with contextlib.suppress(OSError):
                engine.shutdown(socket.SHUT_WR)
            back.join()

    def deal_with(self, piece, client, engine):
        if not self.asked or not self.asked.match(piece):
            engine.sendall(piece)
            return False
        self.asked = None
        self.done.set()
        if self.deed == "after":
            # What the engine says to it nobody hears.
            client.shutdown(socket.SHUT_RDWR)
            engine.sendall(piece)
            engine.recv(65536)
        if self.deed == "silent":
            client.recv(1)
        return True

    @staticmethod
    def copy(engine, client):
        with contextlib.suppress(OSError):
            while piece := engine.recv(65536):
                client.sendall(piece)
            client.shutdown(socket.SHUT_WR)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Gated:
    """For a case whose engine is asked through a gate: `gate`, of `gate_type`."""

    gate_type = Gate

    @classmethod
    def prepare_engine(cls):
        cls.gate = cls.gate_type(cls.engine)
        cls.addClassCleanup(cls.gate.close)
        cls.engine_host = f"unix://{cls.gate.path}"
