"""A machine that has no engine: the tool says so, the node is well, and `/run` has its jail."""

import tempfile
import unittest

import docker
from node import Node, descendants, name_of


class AbsentTests(unittest.TestCase):
    def setUp(self):
        tools = tempfile.TemporaryDirectory(prefix="orien-tools-")
        self.addCleanup(tools.cleanup)
        docker.tools_with("unix:///run/orien-nowhere.sock", tools.name)
        self.node = Node(tools=tools.name)
        self.addCleanup(self.node.close)
        self.node.start()

    def test_the_tool_says_why_and_the_node_is_well(self):
        listed = {tool["id"]: tool for tool in self.node.get("/tools").json["tools"]}
        self.assertIs(listed["docker-run"]["available"], False, listed["docker-run"])
        self.assertIn("/run/orien-nowhere.sock", str(listed["docker-run"]))
        self.assertEqual(self.node.get("/health").json["status"], "ok")
        refused = self.node.execute("s", "docker-run", {"command": ["true"]}, wait=20)
        self.assertEqual((refused.status, refused.json["code"]), (503, "no-place"), refused)
        # Nobody has started a process to find that out.
        self.assertNotIn("orien-worker", map(name_of, descendants(self.node.pid)))

    def test_code_runs_in_the_jail(self):
        told = self.node.ask("POST", "/run", {"code": "print(1)"}, timeout=60)
        self.assertEqual((told.json["stdout"], told.json["sandbox"]), ("1\n", "jail"), told)


if __name__ == "__main__":
    unittest.main()
