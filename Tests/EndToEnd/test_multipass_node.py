"""The plugin multipass-vm as a node has it, on a machine without multipass."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from backend import page_of
from multipass_case import LIBRARY
from node import BINARIES, ROOT, Node

ROLES = ROOT / "Sources/COrienABI/Roles"


class InNode(unittest.TestCase):
    def setUp(self):
        self.tools = pathlib.Path(tempfile.mkdtemp(prefix="orien-tools-"))
        self.addCleanup(shutil.rmtree, self.tools)
        for file in (LIBRARY, ROOT / "tools.d" / "multipass-vm.json"):
            shutil.copy(file, self.tools)

    def test_keeps_to_the_page_of_its_role(self):
        done = subprocess.run(
            [BINARIES / "orien", "plugin", "check", self.tools / LIBRARY.name, "--role", "vm/1"],
            capture_output=True, text=True, timeout=60,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.tools), "ROLES_DIR": str(ROLES)})
        self.assertEqual(done.returncode, 0, done)
        checks = json.loads(page_of("vm/1").read_text())["checks"]
        self.assertEqual(len(done.stdout.splitlines()), len(checks) + 1, done)

    def test_is_the_backend_of_its_role_and_keeps_no_node_from_being_well(self):
        node = Node(tools=self.tools, environment={"ROLES_DIR": str(ROLES)})
        self.addCleanup(node.close)
        node.start()
        (row,) = [row for row in node.get("/plugins").json["backends"] if row["role"] == "vm/1"]
        self.assertEqual((row["plugin"], row["available"]), ("orien.multipass-vm", True))
        self.assertEqual(node.get("/health").json["status"], "ok")
        (plugin,) = node.get("/plugins").json["plugins"]
        self.assertEqual(plugin["grants"],
                         ["program:snap", "program:multipass-local", "program:multipass"])


if __name__ == "__main__":
    unittest.main()
