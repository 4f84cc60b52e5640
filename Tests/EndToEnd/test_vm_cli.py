"""Machines by the command line: rented, logged in to, ended."""

import os
import pathlib
import subprocess
import unittest

from node import until
from vm_case import VMCase

SSHD = pathlib.Path("/usr/sbin/sshd")


class Renting(VMCase):
    def setUp(self):
        super().setUp()
        self.start()

    def create(self, name, *words):
        return self.json("vm", "create", name, *words)

    def test_a_machine_is_made_listed_shown_stopped_started_and_deleted(self):
        made = self.create("web", "--size", "medium", "--cpu", 1)
        self.assertEqual(made["status"], "running")
        self.assertEqual(made["resources"], {"cpu": 1, "memory": 4, "storage": 20})
        self.assertIn(made["id"], self.engine.instances)
        self.assertIn(made["id"], self.orien("vm", "list").stdout)
        self.assertIn(f"ssh: 127.0.0.1:{made['ssh_port']}", self.orien("vm", "show", "web").stdout)
        self.assertEqual(self.orien("vm", "stop", "web").stdout, "web: stopped\n")
        self.assertEqual(self.orien("vm", "start", "web").stdout, "web: running\n")
        self.assertEqual(self.orien("vm", "delete", made["id"]).stdout, f"{made['id']}: deleted\n")
        self.assertEqual(self.json("vm", "list"), [])
        self.assertEqual(self.engine.instances, {})

    def test_who_does_not_wait_hears_that_it_is_being_made(self):
        job = self.create("web", "--async")
        self.assertEqual(job["status"], "creating")
        until(lambda: self.json("vm", "show", "web")["status"] == "running", 20, "it is not made")

    def test_what_is_wrong_is_told_and_nothing_is_made(self):
        for words, status, told in (
                (("vm", "create", "w"), 65, "3 characters"),
                (("vm", "create", "web", "--size", "huge"), 65, "small"),
                (("vm", "create", "web", "--cpu", "x"), 64, "whole number"),
                (("vm", "create", "web", "--wait", "--async"), 64, "one of them"),
                (("vm", "create", "web", "--key", "none"), 66, "none"),
                (("vm", "show", "web"), 66, "web"), (("vm", "delete", "web"), 66, "web"),
                (("vm", "ssh", "web"), 66, "web"), (("vm", "access", "web"), 66, "web")):
            with self.subTest(words):
                self.assertIn(told, self.orien(*words, status=status).stderr)
        self.assertEqual(self.engine.instances, {})

    def test_a_private_key_of_ones_own_is_never_sent(self):
        key = self.home / "id"
        subprocess.run(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", key], check=True)
        done = self.orien("vm", "create", "web", "--key", key, status=65)
        self.assertIn("id.pub", done.stderr)
        self.create("web", "--key", f"{key}.pub")
        self.assertIn((self.home / "id.pub").read_text().split()[1],
                      self.engine.instances[self.json("vm", "show", "web")["id"]]["seed"])

    def test_a_key_is_handed_out_once_into_a_new_file_of_ones_own(self):
        self.create("web")
        taken = self.home / "taken"
        taken.write_text("mine")
        self.orien("vm", "access", "web", "--save", taken, status=75)
        self.assertEqual(taken.read_text(), "mine")
        self.assertNotIn("PRIVATE", self.orien("vm", "access", "web", "--save", "key").stdout)
        key = self.home / "key"
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        public = subprocess.run(["ssh-keygen", "-yf", key], capture_output=True, text=True,
                                check=True).stdout
        self.assertEqual(public.split()[:2],
                         self.json("vm", "access", "web")["ssh_key"]["public_key"].split()[:2])
        again = self.orien("vm", "access", "web", "--save", "other", status=66)
        self.assertIn("handed out at", again.stderr)
        self.assertFalse((self.home / "other").exists())

    def test_without_a_file_the_key_is_shown(self):
        self.create("web")
        shown = self.orien("vm", "access", "web")
        self.assertIn("-----BEGIN OPENSSH PRIVATE KEY-----\n", shown.stdout)
        self.assertNotIn("PRIVATE", self.orien("vm", "access", "web").stdout)

    def test_to_log_in_hands_out_no_key_and_calls_ssh_with_the_host_key_of_this_machine_alone(self):
        made = self.create("web")
        place = self.home / "bin"
        place.mkdir()
        (place / "ssh").write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"; exit 9\n")
        (place / "ssh").chmod(0o755)
        path = f"{place}:/usr/bin:/bin"
        words = self.orien("vm", "ssh", "web", "--", "uname", "-a", status=9,
                           path=path).stdout.splitlines()
        self.assertEqual(words[-4:], ["--", "127.0.0.1", "uname", "-a"])
        self.assertEqual(words[words.index("-p") + 1], str(made["ssh_port"]))
        self.assertIn(f"HostKeyAlias={made['id']}", words)
        self.assertNotIn("-i", words)
        notes = self.home / ".local/share/orien/machines" / made["id"]
        self.assertIn(f'UserKnownHostsFile="{notes}/known_hosts"', words)
        # The key is still there to be had, and is used from then on.
        self.orien("vm", "access", "web", "--save", "key")
        words = self.orien("vm", "ssh", "web", status=9, path=path).stdout.splitlines()
        self.assertEqual(words[words.index("-i") + 1], str(self.home / "key"))
        self.orien("vm", "delete", "web")
        self.assertFalse(notes.exists())

    def test_a_login_by_the_systems_ssh(self):
        made = self.create("web")
        self.orien("vm", "access", "web", "--save", "key")
        server = self.sshd(self.engine.instances[made["id"]]["address"])
        self.addCleanup(server.kill)
        done = self.orien("vm", "ssh", "web", "--", "echo", "in", "&&", "exit", "7", status=7)
        self.assertEqual(done.stdout, "in\n")
        known = (self.home / ".local/share/orien/machines" / made["id"] / "known_hosts").read_text()
        self.assertTrue(known.startswith(made["id"]), known)
        # Somebody else answers there now.
        server.kill()
        server.wait()
        again = self.sshd(self.engine.instances[made["id"]]["address"])
        self.addCleanup(again.kill)
        self.assertIn("HOST IDENTIFICATION HAS CHANGED",
                      self.orien("vm", "ssh", "web", "--", "true", status=255).stderr)

    def sshd(self, address):
        """A real server where the machine would have one, with a host key of its own."""
        host_key = self.home / f"host-{os.urandom(4).hex()}"
        subprocess.run(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", host_key], check=True)
        keys = self.home / "authorized"
        keys.write_text(self.json("vm", "access", "web")["ssh_key"]["public_key"] + "\n")
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        server = subprocess.Popen(
            [SSHD, "-De", "-f", "/dev/null", "-h", host_key, "-o", f"ListenAddress={address}:22",
             "-o", f"AuthorizedKeysFile={keys}", "-o", "PermitRootLogin=prohibit-password",
             "-o", "StrictModes=no", "-o", "UsePAM=no", "-o", "PidFile=none"],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(server.stderr.close)
        for line in server.stderr:
            if "listening" in line:
                return server
        raise AssertionError("sshd does not listen")


if __name__ == "__main__":
    unittest.main()
