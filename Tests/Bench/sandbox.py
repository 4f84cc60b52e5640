"""What code takes that is sent to `/run`, in the jail and in a container, beside the command line
of the engine that runs these."""

import contextlib
import os
import pathlib
import statistics
import subprocess
import tempfile
import threading
import time

from servers import ROOT  # noqa: F401  (it finds the rigs)
from wire import Wire

import docker
from node import Node, until

CALLS, APART_SECONDS = 12, 0.1
BODY = {"code": "", "capture_artifacts": False}

BOUNDS = {
    "jailrun": ("/run of an empty Python program in the jail, warm, against docker run, p50", "ms",
                "<=", 1 / 40),
    "dockrun": ("the same in a container against docker run, p50", "ms", "<=", 0.65),
    "dockwarm": ("the same in a container that waited against docker run, p50", "ms", "<=", 0.3),
}
# So many wait that none has to be made between two calls.
WAITING = 2


class Caller:
    def __init__(self, backend, tools):
        self.node = Node(tools=tools, environment={"SANDBOX_BACKEND": backend})

    def __enter__(self):
        self.node.start()
        self.wire = Wire(self.node.port)
        return self

    def __exit__(self, *_):
        self.wire.close()
        self.node.close()

    def run(self):
        """Milliseconds from the request to its answer."""
        took, told = self.wire.post("/run", BODY)
        if not told.get("success"):
            raise RuntimeError(f"/run: {told}")
        return took * 1e3


class WarmCaller(Caller):
    """Calls for which a container waits, each of them: a call that had none is no measure of it.

    The first makes known what is to wait. The next one is made after each before anything else is
    measured: an engine that does two things at once takes longer for both.
    """

    def __init__(self, engine, tools):
        super().__init__("docker", tools)
        self.engine = engine

    def run(self):
        took = super().run()
        until(lambda: self.waiting() == WAITING, 20, "no container waits")
        return took

    def waiting(self):
        return sum(one["State"] == "paused" for one in self.engine.containers("orien.warm"))


class CommandLine:
    """`docker run` with the walls and limits that the node's containers have."""

    def __init__(self, engine, folder):
        (folder / "main.py").write_text("")
        folder.chmod(0o755)
        self.words = [
            "docker", "--host", engine.host, "run", "--rm", "--network", "none", "--read-only",
            "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "65534:65534",
            "--memory", "512m", "--memory-swap", "512m", "--cpus", "1", "--pids-limit", "64",
            "--tmpfs", "/tmp", "--volume", f"{folder}:/workspace:ro", "--workdir", "/workspace",
            docker.SANDBOX, "python3", "main.py"]
        self.environment = os.environ | {"DOCKER_CONFIG": str(folder)}

    def run(self):
        began = time.perf_counter()
        subprocess.run(self.words, check=True, env=self.environment)
        return (time.perf_counter() - began) * 1e3


def one_round(rows):
    with contextlib.ExitStack() as open_ones:
        engine = open_ones.enter_context(contextlib.closing(docker.Engine()))
        tools = open_ones.enter_context(tempfile.TemporaryDirectory(prefix="orien-tools-"))
        os.chmod(tools, 0o755)
        docker.tools_with(engine.host, tools)
        warm = open_ones.enter_context(tempfile.TemporaryDirectory(prefix="orien-tools-"))
        os.chmod(warm, 0o755)
        docker.tools_with(engine.host, warm, config={"warm": {docker.SANDBOX: WAITING}})
        folder = pathlib.Path(open_ones.enter_context(tempfile.TemporaryDirectory()))
        ways = {"theirs": CommandLine(engine, folder),
                "dockwarm": open_ones.enter_context(WarmCaller(engine, warm)),
                "dockrun": open_ones.enter_context(Caller("docker", tools)),
                "jailrun": open_ones.enter_context(Caller("jail", tools))}
        pause = threading.Event()
        for way in ways.values():
            way.run()
        # Interpreters wait from the first call on.
        pause.wait(1)
        took = {name: [] for name in ways}
        for _ in range(CALLS):
            for name, way in ways.items():
                pause.wait(APART_SECONDS)
                took[name].append(way.run())
        theirs = statistics.median(took.pop("theirs"))
        for name, ours in took.items():
            rows.add(name, statistics.median(ours), theirs)
