"""Two backends of vm/1, and nobody has said which: what a node makes of that, and what it says."""

import json
import pathlib
import shutil
import unittest

from node import ROOT, descendants, name_of, until
from vm_case import VMCase

NOWHERE = pathlib.Path("/nowhere/at-all")
QEMU, MULTIPASS = "orien.qemu-vm", "orien.multipass-vm"
SETTINGS = (f"BACKENDS=vm/1:{MULTIPASS}", f"BACKENDS=vm/1:{QEMU}")


class Choosing(VMCase):
    def setUp(self):
        super().setUp()
        shutil.copy(ROOT / "tools.d" / "qemu-vm.so", self.tools)

    def have(self, multipass=False, qemu=False):
        """Which programs there are."""
        self.write_manifest(self.engine.program if multipass else NOWHERE)
        manifest = json.loads((ROOT / "tools.d" / "qemu-vm.json").read_text())
        if not qemu:
            for one in manifest["grants"]["programs"]:
                if one["program"].startswith("qemu-system"):
                    one["path"] = str(NOWHERE)
        (self.tools / "qemu-vm.json").write_text(json.dumps(manifest))
        path = self.tools / "multipass-vm.json"
        manifest = json.loads(path.read_text())
        manifest["grants"]["programs"] = [
            one for one in manifest["grants"]["programs"] if one["program"] == "multipass"]
        path.write_text(json.dumps(manifest))

    def row(self):
        (row,) = [one for one in self.node.get("/plugins").json["backends"]
                  if one["role"] == "vm/1"]
        return row

    def refusal(self):
        """Of a machine, once the backends have been asked."""
        answer = self.node.ask("POST", "/api/v1/vms", {"name": "web"})
        self.assertEqual(answer.status, 503, answer)
        return answer if answer.json["code"] != "starting" else None

    def test_the_only_one_whose_program_is_here_is_taken_and_that_is_said(self):
        self.have(multipass=True)
        self.start()
        row = self.row()
        self.assertEqual((row["plugin"], row["available"]), (MULTIPASS, True))
        self.assertIn(f"{QEMU}: there is no {NOWHERE}", row["because"])
        self.assertIn(MULTIPASS, self.node.said("a backend was chosen")[0])
        # The node holds no process of it before somebody asks for machines.
        self.assertNotIn("orien-worker", map(name_of, descendants(self.node.pid)))
        self.assertIn("the only one", self.orien("status").stdout)
        self.assertIn(f"{MULTIPASS}, the only one", self.orien("doctor").stdout)
        self.assertEqual(self.json("vm", "create", "web")["status"], "running")

    def test_where_both_can_nothing_is_rented_and_the_settings_are_told(self):
        self.have(multipass=True, qemu=True)
        self.start()
        refused = until(self.refusal, 20, lambda: self.row())
        row = self.row()
        self.assertEqual(row["available"], False)
        told = [row["reason"], str(refused.body), self.orien("status").stdout,
                self.orien("doctor").stdout, self.orien("init").stdout,
                self.node.said("there is no backend")[0]]
        for setting in SETTINGS:
            for text in told:
                self.assertIn(setting, text)

    def test_where_none_can_each_is_told_until_one_comes(self):
        self.have()
        self.start()
        for text in (self.row()["reason"], self.node.said("there is no backend")[0]):
            for plugin in QEMU, MULTIPASS:
                self.assertIn(f"{plugin}: there is no {NOWHERE}", text)
        self.have(multipass=True)
        self.orien("plugin", "reload")
        until(lambda: self.row()["available"], 20, lambda: self.row())
        self.assertEqual(self.row()["plugin"], MULTIPASS)

    def test_the_one_that_has_the_machines_keeps_them_whatever_comes(self):
        self.have(multipass=True)
        self.start()
        made = self.json("vm", "create", "web")
        self.node.stop()
        for present in {"multipass": True, "qemu": True}, {"qemu": True}:
            self.have(**present)
            self.node.start()
            row = self.row()
            self.assertEqual(
                (row["plugin"], row["because"]), (MULTIPASS, "it has this node's machines"))
            self.node.stop()
        self.assertIn(made["id"], self.engine.instances)


if __name__ == "__main__":
    unittest.main()
