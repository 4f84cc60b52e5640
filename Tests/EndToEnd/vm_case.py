"""A real node with a backend of vm/1 on the stand-in for multipass, which boots nothing, and its
command line as its users have it."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from multipassd import Multipassd
from node import BINARIES, ROOT, Node
from ports import Ports

ROLES = ROOT / "Sources/COrienABI/Roles"
PORTS = 40


class VMCase(unittest.TestCase):
    """`self.environment` is that of node and commands alike."""

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-vm-", dir="/srv"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        (self.home / "engine").mkdir()
        self.engine = Multipassd(self.home / "engine").start()
        self.addCleanup(self.engine.close)
        self.tools = self.home / "tools.d"
        self.tools.mkdir(mode=0o755)
        shutil.copy(ROOT / "tools.d" / "multipass-vm.so", self.tools)
        self.write_manifest(self.engine.program)
        lent = Ports(PORTS)
        self.addCleanup(lent.close)
        self.first = lent.first
        self.environment = {
            "ROLES_DIR": str(ROLES), "HOME": str(self.home),
            "XDG_STATE_HOME": str(self.home / "st"),
            "MEMORY_THRESHOLD": "100", "CPU_THRESHOLD": "100", "STORAGE_THRESHOLD": "100",
            "TOOLS_DIR": str(self.tools), "PROXY_BACKEND": "tcp"} | lent.settings
        self.node = None

    def write_manifest(self, program):
        manifest = json.loads((ROOT / "tools.d" / "multipass-vm.json").read_text())
        for one in manifest["grants"]["programs"]:
            if one["program"] == "multipass":
                one["path"] = str(program)
        manifest["config"] = {"binary": str(program), "patience_milliseconds": 3000}
        (self.tools / "multipass-vm.json").write_text(json.dumps(manifest))

    def start(self, **more):
        self.node = Node(state=self.home / "st/orien", tools=self.tools,
                         environment=self.environment | more)
        self.addCleanup(self.node.close)
        return self.node.start()

    def run_as(self, name, *words, status=0, path=None, **variables):
        """Runs the program under a name; what it said."""
        program = BINARIES / "orien"
        if name != "orien":
            program = self.home / name
            if not program.exists():
                program.symlink_to(BINARIES / "orien")
        port = {"PORT": str(self.node.port)} if self.node else {}
        done = subprocess.run(
            [program, *map(str, words)], capture_output=True, text=True, timeout=120,
            stdin=subprocess.DEVNULL, cwd=self.home,
            env={"PATH": path or os.environ["PATH"]} | self.environment | port | variables)
        self.assertEqual(done.returncode, status, f"{words}: {done.stdout}{done.stderr}")
        return done

    def orien(self, *words, **options):
        return self.run_as("orien", *words, **options)

    def json(self, *words, **options):
        return json.loads(self.orien(*words, "--json", **options).stdout)
