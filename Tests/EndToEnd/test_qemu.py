"""Machines by QEMU that boot: what they are given, what they reach, and who may log in."""

import copy
import os
import socket
import threading
import unittest

import disks
import machines
from backend import manifest_of
from qemu_case import GIB, MIB, QemuCase

# What somebody else's key may be called.
HOSTILE = """a" ]}, 'b': {$(touch /pwned) - runcmd: ["id"] #\\" é&*|>%@`"""


class Machines(QemuCase):
    def setUp(self):
        super().setUp()
        os.link(machines.lite_image(), self.folder / "images/default.qcow2")

    def test_a_machine_is_made_as_it_was_ordered_alone_stops_starts_and_goes(self):
        self.assertEqual(self.ask("probe")["images"], ["default"])
        machine = self.launch("golem-m1-1")
        self.assertEqual(
            (machine["state"], machine["cpu"], machine["memory_bytes"], machine["disk_bytes"]),
            ("running", 2, 320 * MIB, 3 * GIB))
        name, cpus, sectors, memory = self.ssh(
            machine, "hostname; nproc; cat /sys/block/vda/size; "
                     "cut -d: -f2 /proc/meminfo | head -n 1").split("\n")[:4]
        self.assertEqual((name, cpus, int(sectors) * 512), ("guest-1", "2", 3 * GIB))
        self.assertTrue(220 < int(memory.split()[0]) / 1024 < 320, memory)
        self.ssh(machine, "echo kept >/root/kept; sync")
        self.assertEqual(self.ask("info", "golem-m1-1")["machine"], machine)
        self.refused("conflict", "launch", "golem-m1-1")
        # Of this machine it reaches nothing.
        self.assertEqual(self.reached(machine), "")

        # Another load of the plugin finds what this one has made.
        self.open()
        self.assertEqual(self.listed(), {"golem-m1-1": "running"})
        stopped = self.ask("stop", "golem-m1-1")["machine"]
        self.assertEqual(stopped["state"], "stopped")
        self.assertEqual({one: stopped[one] for one in ("cpu", "memory_bytes", "disk_bytes")},
                         {one: machine[one] for one in ("cpu", "memory_bytes", "disk_bytes")})
        self.assertEqual(self.ask("stop", "golem-m1-1")["machine"], stopped)
        self.assertEqual([line for line in self.backend.lines if "stop" in line], [])

        # What it stands on it keeps.
        (self.folder / "images/default.qcow2").unlink()
        again = self.ask("start", "golem-m1-1")["machine"]
        self.assertEqual(again, machine)
        self.assertEqual(self.ssh(again, "cat /root/kept"), "kept\n")
        self.assertEqual(self.ask("start", "golem-m1-1")["machine"], machine)
        self.assertTrue(self.ask("delete", "golem-m1-1")["existed"])
        self.assertFalse(self.ask("delete", "golem-m1-1")["existed"])
        self.hold_nothing_left()

    def test_what_it_would_reach_were_its_network_open(self):
        manifest = copy.deepcopy(manifest_of("qemu-vm"))
        for form in manifest["grants"]["programs"][0]["arguments"]:
            form[:] = [word.replace("restrict=on", "restrict=off") for word in form]
        self.open(manifest, network="open")
        self.assertEqual(self.reached(self.launch("m1")), "hello")
        self.ask("delete", "m1")
        self.hold_nothing_left()

    def reached(self, machine):
        """What the machine hears of a server on this one's loopback."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            def serve():
                while True:
                    try:
                        client, _ = server.accept()
                    except OSError:
                        return
                    with client:
                        client.sendall(b"hello")
            threading.Thread(target=serve, daemon=True).start()
            port = server.getsockname()[1]
            return self.ssh(
                machine, f"busybox timeout 4 busybox nc 10.0.2.2 {port} </dev/null || true")

    def test_an_order_that_no_machine_can_be_made_of_leaves_nothing(self):
        for more in ({"keys": ["ssh-ed25519 AAAA x"]}, {"keys": ["ssh-rsa a\nssh-rsa b"]},
                     {"keys": ["command=\"id\" " + self.public]}, {"hostname": "-a"},
                     {"image": "../default"}, {"image": "none"}, {"image": "/etc/passwd"},
                     {"disk_bytes": 512 * MIB}, {"packages": ["-y"]}):
            with self.subTest(more):
                self.refused("invalid", "launch", "m1", **more)
        self.assertEqual([words for words in self.backend.started if words[0] != "id"], [])
        self.hold_nothing_left()


class Silent(QemuCase):
    def test_one_that_has_no_way_in_is_told_with_the_end_of_its_console(self):
        disks.speaking(self.folder / "images/default.qcow2", b"no \x1b[31mway")
        said = self.refused("unavailable", "launch", "m1", "late", deadline_milliseconds=20_000)
        self.assertRegex(said, r"its console ends with: .*no  \[31mway$")
        # It may still come up.
        self.assertEqual(self.listed(), {"m1": "running"})
        self.ask("delete", "m1")
        self.hold_nothing_left()


class Clouds(QemuCase):
    def test_what_clouds_boot_reads_its_seed_and_takes_no_name_for_more_than_a_name(self):
        os.link(machines.cloud_image(), self.folder / "images/cloud.qcow2")
        key = " ".join(self.public.split()[:2] + [HOSTILE])
        machine = self.launch("m1", image="cloud", memory_bytes=768 * MIB, keys=[key],
                              deadline_milliseconds=500_000)
        said = self.ssh(machine, "hostname; ls /pwned 2>&1; cat /root/.ssh/authorized_keys; "
                                 "cat /etc/ssh/sshd_config.d/allow_root.conf")
        self.assertEqual(said.splitlines()[0], "guest-1")
        self.assertIn("No such file", said.splitlines()[1])
        self.assertIn(key, said.splitlines())
        self.assertIn("PermitRootLogin prohibit-password", said.splitlines())
        self.ask("delete", "m1")
        self.hold_nothing_left()


if __name__ == "__main__":
    unittest.main()
