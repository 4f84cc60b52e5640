"""Machines by QEMU as a node rents them: they outlive it, and nothing of them their end."""

import pathlib
import unittest

import disks
from node import ROOT, until
from qemu_node_case import QemuNodeCase
from renting import qemu_in


class InNode(QemuNodeCase):
    def test_a_machine_outlives_the_node_and_its_end_leaves_nothing(self):
        port = self.make("first")
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


class Silent(QemuNodeCase):
    launch_seconds = 20

    def test_one_that_has_no_way_in_is_told_with_the_end_of_its_console(self):
        disk = self.home / "silent.qcow2"
        disks.speaking(disk, b"no way in")
        added = self.node.command("vm", "image", "add", "silent", disk, "--state", self.node.state)
        self.assertEqual(added.returncode, 0, added)
        self.make("silent", image="silent")
        (line,) = self.node.said("a machine is late")
        self.assertIn("its console ends with: ", line)
        self.assertIn("no way in", line)
        self.assertEqual(self.vm("DELETE", "/silent").status, 200)


if __name__ == "__main__":
    unittest.main()
