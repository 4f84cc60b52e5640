"""A real node with a backend of vm/1 on the stand-in for multipass, which boots nothing, and its
command line as its users have it."""

import json
import pathlib
import shutil
import tempfile

from command_case import CommandCase
from multipassd import Multipassd
from node import ROOT, Node
from ports import Ports

ROLES = ROOT / "Sources/COrienABI/Roles"
PORTS = 40


class VMCase(CommandCase):
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
        manifest["config"] = {"binary": str(program)}
        (self.tools / "multipass-vm.json").write_text(json.dumps(manifest))

    def start(self, **more):
        self.node = Node(state=self.home / "st/orien", tools=self.tools,
                         environment=self.environment | more)
        self.addCleanup(self.node.close)
        return self.node.start()

    def surroundings(self):
        return self.environment | ({"PORT": str(self.node.port)} if self.node else {})
