"""Machines that really boot, by the stand-in for multipass: whoever has the key logs in as root,
what he leaves there is there after a stop, and what cloud-init is handed it does."""

import subprocess
import unittest

from machines import ssh
from multipass_case import MultipassCase
from multipass_machines import BootedMachine, ColdMachine


class MachineCase(MultipassCase):
    config = {"patience_milliseconds": 12_000}
    boot = None

    def setUp(self):
        super().setUp()
        self.engine.boot = self.boot
        self.key = self.home / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a: b # c", "-f",
                        self.key], check=True)

    def run_in(self, machine, words):
        done = ssh(self.key, machine["ssh_host"], machine["ssh_port"], words)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout


class Booted(MachineCase):
    boot = BootedMachine

    def test_its_key_opens_it_and_what_was_written_stays(self):
        key = self.key.with_suffix(".pub").read_text()
        machine = self.launch("golem-a", keys=[key], hostname="my-host",
                              deadline_milliseconds=500_000)
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


class Cold(MachineCase):
    """From its first instruction, by cloud-init and systemd."""

    boot = ColdMachine

    def test_what_cloud_init_is_handed_at_the_launch_the_machine_does(self):
        key = self.key.with_suffix(".pub").read_text().strip()
        machine = self.launch("golem-a", keys=[key], hostname="my-host",
                              deadline_milliseconds=500_000)
        name, user, *files = self.run_in(
            machine, "hostname; id -un; cat /etc/ssh/sshd_config.d/allow_root.conf "
                     "/root/.ssh/authorized_keys /var/lib/cloud/instance/user-data.txt"
            ).splitlines()
        self.assertEqual((name, user), ("my-host", "root"))
        self.assertEqual(files[:2], ["PermitRootLogin prohibit-password", key])
        # What cloud-init has read is what multipass was handed, and nothing else.
        self.assertEqual(files[2:], self.engine.instances["golem-a"]["seed"].splitlines())
        self.assertEqual(self.ask("delete", "golem-a"), {"existed": True})
        self.assertEqual(self.engine.machines, {})


if __name__ == "__main__":
    unittest.main()
