"""The plugin multipass-vm with a stand-in for multipass that is the test's own, and what holds
after each test: nobody else's instance was touched."""

import pathlib
import shutil
import tempfile
import unittest

from backend import Backend, Grants, Refused, manifest_of
from multipassd import Multipassd
from node import ROOT

LIBRARY = ROOT / "tools.d" / "multipass-vm.so"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPUhyVgGIM/UgXJrqQ9a5hX5V0z7sMQ3v6S2sKzI9xQ somebody"
GIB = 1 << 30
STRANGER = "stranger"


class MultipassCase(unittest.TestCase):
    config = {}

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-multipass-", dir="/srv"))
        self.addCleanup(shutil.rmtree, self.home)
        self.engine = Multipassd(self.home).start()
        self.addCleanup(self.engine.close)
        self.engine.put(STRANGER)
        self.before = dict(self.engine.instances[STRANGER])
        self.store = {}
        self.backend = None
        self.open()

    def open(self, **config):
        """Opens the plugin, again where it was; what it has written down stays."""
        if self.backend:
            self.backend.close()
        else:
            self.addCleanup(lambda: self.backend.close())
        program = str(self.engine.program)
        config = {"binary": program, "patience_milliseconds": 8000} | self.config | config
        self.backend = Backend(LIBRARY, "vm/1", Grants(manifest_of("multipass-vm"),
                                                       {"multipass": program}),
                               config, self.store)
        return self.backend

    def tearDown(self):
        self.assertEqual(self.engine.instances[STRANGER], self.before)
        self.assertEqual([words for words in self.engine.asked if STRANGER in words], [])
        self.assertNotIn(["purge"], self.engine.asked)

    def ask(self, operation, name=None, **more):
        return self.backend.ask(operation, **({"name": name} if name else {}), **more)

    def launch(self, name, **more):
        order = {"cpu": 2, "memory_bytes": 2 * GIB, "disk_bytes": 10 * GIB, "hostname": "guest",
                 "keys": [KEY], "deadline_milliseconds": 20_000}
        return self.ask("launch", name, **order | more)["machine"]

    def listed(self):
        return {one["name"]: one for one in self.ask("list")["machines"]}

    def refused(self, code, *arguments, reason=None, **more):
        """The failure that the operation ends with, which has that code."""
        with self.assertRaises(Refused) as caught:
            self.launch(*arguments[1:], **more) if arguments[0] == "launch" else self.ask(
                *arguments, **more)
        self.assertEqual(caught.exception.code, code, caught.exception)
        if reason:
            self.assertEqual(caught.exception.reason, reason, caught.exception)
        return caught.exception.message
