"""Machines that go on from where one was put by: of one memory they come, and share nothing."""

import contextlib
import hashlib
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

import machines
from multipass_machines import address

# What the first line of each answer says, in turn; then its draws, and what others have left there.
ASKED = ("hostname", "date +%s", "cat /root/.ssh/authorized_keys",
         "cat /etc/ssh/ssh_host_ed25519_key.pub", "cat /proc/sys/kernel/random/boot_id",
         "cat /proc/sys/kernel/random/uuid", "ls /root /tmp /run/seed")


class PutBy(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-put-by-"))
        self.addCleanup(shutil.rmtree, self.home)

    def key(self, name):
        key = self.home / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key],
                       check=True)
        return key, key.with_suffix(".pub").read_text().strip()

    def ask(self, key, machine, words):
        done = machines.ssh(key, machine.address, machine.port, words)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout

    def test_each_is_its_own_and_what_they_come_from_stays_as_it_was(self):
        before, answers, offered = self.put_by(), [], []
        with contextlib.ExitStack() as up:
            pairs = []
            for name in ("one", "other"):
                key, line = self.key(name)
                told = f'#cloud-config\nhostname: "{name}"\nssh_authorized_keys:\n  - "{line}"\n'
                pairs.append((key, up.enter_context(machines.Machine(told, address()))))
            for key, machine in pairs:
                self.assertTrue(machine.banner().startswith(b"SSH-2.0-OpenSSH"))
                offered.append(self.offered(machine))
                began = time.time()
                answer = self.ask(key, machine, "; ".join(ASKED)).splitlines()
                # Its clock knows whole seconds.
                self.assertTrue(began - 2 < int(answer[1]) < time.time() + 2, (began, answer))
                answers.append(answer)
                self.ask(key, machine, "touch /root/was-here /tmp/was-here; sync")
            self.refuse_each_others_keys(pairs)
        for (key, _), answer, host in zip(pairs, answers, offered):
            self.assertEqual((answer[0], answer[2]),
                             (key.name, key.with_suffix(".pub").read_text().strip()))
            self.assertEqual(answer[3].split()[1], host)
            self.assertNotIn("was-here", answer[6:])
        one, other = answers
        for place in (3, 4, 5):
            self.assertNotEqual(one[place].split()[:2], other[place].split()[:2], ASKED[place])
        self.assertEqual(self.put_by(), before)

    def refuse_each_others_keys(self, pairs):
        for (key, _), (_, machine) in zip(pairs, reversed(pairs)):
            self.assertEqual(machines.ssh(key, machine.address, machine.port, "true").returncode,
                             255)

    def offered(self, machine):
        """The key by which whoever answers there is known."""
        said = subprocess.run(
            ["ssh-keyscan", "-T", "30", "-t", "ed25519", "-p", str(machine.port), machine.address],
            check=True, capture_output=True, text=True)
        return said.stdout.split()[-1]

    def put_by(self):
        """What every such machine goes on from, to the byte."""
        ready = machines.ready_image()
        digests = {}
        for part in ("disk", "memory", "state"):
            with (ready / part).open("rb") as file:
                digests[part] = hashlib.file_digest(file, "sha1").hexdigest()
        return digests


if __name__ == "__main__":
    unittest.main()
