"""Attacks by connections (group HTP): many, slow, cut off; nobody waits, and nothing is left."""

import contextlib
import http.client
import itertools
import resource
import select
import socket
import struct
import threading
import time

from case import NodeCase
from node import until

SLOW = 2_000
GONE = 10_000
# In so many turns a second those that dribble do so.
TURNS = 50


class Connections(NodeCase):
    def head(self, request, *lines):
        """A request's head as bytes, with the key, without its end."""
        host = f"Host: 127.0.0.1:{self.node.port}"
        key = f"Authorization: {self.headers['Authorization']}"
        return "\r\n".join([f"{request} HTTP/1.1", host, key, *lines]).encode()


class GoingAway(Connections):
    def test_clients_that_go_away_leave_nothing(self):
        session = self.session()
        self.upload(session, "main.py", b"print('x' * 4_000_000)")
        large = self.execute(session, "python_script", {"script": "main.py"}, wait=20).json
        self.assertEqual(large["status"], "completed", large)
        self.upload(session, "sleep.py", b"import time; time.sleep(300)")
        sleeping = self.execute(session, "python_script", {"script": "sleep.py"}).json
        execution, followed = large["executionId"], sleeping["executionId"]
        requests = [
            # In a head, in a body, in an upload.
            b"GET /he", self.head("POST /execute", "Content-Type: application/json",
                                  "Content-Length: 100000") + b"\r\n\r\n{\"sess",
            self.head(f"PUT /sessions/{session}/files/x", "Content-Length: 1000000")
            + b"\r\n\r\n" + b"x" * 1000,
            # In an answer, in one that is long, in one that goes on.
            self.head("GET /tools") + b"\r\n\r\n",
            self.head(f"GET /executions/{execution}/output") + b"\r\n\r\n",
            self.head(f"GET /executions/{followed}/events") + b"\r\n\r\n",
            self.head(f"GET /executions/{followed}?wait=60") + b"\r\n\r\n",
        ]
        for number in range(GONE):
            stream = self.node.connect()
            stream.sendall(requests[number % len(requests)])
            # Every other one has begun to be answered, where there is an answer.
            if number // len(requests) % 2 and number % len(requests) in (3, 4, 5):
                self.assertTrue(stream.recv(100).startswith(b"HTTP/1.1 200"))
            # Lingering for no time closes with a reset.
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            stream.close()
        listed = self.get(f"/sessions/{session}/files").json["files"]
        self.assertEqual(sorted(file["name"] for file in listed), ["main.py", "sleep.py"])


class SlowClients(Connections):
    def test_clients_that_dribble_keep_nobody_waiting_and_are_ended(self):
        # In the request line, in a field, in a body.
        beginnings = [
            b"GET /", self.head("GET /health") + b"\r\nX: ",
            self.head("POST /execute", "Content-Type: application/json", "Content-Length: 100000")
            + b"\r\n\r\n",
        ]
        streams = [self.node.connect() for _ in range(SLOW)]
        self.addCleanup(lambda: [stream.close() for stream in streams])
        for number, stream in enumerate(streams):
            stream.sendall(beginnings[number % len(beginnings)])
        began, stop = time.monotonic(), threading.Event()

        def dribble():
            # A byte a second for each, and never so many at once that who asks waits for this.
            for turn in itertools.cycle(range(TURNS)):
                if stop.wait(1 / TURNS):
                    break
                for stream in streams[turn::TURNS]:
                    with contextlib.suppress(OSError):
                        stream.sendall(b"y")

        thread = threading.Thread(target=dribble)
        thread.start()
        took = []
        try:
            while time.monotonic() - began < 8:
                start = time.monotonic()
                self.assertEqual(self.get("/health").status, 200)
                took.append(time.monotonic() - start)
            self.assertLess(sorted(took)[len(took) * 99 // 100], 0.1)
            # A head has ten seconds in all, and a body must move: both are over by their deadlines.
            poll = select.poll()
            for stream in streams:
                poll.register(stream, select.POLLIN)

            def ended():
                return len(poll.poll(0)) == SLOW
            until(ended, 25, lambda: f"only {len(poll.poll(0))} of {SLOW} were ended")
        finally:
            stop.set()
            thread.join()
        for stream in streams:
            stream.settimeout(5)
            with contextlib.suppress(ConnectionResetError):
                said = stream.recv(4096)
                self.assertTrue(said == b"" or said.startswith(b"HTTP/1.1 408"), said)


class NoDescriptors(Connections):
    def test_without_descriptors_it_serves_whom_it_has_and_one_more_and_recovers(self):
        session = self.session()
        waiting = http.client.HTTPConnection("127.0.0.1", self.node.port, timeout=20)
        old = http.client.HTTPConnection("127.0.0.1", self.node.port, timeout=20)
        for connection in (waiting, old):
            self.addCleanup(connection.close)
        started = self.python(
            session, "print('up', flush=True)\nimport time; time.sleep(60)", wait=0)
        until(lambda: self.get(f"/executions/{started['executionId']}/output").body, 10, "silent")
        path = f"/executions/{started['executionId']}"
        waiting.request("GET", path + "?wait=20", headers=self.headers)
        old.request("GET", "/health")
        self.assertEqual(old.getresponse().read()[:1], b"{")
        number = resource.RLIMIT_NOFILE
        highest = max(self.node.descriptor_numbers())
        bound = resource.prlimit(self.node.pid, number)
        resource.prlimit(self.node.pid, number, (highest + 16, bound[1]))
        streams = []
        try:
            said = b""
            while b"Connection: close" not in said:
                # Whom it takes by its last descriptor it answers once.
                self.assertLess(len(streams), 100, "the node takes any number of connections")
                streams.append(self.node.connect())
                streams[-1].sendall(self.head("GET /health") + b"\r\n\r\n")
                said = streams[-1].recv(4096)
                self.assertTrue(said.startswith(b"HTTP/1.1 200"), said)
            streams.pop().close()
            old.request("GET", "/health")
            self.assertEqual(old.getresponse().read()[:1], b"{")
            for _ in range(3):
                self.assertEqual(self.get("/health").status, 200)
            old.request("DELETE", path, headers=self.headers)
            self.assertIn(old.getresponse().status, (200, 202))
            self.assertIn(b'"status":"cancelled"', waiting.getresponse().read())
        finally:
            resource.prlimit(self.node.pid, number, bound)
            for stream in streams:
                stream.close()
        for _ in range(20):
            self.assertEqual(self.get("/health").status, 200)
