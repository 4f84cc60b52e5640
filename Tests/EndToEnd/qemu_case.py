"""The plugin qemu-vm with a folder of the test's own, and what holds after each test: nothing that
it made is left."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import machines
from backend import Grants, Refused, manifest_of
from backend_lasting import LastingBackend, Programs
from node import ROOT

LIBRARY = ROOT / "tools.d" / "qemu-vm.so"
FALSE_QEMU = ROOT / "Tests/Rigs/false_qemu.py"
MIB, GIB = 1 << 20, 1 << 30


class MortalBackend(LastingBackend):
    """A node that dies after so many steps: from then on the plugin is answered by nothing."""

    steps, mortal = 0, None

    def service(self, host, name):
        if name != b"orien.log/1":
            self.steps += 1
            if self.mortal is not None and self.steps > self.mortal:
                return None
        return super().service(host, name)


class QemuCase(unittest.TestCase):
    """`false`: QEMU is a stand-in, and every machine's SSH answers at once."""

    false = False

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-qemu-"))
        self.addCleanup(shutil.rmtree, self.home)
        # As the node has it, so that no name of a socket is short.
        self.folder = self.home / ("long" * 25) / "orien.qemu-vm"
        (self.folder / "images").mkdir(parents=True)
        self.key = self.home / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "who made it", "-f",
                        self.key], check=True)
        self.public = self.key.with_suffix(".pub").read_text()
        self.paths = {}
        if self.false:
            scan = self.home / "scan"
            scan.write_text("#!/bin/sh\necho '# SSH-2.0-false'\n")
            scan.chmod(0o755)
            self.paths = {"qemu-system-x86_64": FALSE_QEMU, "ssh-keyscan": scan}
            subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2",
                            self.folder / "images/default.qcow2", "1M"], check=True)
            self.behave("well")
        self.store, self.lasting = {}, Programs()
        self.addCleanup(self.lasting.close)
        self.backend = None
        self.open()

    def put_image(self, name, file):
        shutil.copy(file, self.folder / "images" / f"{name}.qcow2")

    def behave(self, how):
        (self.folder / "behaviour").write_text(how)

    def open(self, manifest=None, **config):
        """Opens the plugin, again where it was; what it has written down and what lasts stays."""
        if self.backend:
            self.backend.close()
        else:
            self.addCleanup(lambda: self.backend.close())
        self.backend = MortalBackend(
            LIBRARY, "vm/1", Grants(manifest or manifest_of("qemu-vm"), self.paths), config,
            self.store, folder=self.folder, lasting=self.lasting)
        return self.backend

    def ask(self, operation, name=None, **more):
        return self.backend.ask(operation, **({"name": name} if name else {}), **more)

    def order(self, **more):
        return {"cpu": 2, "memory_bytes": 320 * MIB, "disk_bytes": 3 * GIB, "hostname": "guest-1",
                "keys": [self.public], "deadline_milliseconds": 500_000} | more

    def launch(self, name, **more):
        return self.ask("launch", name, **self.order(**more))["machine"]

    def listed(self):
        return {one["name"]: one["state"] for one in self.ask("list")["machines"]}

    def refused(self, code, operation, name=None, reason=None, **more):
        """The failure that the operation ends with, which has that code."""
        more = self.order(**more) if operation == "launch" else more
        with self.assertRaises(Refused) as caught:
            self.ask(operation, name, **more)
        self.assertEqual(caught.exception.code, code, caught.exception)
        if reason:
            self.assertEqual(caught.exception.reason, reason, caught.exception)
        return caught.exception.message

    def ssh(self, machine, words):
        done = machines.ssh(self.key, machine["ssh_host"], machine["ssh_port"], words)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout

    def hold_nothing_left(self):
        self.assertEqual(self.listed(), {})
        self.assertEqual(self.lasting.running, {})
        folder = self.folder / "machines"
        self.assertEqual(os.listdir(folder) if folder.exists() else [], [])
