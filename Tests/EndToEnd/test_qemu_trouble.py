"""Machines by a QEMU that is not well, on a full disk, and of a node that dies at any moment."""

import os
import pathlib
import signal
import subprocess
import time
import unittest

from backend import Refused
from qemu_case import MIB, QemuCase

SMALL = {"disk_bytes": 64 * MIB}


class Trouble(QemuCase):
    false = True

    def setUp(self):
        super().setUp()
        self.open(patience_milliseconds=2000, stop_milliseconds=1500)

    def launch(self, name, **more):
        return super().launch(name, **SMALL | more)

    def test_one_that_answers_nonsense_is_told_of_within_its_deadline(self):
        for how, reason in (("garbage", "engine-garbled"), ("endless", "engine-garbled"),
                            ("dies", "engine-ended"), ("short", "engine-ended")):
            with self.subTest(how):
                self.behave(how)
                before = time.monotonic()
                code = "limited" if how == "short" else "unavailable"
                said = self.refused(code, "launch", "m1", reason=reason, **SMALL)
                self.assertLess(time.monotonic() - before, 10)
                self.assertEqual([one for one in said if not one.isprintable()], [])
                self.hold_nothing_left()
        self.assertIn("corrupt", self.told("dies"))

    def told(self, how):
        self.behave(how)
        return self.refused("unavailable", "launch", "m1", **SMALL)

    def test_one_that_says_nothing_has_until_its_deadline(self):
        self.behave("silent")
        self.refused("unavailable", "launch", "m1", reason="engine-silent",
                     deadline_milliseconds=5000, **SMALL)
        self.hold_nothing_left()

    def test_one_that_falls_silent_is_of_unknown_state_and_can_be_stopped_and_deleted(self):
        self.launch("m1")
        self.launch("m2")
        self.assertEqual(self.listed(), {"m1": "running", "m2": "running"})
        os.kill(self.lasting.pid("m1"), signal.SIGSTOP)
        self.assertEqual(self.listed(), {"m1": "unknown", "m2": "running"})
        self.assertEqual(self.ask("info", "m1")["machine"]["state"], "unknown")
        self.refused("unavailable", "start", "m1", reason="engine-silent")
        self.assertEqual(self.ask("stop", "m1")["machine"]["state"], "stopped")
        self.ask("start", "m1")
        os.kill(self.lasting.pid("m1"), signal.SIGSTOP)
        self.assertTrue(self.ask("delete", "m1")["existed"])
        self.ask("delete", "m2")
        self.hold_nothing_left()

    def test_one_whose_address_is_somebody_elses_is_given_another(self):
        self.behave("busy")
        machine = self.launch("m1")
        asked = [word.split(":")[1] for words in self.backend.started for word in words
                 if "hostfwd" in word]
        self.assertEqual(len(set(asked)), 2, asked)
        self.assertEqual(machine["ssh_host"], asked[-1])
        self.assertEqual(self.ask("info", "m1")["machine"]["ssh_host"], asked[-1])
        self.ask("delete", "m1")
        self.hold_nothing_left()

    def test_one_that_has_ended_by_itself_is_stopped_and_can_be_started(self):
        self.launch("m1")
        os.kill(self.lasting.pid("m1"), signal.SIGKILL)
        self.lasting.running["m1"][0].wait()
        self.assertEqual(self.listed(), {"m1": "stopped"})
        self.assertEqual(self.ask("start", "m1")["machine"]["state"], "running")
        self.ask("delete", "m1")
        self.hold_nothing_left()

    def test_a_disk_that_is_full_is_told_and_nothing_is_left(self):
        mounted = self.home / "full"
        mounted.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", mounted], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", mounted], check=True)
        self.folder.rename(self.home / "kept")
        self.folder.symlink_to(mounted)
        (mounted / "images").mkdir()
        (mounted / "behaviour").write_text("well")
        image = mounted / "images/default.qcow2"
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", image, "1M"], check=True)
        with open(mounted / "filling", "wb") as filling:
            # Little enough for the rest of what there is, and too little for another disk.
            free = os.statvfs(mounted).f_bavail * os.statvfs(mounted).f_frsize
            filling.write(bytes(max(0, free - 160_000)))
        self.refused("limited", "launch", "m1", reason="disk-full", **SMALL)
        self.hold_nothing_left()
        (mounted / "filling").unlink()

    def test_a_node_that_dies_at_any_step_leaves_what_is_told_and_can_be_deleted(self):
        for operation in ("launch", "delete"):
            steps, survived = 0, False
            while not survived:
                with self.subTest(operation, steps=steps):
                    survived = self.die_at(operation, steps)
                steps += 1
            self.assertGreater(steps, 4)

    def die_at(self, operation, steps):
        """True where that many steps were enough."""
        if operation == "delete":
            self.launch("m1")
        self.backend.steps, self.backend.mortal = 0, steps
        try:
            self.launch("m1") if operation == "launch" else self.ask("delete", "m1")
            survived = True
        except (Refused, AssertionError):
            survived = False
        self.open(patience_milliseconds=2000, stop_milliseconds=1500)
        known = [key.removeprefix("machine/") for key in self.store if key.startswith("machine/")]
        self.assertEqual(list(self.listed()), known)
        # Whatever runs is one of those that are told.
        self.assertLessEqual(set(self.lasting.running), set(known))
        there = self.folder / "machines"
        self.assertLessEqual(len(os.listdir(there)) if there.exists() else 0, len(known))
        self.assertEqual(self.ask("delete", "m1")["existed"], bool(known))
        self.hold_nothing_left()
        return survived

    def test_what_was_never_made_whole_is_of_unknown_state(self):
        for steps in range(20):
            self.backend.steps, self.backend.mortal = 0, steps
            with self.assertRaises((Refused, AssertionError)):
                self.launch("m1")
            self.open()
            if self.store:
                break
        self.assertEqual(self.listed(), {"m1": "unknown"})
        self.refused("unavailable", "start", "m1", reason="half-made")
        self.refused("conflict", "launch", "m1", **SMALL)
        self.assertEqual(self.ask("stop", "m1")["machine"]["state"], "unknown")
        self.ask("delete", "m1")
        self.hold_nothing_left()

    def test_an_image_that_names_another_file_is_opened_by_nobody(self):
        base = self.folder / "images/default.qcow2"
        evil = self.folder / "images/evil.qcow2"
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", "/etc/hosts",
                        evil, "1M"], check=True)
        self.assertIn("backing", self.refused("unavailable", "launch", "m1", image="evil", **SMALL))
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-o",
                        f"data_file={self.home}/data", evil, "1M"], check=True)
        self.assertIn("data", self.refused("unavailable", "launch", "m1", image="evil", **SMALL))
        pathlib.Path(evil).write_bytes(b"#!/bin/sh\n" + bytes(base.stat().st_size))
        self.refused("unavailable", "launch", "m1", image="evil", reason="bad-image", **SMALL)
        self.assertEqual([words for words in self.backend.started if words[0] == "qemu-img"], [])

    def test_it_is_not_available_without_images_or_without_qemu(self):
        (self.folder / "images/default.qcow2").unlink()
        probe = self.ask("probe")
        self.assertFalse(probe["available"])
        self.assertIn("orien vm image add", probe["reason"])
        self.paths["qemu-system-x86_64"] = "/nonexistent/qemu"
        self.open()
        probe = self.ask("probe")
        self.assertFalse(probe["available"])
        self.assertIn("qemu-system-x86", probe["reason"])
        self.assertEqual(self.backend.probe().code, "unavailable")


if __name__ == "__main__":
    unittest.main()
