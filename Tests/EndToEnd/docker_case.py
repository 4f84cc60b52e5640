"""A node whose docker-run has an engine of the test's own, and what holds after each test: no
container of the node's is left, and nothing is lent any more."""

import pathlib
import shutil
import tempfile

import docker
from case import NodeCase
from node import until

# An engine that was away or slow is asked again now and then, and the plugin rests for half a
# minute after what it has not had made in time.
PATIENCE_SECONDS = 60


def lent(node):
    """What of the node's workspaces is mounted where everybody sees it."""
    mounts = pathlib.Path("/proc/self/mounts").read_text()
    return [line for line in mounts.splitlines() if str(node.state) in line]


class DockerCase(NodeCase):
    """`manifest` is what docker-run's has beside the shipped one."""

    residents = {"orien-worker"}
    manifest = {}
    engine_host = None
    runtimes = None
    engine_type = docker.Engine

    @classmethod
    def setUpClass(cls):
        cls.engine = cls.engine_type(cls.runtimes)
        cls.addClassCleanup(cls.engine.close)
        cls.prepare_engine()
        cls.tools = tempfile.mkdtemp(prefix="orien-tools-")
        cls.addClassCleanup(shutil.rmtree, cls.tools)
        docker.tools_with(cls.engine_host or cls.engine.host, cls.tools, **cls.manifest)
        super().setUpClass()
        cls.run_in("warm", command=["true"])
        cls.ask("DELETE", "/sessions/warm/workspace")
        cls.note_node()

    @classmethod
    def prepare_engine(cls):
        """What is to stand before the engine sets `engine_host`."""

    def hold_oracles(self):
        until(lambda: not self.ours(), PATIENCE_SECONDS,
              lambda: f"left: {[one['Names'] for one in self.ours()]}")
        super().hold_oracles()
        until(lambda: not self.still_lent(), 5, lambda: f"still lent: {self.still_lent()}")

    def still_lent(self):
        return lent(self.node)

    @classmethod
    def ours(cls):
        return [one for one in cls.engine.containers("orien.node")
                if one["State"] != "removing"]

    @classmethod
    def run_in(cls, session, wait=40, **arguments):
        """Runs the tool to its end; its record."""
        answer = cls.execute(session, "docker-run", arguments, wait)
        assert answer.status in (200, 202), answer
        return answer.json

    def sh(self, session, script, **arguments):
        return self.run_in(session, command=["sh", "-c", script], **arguments)

    def python_in(self, session, script, **arguments):
        self.upload(session, "main.py", script.encode())
        return self.run_in(session, language="python", script="main.py", **arguments)

    def begin(self, session, script, **arguments):
        """Begins it, and returns its id once it has said so."""
        answer = self.execute(
            session, "docker-run",
            {"command": ["sh", "-c", f"echo begun; {script}"]} | arguments)
        self.assertEqual(answer.status, 202, answer)
        execution = answer.json["executionId"]
        until(lambda: self.get(f"/executions/{execution}").json["output"].startswith("begun"),
              20, lambda: self.get(f"/executions/{execution}").json)
        return execution
