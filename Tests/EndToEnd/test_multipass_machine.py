"""A machine that really boots, by the stand-in for multipass: whoever has the key logs in as
root, and what he leaves there is there after a stop."""

import subprocess
import unittest

from machines import ssh
from multipass_case import MultipassCase
from multipass_machines import BootedMachine


class Booted(MultipassCase):
    config = {"patience_milliseconds": 12_000}

    def setUp(self):
        super().setUp()
        self.engine.boot = BootedMachine
        self.key = self.home / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a: b # c", "-f",
                        self.key], check=True)

    def run_in(self, machine, words):
        done = ssh(self.key, machine["ssh_host"], machine["ssh_port"], words)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout

    def test_its_key_opens_it_and_what_was_written_stays(self):
        key = self.key.with_suffix(".pub").read_text()
        machine = self.launch("golem-a", keys=[key], hostname="my-host",
                              deadline_milliseconds=180_000)
        self.assertEqual(self.run_in(machine, "id -u; hostname; echo kept >/root/kept; sync"),
                         "0\nmy-host\n")
        other = self.home / "other"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other], check=True)
        self.assertEqual(ssh(other, machine["ssh_host"], 22, "true").returncode, 255)
        self.assertEqual(self.ask("stop", "golem-a")["machine"]["state"], "stopped")
        self.assertEqual(ssh(self.key, machine["ssh_host"], 22, "true").returncode, 255)
        again = self.ask("start", "golem-a")["machine"]
        self.assertEqual(self.run_in(again, "cat /root/kept"), "kept\n")
        process = self.engine.machines["golem-a"].process
        self.assertEqual(self.ask("delete", "golem-a"), {"existed": True})
        self.assertIsNotNone(process.poll())


if __name__ == "__main__":
    unittest.main()
