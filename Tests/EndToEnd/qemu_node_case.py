"""A node of a test's own that rents out machines by QEMU."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

import machines
from backend import manifest_of
from node import ROOT, Node
from ports import Ports
from renting import QemuMachines, put_plugin


class QemuNodeCase(unittest.TestCase):
    launch_seconds = 500

    def manifest(self):
        return manifest_of("qemu-vm")

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-qemu-node-"))
        self.addCleanup(shutil.rmtree, self.home)
        tools = self.home / "tools.d"
        tools.mkdir(mode=0o755)
        put_plugin(tools, "qemu-vm", self.manifest())
        self.key = self.home / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)
        lent = Ports(10)
        self.addCleanup(lent.close)
        self.node = Node(state=self.home / "state", tools=tools, environment={
            "ROLES_DIR": str(ROOT / "Sources/COrienABI/Roles"), "PROXY_BACKEND": "tcp",
            "CPU_THRESHOLD": "100", "MEMORY_THRESHOLD": "100", "STORAGE_THRESHOLD": "100",
            "PUBLIC_IP": "127.0.0.1", "LAUNCH_TIMEOUT_SECONDS": str(self.launch_seconds)}
            | lent.settings)
        made = QemuMachines()
        made.prepare(self.node)
        self.folder = made.folder
        self.addCleanup(made.close)
        self.addCleanup(self.node.close)
        self.node.start()

    def vm(self, method, path="", body=None):
        return self.node.ask(method, f"/api/v1/vms{path}", body, timeout=self.launch_seconds + 30)

    def make(self, name, **more):
        made = self.vm("POST", body={
            "name": name, "ssh_key": self.key.with_suffix(".pub").read_text().strip(),
            "resources": {"cpu": 1, "memory": 1, "storage": 10}} | more)
        self.assertEqual(made.status, 200, made)
        return made.json["ssh_port"]

    def ssh(self, port, words):
        done = machines.ssh(self.key, "127.0.0.1", port, words)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout
