"""A node of a test's own that rents out machines by QEMU."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import machines
from backend import manifest_of
from node import ROOT, Node, send
from ports import Ports
from renting import qemu_in

LIBRARY = ROOT / "tools.d" / "qemu-vm.so"


class QemuNodeCase(unittest.TestCase):
    def manifest(self):
        return manifest_of("qemu-vm")

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-qemu-node-"))
        self.addCleanup(shutil.rmtree, self.home)
        tools = self.home / "tools.d"
        tools.mkdir(mode=0o755)
        shutil.copy(LIBRARY, tools)
        (tools / "qemu-vm.json").write_text(json.dumps(self.manifest()))
        self.key = self.home / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)
        lent = Ports(10)
        self.addCleanup(lent.close)
        self.node = Node(state=self.home / "state", tools=tools, environment={
            "ROLES_DIR": str(ROOT / "Sources/COrienABI/Roles"), "PROXY_BACKEND": "tcp",
            "CPU_THRESHOLD": "100", "MEMORY_THRESHOLD": "100", "STORAGE_THRESHOLD": "100",
            "PUBLIC_IP": "127.0.0.1", "LAUNCH_TIMEOUT_SECONDS": "300"} | lent.settings)
        self.folder = self.node.state / "plugins/data/orien.qemu-vm"
        added = self.node.command("vm", "image", "add", "default", machines.lite_image(),
                                  "--state", self.node.state, environment={"PORT": "0"})
        self.assertEqual(added.returncode, 0, added)
        self.addCleanup(self.end)
        self.node.start()

    def end(self):
        """Whatever a failed test has left goes with its folder."""
        self.node.close()
        for pid in qemu_in(self.folder):
            send(pid)

    def vm(self, method, path="", body=None):
        return self.node.ask(method, f"/api/v1/vms{path}", body, timeout=330)

    def make(self, name):
        made = self.vm("POST", body={
            "name": name, "ssh_key": self.key.with_suffix(".pub").read_text().strip(),
            "resources": {"cpu": 1, "memory": 1, "storage": 10}})
        self.assertEqual(made.status, 200, made)
        return made.json["ssh_port"]

    def ssh(self, port, words):
        done = machines.ssh(self.key, "127.0.0.1", port, words)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout
