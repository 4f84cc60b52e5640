"""A test over the wire, and the oracles that hold after each one, whatever it did.

U1 the node is the same process and healthy within a second; U2 its descriptors and threads are
back where they were; U3 its idle control groups hold no process; U4 nothing outside the workspace
has changed; U6 no secret stands in what scripts see or what the node logs; U7 each refusal is a
described 4xx (or 429, 503, 507), never 500 and never an empty reply; U8 it stays small.
"""

import hashlib
import itertools
import json
import os
import pathlib
import shutil
import tempfile
import time
import unittest

from groups import group_name, processes_in_groups
from node import Node, name_of, until

KEY = "a-secret-that-stands-nowhere-else"
RESIDENT_BYTES = 512 << 20
ERROR_MEMBERS = {"type", "title", "status", "detail", "error", "message", "code"}
# A turn of the loop may still be closing what the last test left.
SETTLE_SECONDS = 5


def processor_time(record):
    """Microseconds that a record says were used, in the program and in the kernel."""
    usage = record["usage"]
    return usage["cpuUserMicroseconds"] + usage["cpuSystemMicroseconds"]


class NodeCase(unittest.TestCase):
    """Owns one node for all its tests; `flags` and `tools` are the node's, and `residents` names
    processes that outlive calls."""

    flags = ()
    tools = None
    environment = {}
    residents = frozenset()
    _numbers = itertools.count()

    @classmethod
    def setUpClass(cls):
        cls.outside = pathlib.Path(tempfile.mkdtemp(prefix="orien-canary-"))
        cls.addClassCleanup(shutil.rmtree, cls.outside)
        (cls.outside / "canary").write_text("untouched")
        cls.node = Node(*cls.flags, tools=cls.tools,
                        environment={"PROVIDER_API_KEY": KEY} | cls.environment)
        cls.addClassCleanup(cls.node.close)
        cls.node.start()
        until(lambda: cls.node.jail("launcher"), SETTLE_SECONDS, "there is no launcher")
        cls.headers = {"Authorization": f"Bearer {KEY}"}
        # What is made on first use is made before it is counted.
        cls.upload("warm", "main.py", b"")
        cls.execute("warm", "echo", {"message": "x"}, wait=20)
        cls.execute("warm", "python_script", {"script": "main.py"}, wait=20)
        cls.get("/executions?session=warm&status=completed")
        cls.ask("DELETE", "/sessions/warm/workspace")
        cls.canary = fingerprint(cls.outside)
        cls.note_node()
        cls.group = group_name(cls.node)

    @classmethod
    def note_node(cls):
        """After each test it is as it is now: the same process, and nothing more open."""
        cls.before = (cls.node.pid, cls.node.descriptors())

    def setUp(self):
        self.sessions = []
        # Registered first, and so run last: when the test has closed what it opened.
        self.addCleanup(self.hold_oracles)

    def hold_oracles(self):
        # A session that is there holds its folder open.
        for session in self.sessions:
            self.ask("DELETE", f"/sessions/{session}/workspace?force=1")
        node = self.node
        pid, descriptors = self.before
        self.assertIsNone(node.process.poll(), "U1: the node died")
        self.assertEqual(node.pid, pid)
        began = time.monotonic()
        self.assertEqual(self.get("/health").status, 200, "U1")
        self.assertLess(time.monotonic() - began, 1, "U1: /health is slow")
        until(lambda: node.descriptors() <= descriptors, SETTLE_SECONDS,
              lambda: f"U2: open and not before: {node.descriptors() - descriptors}")
        until(lambda: not self.remaining(), SETTLE_SECONDS,
              lambda: f"U3: {self.remaining()} still in {self.group}")
        self.assertEqual(fingerprint(self.outside), self.canary,
                         "U4: something outside has changed")
        self.assertNotIn(KEY, "\n".join(node.lines), "U6: the key stands in the log")
        self.assertLess(node.resident_bytes(), RESIDENT_BYTES, "U8")

    def remaining(self):
        """Processes of calls: the workers that are there serve others too."""
        return {pid for pid in processes_in_groups(self.group)
                if name_of(pid) not in self.residents}

    # Asking

    @classmethod
    def ask(cls, method, path, body=None, headers=None, **options):
        return cls.node.ask(method, path, body, cls.headers | (headers or {}), **options)

    @classmethod
    def get(cls, path, **options):
        return cls.ask("GET", path, **options)

    @classmethod
    def execute(cls, session, tool, arguments, wait=None, headers=None):
        query = f"?wait={wait}" if wait else ""
        body = {"sessionId": session, "toolId": tool, "args": arguments}
        return cls.ask("POST", "/execute" + query, body, headers, timeout=(wait or 0) + 20)

    @classmethod
    def upload(cls, session, path, content):
        return cls.ask("PUT", f"/sessions/{session}/files/{path}", content)

    def python(self, session, script, wait=15, **arguments):
        """Uploads `script` and runs it; its record."""
        stored = self.upload(session, "main.py", script.encode())
        self.assertIn(stored.status, (200, 201), stored)
        answer = self.execute(session, "python_script", {"script": "main.py"} | arguments, wait)
        self.assertIn(answer.status, (200, 202), answer)
        return answer.json

    def final(self, execution, seconds=20):
        """The execution's record once it is final."""
        def ended():
            record = self.get(f"/executions/{execution}").json
            return record if record["status"] not in ("pending", "running") else None
        return until(ended, seconds, f"{execution} does not end")

    def session(self, name=None):
        """A session id that no other test has, or `name`; it is cleaned up after the test."""
        self.sessions.append(name or f"s-{next(self._numbers)}")
        return self.sessions[-1]

    # Judging

    def refused(self, answer, *statuses, pointer=None):
        """U7: `answer` is a refusal with one of `statuses` and a whole, described body."""
        self.assertIn(answer.status, statuses or range(400, 500), answer)
        self.assertEqual(answer.headers.get_content_type(), "application/problem+json", answer)
        body = answer.json
        self.assertEqual(ERROR_MEMBERS - body.keys(), set(), answer)
        self.assertEqual(body["status"], answer.status)
        self.assertEqual(body["error"], body["message"])
        self.assertTrue(body["error"])
        if pointer:
            self.assertIn(pointer, pointers(body), answer)
        return body

    def accepted(self):
        """How many executions the node has ever accepted: a refusal leaves it as it was."""
        return self.get("/health").json["totalExecutions"]


def pointers(body):
    return [fault.get("pointer", fault.get("loc")) for fault in body.get("errors") or []]


def fingerprint(folder):
    """Names, contents and times of everything below `folder`."""
    found = []
    for path in sorted(folder.rglob("*")):
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found.append((str(path), path.lstat().st_mtime_ns, content))
    return found


def nested(depth):
    return json.dumps(None).join(["[" * depth, "]" * depth])


def names(folder):
    return sorted(os.listdir(folder))
