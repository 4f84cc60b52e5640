"""The control groups of this machine, of whatever version, do what a record says of them."""

import pathlib

from case import NodeCase, processor_time
from groups import group_name, processes_in_groups
from node import Node, descendants, is_alive, until

MEMORY = 128 << 20
OUTLIVES_SECONDS = 5
# Burns half a second in a child that is reaped and as much in a daemon that is not.
BURN = """
import os, time
def burn():
    while time.process_time() < 0.5: pass
if os.fork() == 0:
    burn(); os._exit(0)
os.wait()
reader, writer = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        burn(); os.write(writer, b"x"); time.sleep(1000)
    os._exit(0)
os.read(reader, 1)
"""
# Says "up" out of a tree of which each branch has a session of its own, and goes on for good.
TREE = """
import os, time
for _ in range(3):
    if os.fork() == 0: os.setsid()
print("up", flush=True)
time.sleep(1000)
"""


def has_memory_group():
    """By what this machine can bound memory: "cgroup2", "cgroup1" or "rlimit"."""
    offered = pathlib.Path("/sys/fs/cgroup/cgroup.controllers")
    if offered.exists():
        return "cgroup2" if "memory" in offered.read_text().split() else "rlimit"
    return "cgroup1" if pathlib.Path("/sys/fs/cgroup/memory").is_dir() else "rlimit"


class GroupTests(NodeCase):
    environment = {"MAX_MEMORY_BYTES": str(MEMORY)}

    def test_memory_beyond_its_limit_ends_the_call_for_that_reason(self):
        record = self.python(self.session(), f"x = b'x' * {3 * MEMORY}", wait=60)
        by = has_memory_group()
        self.assertEqual(record["limits"]["memoryBytes"],
                         record["limits"]["memoryBytes"] | {"granted": MEMORY, "enforcedBy": by})
        self.assertEqual(record["status"], "failed", record)
        if by != "rlimit":
            self.assertEqual(record["reason"], "memory", record)
            self.assertLessEqual(record["usage"]["memoryPeakBytes"], MEMORY)

    def test_processor_time_is_what_the_group_has_counted(self):
        record = self.python(self.session(), BURN, wait=60)
        self.assertEqual((record["status"], record["usage"]["source"]), ("completed", "cgroup"))
        self.assertGreaterEqual(processor_time(record), 1_000_000)
        self.assertEqual(record["limits"]["cpuMilliseconds"]["enforcedBy"], "cgroup2")

    def start_tree(self, node, headers):
        """An execution whose tree is up, and its processes."""
        stored = node.ask("PUT", "/sessions/tree/files/main.py", TREE.encode(), headers)
        self.assertIn(stored.status, (200, 201), stored)
        body = {"sessionId": "tree", "toolId": "python_script", "args": {"script": "main.py"}}
        execution = node.ask("POST", "/execute", body, headers).json["executionId"]
        def output():
            return node.ask("GET", f"/executions/{execution}", headers=headers).json
        until(lambda: output().get("output", "").count("up") == 8, 60, lambda: str(output()))
        return execution, processes_in_groups(group_name(node))

    def test_a_cancelled_tree_is_gone_as_a_whole(self):
        self.session("tree")
        execution, processes = self.start_tree(self.node, self.headers)
        self.assertGreaterEqual(len(processes), 8)
        self.ask("DELETE", f"/executions/{execution}")
        self.assertEqual(self.final(execution)["status"], "cancelled")
        self.assertFalse([pid for pid in processes if is_alive(pid)])
        self.assertFalse(processes_in_groups(self.group))

    def test_nothing_that_a_killed_node_has_started_outlives_it(self):
        with Node() as node:
            until(lambda: node.jail("launcher"), 20, "there is no launcher")
            group = group_name(node)
            execution, processes = self.start_tree(node, {})
            started = processes | set(descendants(node.pid))
            node.kill()
            until(lambda: not any(map(is_alive, started)), OUTLIVES_SECONDS,
                  lambda: f"outlived the node: {[pid for pid in started if is_alive(pid)]}")
            self.assertFalse(processes_in_groups(group))
            node.start()
            self.assertEqual(node.final(execution)["status"], "lost")
