"""A tenant that does to the kernel whatever stress-ng knows: the node answers all the while, and
nothing of it is left."""

import os
import pathlib
import shutil
import tempfile
import threading
import time

from case import SETTLE_SECONDS, NodeCase
from census import Census, at_rest
from node import ROOT, until

STRESS_SECONDS = 5
# It takes its time to clear away what it has started; then the call's deadline does.
WALL_SECONDS = 8
# All that a class has at once, each for the whole time. A semaphore of System V, which no program
# of a jail gets, would end it before it begins.
SCRIPT = f"""
import os, sys
os.execv("/usr/bin/stress-ng", ["stress-ng", "--class", sys.argv[1], "--all", "1", "--timeout",
         "{STRESS_SECONDS}s", "--exclude", "sem-sysv"])
"""
ASKED_EACH_SECONDS = 0.05
ANSWERS_WITHIN_SECONDS = 1


class StressTests(NodeCase):
    environment = {"PROCESSES": "512", "MAX_WALL_SECONDS": str(WALL_SECONDS)}

    @classmethod
    def setUpClass(cls):
        cls.tools = pathlib.Path(tempfile.mkdtemp(prefix="orien-stress-"))
        cls.addClassCleanup(shutil.rmtree, cls.tools)
        for library in (ROOT / "tools.d").glob("*.so"):
            shutil.copy(library, cls.tools)
        (cls.tools / "python_script.json").write_text('{"network": "loopback"}')
        super().setUpClass()

    def asking(self, done):
        """How long each answer to a stranger took, of so many a second, until `done`."""
        # A wait for a processor of its own would be no answer's.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -10)
        took = []
        while not done.wait(ASKED_EACH_SECONDS):
            began = time.monotonic()
            answer = self.node.get("/health")
            took.append(time.monotonic() - began if answer.status == 200 else float("inf"))
        return took

    def counts(self):
        return Census(self.node, self.group).counts

    def stress(self, kind):
        before, shared = at_rest(self.counts), set(os.listdir("/dev/shm"))
        launcher = self.node.jail("launcher")
        done, took = threading.Event(), []
        asker = threading.Thread(target=lambda: took.extend(self.asking(done)))
        asker.start()
        try:
            session = self.session()
            record = self.python(session, SCRIPT, wait=WALL_SECONDS + 30, args=[kind])
        finally:
            done.set()
            asker.join()
        # By its own doing, or by a limit's: the jail has not given way.
        self.assertIn(record["reason"], ("exit", "signal", "wall", "memory", "limit", "disk"))
        self.assertEqual(self.node.jail("launcher"), launcher)
        said = self.get(f"/executions/{record['executionId']}/output?stream=stderr").body.decode()
        seconds = record["usage"]["wallMicroseconds"] / 1e6
        self.assertIn("dispatching hogs:", said)
        self.assertGreater(seconds, STRESS_SECONDS - 0.5, said)
        self.assertLess(max(took), ANSWERS_WITHIN_SECONDS, f"of {len(took)} answers")
        self.assertGreater(len(took), seconds / ASKED_EACH_SECONDS / 2)
        answer = self.ask("DELETE", f"/sessions/{session}/workspace?force=1")
        self.assertEqual(answer.status, 200, answer)
        self.sessions.remove(session)
        until(lambda: self.counts() == before, SETTLE_SECONDS,
              lambda: f"left: {self.counts() - before}, gone: {before - self.counts()}")
        self.assertEqual(set(os.listdir("/dev/shm")), shared)

    def test_os(self):
        self.stress("os")

    def test_vm(self):
        self.stress("vm")

    def test_filesystem(self):
        self.stress("filesystem")

    def test_scheduler(self):
        self.stress("scheduler")

    def test_network(self):
        self.stress("network")
