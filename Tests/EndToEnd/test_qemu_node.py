"""Machines by QEMU as a node rents them: they outlive it, and nothing of them their end."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

import machines
from node import ROOT, Node, send, until
from ports import Ports
from renting import qemu_in

LIBRARY = ROOT / "tools.d" / "qemu-vm.so"


class InNode(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-qemu-node-"))
        self.addCleanup(shutil.rmtree, self.home)
        tools = self.home / "tools.d"
        tools.mkdir(mode=0o755)
        for file in (LIBRARY, ROOT / "tools.d" / "qemu-vm.json"):
            shutil.copy(file, tools)
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

    def ssh(self, port, words):
        done = machines.ssh(self.key, "127.0.0.1", port, words)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout

    def test_a_machine_outlives_the_node_and_its_end_leaves_nothing(self):
        made = self.vm("POST", body={
            "name": "first", "ssh_key": self.key.with_suffix(".pub").read_text().strip(),
            "resources": {"cpu": 1, "memory": 1, "storage": 10}})
        self.assertEqual(made.status, 200, made)
        port = made.json["ssh_port"]
        self.assertIn("first", self.ssh(port, "touch /run/first; hostname"))
        (pid,) = qemu_in(self.folder)
        self.assertEqual(pathlib.Path(f"/proc/{pid}").stat().st_uid, 65534)

        self.node.kill()
        self.assertEqual(qemu_in(self.folder), [pid])
        self.node.start()
        # Its port is lent again, and told, once its backend has told of it.
        until(lambda: self.vm("GET", "/first").json["ssh_port"] == port, 60,
              "it is not found again")
        # The same run of the same machine.
        self.assertEqual(self.ssh(port, "ls /run/first"), "/run/first\n")

        stopped = self.vm("POST", "/first/stop")
        self.assertEqual((stopped.status, stopped.json["status"]), (200, "stopped"), stopped)
        self.assertEqual(qemu_in(self.folder), [])
        self.assertEqual(stopped.json["resources"], {"cpu": 1, "memory": 1, "storage": 10})
        self.assertEqual(self.vm("POST", "/first/start").status, 200)
        self.assertEqual(len(qemu_in(self.folder)), 1)
        self.assertEqual(self.vm("DELETE", "/first").status, 200)
        self.assertEqual(qemu_in(self.folder), [])
        self.assertEqual(list((self.folder / "machines").iterdir()), [])

    def test_keeps_to_the_page_of_its_role(self):
        done = self.node.command("plugin", "check", self.node.state.parent / "tools.d/qemu-vm.so",
                                 "--role", "vm/1",
                                 environment={"ROLES_DIR": str(ROOT / "Sources/COrienABI/Roles")})
        self.assertEqual(done.returncode, 0, done)


if __name__ == "__main__":
    unittest.main()
