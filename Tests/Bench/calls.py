"""What a script takes through the whole node, as its caller sees it: HTTP, ledger and jail."""

import contextlib
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import threading
import time

from servers import HERE, ROOT
from wire import Wire

from node import UNBOUNDED, Node

# What a script is called with, what it is weighed against, how far apart the calls are, so that an
# interpreter is up again, and how many of them a round has.
SCRIPTS = {
    "python": ("python_script", "empty.py", ["python3", "-c", "pass"], 0.08, 40),
    "node": ("node_script", "empty.js", ["node", "-e", "0"], 0.25, 15),
}
# As a script in the jail has it.
PATH = "/usr/bin:/bin"
HELD_BYTES, HELD_CALLS = 1 << 30, 300

BOUNDS = {
    "python": ("an empty python_script, warm, against python3 -c pass, p50", "us", "<=", 1 / 3),
    "node": ("an empty node_script, warm, against node -e 0, p50", "us", "<=", 1 / 8),
    "held": ("jailed /bin/true, called of a node with 1 GiB in use and of a small one, p50", "us",
             "<=", 1.15),
}


class Caller:
    def __init__(self, node):
        self.wire = Wire(node.port)
        for _, script, *_ in SCRIPTS.values():
            node.upload("bench", script, b"")

    def call(self, tool, arguments):
        """Microseconds from the request to the answer that the call is over."""
        took, record = self.wire.post(
            "/execute?wait=30", {"sessionId": "bench", "toolId": tool, "args": arguments})
        if record["status"] != "completed":
            raise RuntimeError(f"{tool}: {record}")
        return took * 1e6

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.wire.close()


def spawned(words):
    # Not another one of that name that stands before it in somebody's PATH.
    program = shutil.which(words[0], path=PATH)
    began = time.perf_counter()
    pid = os.posix_spawn(program, words, {"PATH": PATH})
    _, status = os.waitpid(pid, 0)
    took = time.perf_counter() - began
    if status:
        raise RuntimeError(f"{words} ended with {status:#x}")
    return took * 1e6


def scripts(rows, caller):
    pause = threading.Event()
    for name, (tool, script, words, apart, count) in SCRIPTS.items():
        for _ in range(3):
            caller.call(tool, {"script": script})
            pause.wait(1)
        ours, theirs = [], []
        for _ in range(count):
            pause.wait(apart)
            ours.append(caller.call(tool, {"script": script}))
            theirs.append(spawned(words))
        rows.add(name, statistics.median(ours), statistics.median(theirs))


def weighed(rows):
    """Two nodes alike but for what they have in use. Were a node to fork itself for a program, the
    tables of its memory would be copied each time."""
    with contextlib.ExitStack() as open_ones:
        folder = pathlib.Path(open_ones.enter_context(tempfile.TemporaryDirectory()))
        subprocess.run(
            ["cc", "-O2", "-shared", "-fPIC", "-I", ROOT / "Sources/COrienABI/include", "-o",
             folder / "weight.so", HERE / "weight.c"], check=True)
        (folder / "weight.so").chmod(0o755)
        (folder / "weight.json").write_text('{"isolation": "node"}')
        nodes = [open_ones.enter_context(Node(tools=folder, environment=UNBOUNDED))
                 for _ in range(2)]
        large, small = [open_ones.enter_context(Caller(node)) for node in nodes]
        large.call("hold", {"bytes": HELD_BYTES})
        if nodes[0].resident_bytes() < HELD_BYTES:
            raise RuntimeError("the node does not have in use what it was to hold")
        ours, theirs = [], []
        for _ in range(HELD_CALLS):
            ours.append(large.call("begin", {}))
            theirs.append(small.call("begin", {}))
        rows.add("held", statistics.median(ours), statistics.median(theirs))


def one_round(rows):
    with Node(environment=UNBOUNDED) as node, Caller(node) as caller:
        scripts(rows, caller)
    weighed(rows)
