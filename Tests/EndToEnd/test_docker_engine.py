"""An engine that is away, dies, hangs or breaks off at any step, and a node that dies: each call
has an end that says so, and nothing of the node's is left."""

import contextlib
import re
import signal
import socket
import threading

from docker_case import DockerCase, lent
from node import until

# The steps of a container's life, in their order, as an engine is asked for them.
STEPS = {
    "image": rb"GET /v\S+/images/\S+/json", "create": rb"POST /v\S+/containers/create",
    "attach": rb"POST \S+/attach", "start": rb"POST \S+/start", "stats": rb"GET \S+/stats",
    "state": rb"GET /v\S+/containers/\w+/json", "remove": rb"DELETE ",
}


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


class BrokenStepTests(DockerCase):
    @classmethod
    def prepare_engine(cls):
        cls.gate = Gate(cls.engine)
        cls.addClassCleanup(cls.gate.close)
        cls.engine_host = f"unix://{cls.gate.path}"

    def broken(self, step, deed):
        self.gate.at(step, deed)
        record = self.sh(self.session(), "sleep 0.3; echo fine")
        self.assertTrue(self.gate.done.is_set(), f"nobody asked for {step}")
        return record

    def test_each_step_may_break_before_it_is_taken_and_after(self):
        for step in STEPS:
            for deed in "before", "after":
                with self.subTest(step=step, deed=deed):
                    record = self.broken(step, deed)
                    # What only reads may be asked again, and what is to be gone be gone later.
                    if step in ("image", "stats", "state", "remove"):
                        said = (record["status"], record["output"])
                        self.assertIn(said, (("completed", "fine\n"), ("failed", "")), record)
                    else:
                        self.assertEqual(record["status"], "failed", record)
                        self.assertRegex(record["reason"], "^engine-", record)
                    until(lambda: not self.ours(), 15, lambda: f"left: {self.ours()}")

    def test_a_step_may_be_silent(self):
        for step in "create", "start":
            with self.subTest(step=step):
                record = self.broken(step, "silent")
                self.assertEqual((record["status"], record["reason"]), ("failed", "engine-silent"))

    def test_one_that_is_silent_is_cancelled_in_time(self):
        self.gate.at("start", "silent")
        answer = self.execute(self.session(), "docker-run", {"command": ["true"]})
        until(self.gate.done.is_set, 10, "nobody asked")
        execution = answer.json["executionId"]
        self.ask("DELETE", f"/executions/{execution}")
        self.assertEqual(self.final(execution, 4)["status"], "cancelled")


class EngineTests(DockerCase):
    def tool(self):
        listed = self.get("/tools").json["tools"]
        return next(tool for tool in listed if tool["id"] == "docker-run")

    def is_available(self):
        return self.tool().get("available", True) is not False

    def test_an_engine_that_dies_takes_the_call_with_it_and_the_tool_says_so(self):
        self.addCleanup(until, self.is_available, 25, "the tool does not come back")
        self.addCleanup(self.engine.start)
        execution = self.begin(self.session(), "sleep 600")
        self.engine.kill()
        record = self.final(execution, 20)
        self.assertEqual((record["status"], record["reason"]), ("failed", "engine-away"), record)
        until(lambda: not self.is_available(), 25, self.tool)
        self.assertIn("container engine is away", str(self.tool()))
        refused = self.execute(self.session(), "docker-run", {"command": ["true"]})
        self.assertEqual(refused.status, 503, refused)

    def test_an_engine_that_is_started_again_has_not_run_the_program_to_its_end(self):
        execution = self.begin(self.session(), "sleep 600")
        self.engine.kill()
        self.engine.start()
        record = self.final(execution, 20)
        self.assertEqual(record["status"], "failed", record)
        self.assertIn(record["reason"], ("engine-lost", "engine-away"), record)

    def test_an_engine_that_stands_still_holds_up_nobody(self):
        execution = self.begin(self.session(), "sleep 600")
        self.engine.signal(signal.SIGSTOP)
        try:
            self.ask("DELETE", f"/executions/{execution}")
            self.assertEqual(self.final(execution, 5)["status"], "cancelled")
            self.assertLess(len(self.get("/health").body), 100_000)
        finally:
            self.engine.signal(signal.SIGCONT)
        until(lambda: not self.ours(), 25, lambda: f"left: {self.ours()}")
        until(self.is_available, 25, "the tool does not come back")

    def test_a_node_that_dies_leaves_ten_and_its_next_start_removes_these_alone(self):
        stranger = self.engine.run_stranger()
        self.addCleanup(self.engine.ask, "DELETE", f"/containers/{stranger}?force=1")
        sessions = [self.session() for _ in range(10)]
        executions = [self.begin(session, "sleep 600", readonly=False) for session in sessions]
        self.assertEqual(len(self.ours()), 10)
        node = type(self).node
        node.kill()
        until(lambda: not lent(node), 10, lambda: f"still lent: {lent(node)}")
        self.assertEqual(len(self.ours()), 10)
        node.start()
        until(lambda: not self.ours(), 20, lambda: f"left: {self.ours()}")
        self.assertTrue(self.engine.inspect(stranger)["State"]["Running"])
        for execution in executions:
            self.assertEqual(self.get(f"/executions/{execution}").json["status"], "lost")
        for session in sessions[:2]:
            record = self.sh(session, "echo again > f; cat f", readonly=False)
            self.assertEqual(record["output"], "again\n", record)
        type(self).before = (node.pid, node.descriptors(), self.before[2])
