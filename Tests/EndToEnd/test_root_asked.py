"""What root still does for a node that has given it up, asked by one that somebody has taken over:
it has the node's sockets and the node's user, and gets no more by them than that user has."""

import array
import errno
import os
import pathlib
import pwd
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

from jail import HEADER, Jail, read_frame
from node import passable, until
from reachable import reachable

USER = pwd.getpwnam("nobody")
BINARIES, _ = reachable()
OWNER = f"{USER.pw_uid}:{USER.pw_gid}"
FIRST_USER = ("--first-user", "1899000000")
# As orien_jail.h and orien_jail_warden.h number them.
KEEPER, LASTING, BEGAN, ENDED = 17, 18, 19, 20
JAIL, OUTSIDE = 0, 1
# Opens what is mounted over the first folder, where only it sees that, and hands it over; its
# mounts are there until nobody needs them.
MASQUERADE = """
import os, socket, sys
there = socket.socket(fileno=int(sys.argv[2]))
socket.send_fds(there, [b"x"], [os.open(sys.argv[1], os.O_PATH)])
there.recv(1)
"""
# Becomes a program that has the descriptor at 3, whatever number that comes by: a shell may know
# one digit only.
AT_THREE = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.execv(sys.argv[2], sys.argv[2:])
"""


class Case(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(passable(tempfile.mkdtemp)(prefix="orien-asked-"))
        self.addCleanup(subprocess.run, ["rm", "-rf", self.home])


class Lending(Case):
    """The launcher shows a jail what the node hands it, as if it were the jail's user's."""

    def setUp(self):
        super().setUp()
        self.named, self.secret = self.home / "named", self.home / "secret"
        for folder in self.named, self.secret:
            folder.mkdir(mode=0o700)
            (folder / "file").write_text(f"of {folder.name}\n")
            (folder / "file").chmod(0o600)

    def jail(self, *options):
        jail = Jail(str(BINARIES / "orien-jail"), self.home, *FIRST_USER, *options)
        self.addCleanup(jail.close)
        self.assertEqual(jail.level, "root", jail.why)
        if options:
            os.chown(jail.workspace("workspace"), USER.pw_uid, USER.pw_gid)
        return jail

    def read(self, jail, thing):
        """What a program reads there; the errno where it is not even started."""
        run = jail.start("/bin/cat", "/srv/shown/file", places=[("r/srv/shown", thing)])
        end = run.wait()
        text = run.read()
        run.close()
        return text or (end.fault, end.error)

    def opened(self, path):
        thing = os.open(path, os.O_PATH)
        self.addCleanup(os.close, thing)
        return thing

    def test_what_is_others_is_shown_where_it_was_named_at_the_start_alone(self):
        jail = self.jail("--owner", OWNER, "--place", str(self.named))
        self.assertEqual(self.read(jail, self.opened(self.named)), "of named\n")
        self.assertEqual(self.read(jail, self.opened(self.secret)), ("host", errno.EACCES))
        # Without the defence it is.
        self.assertEqual(self.read(self.jail(), self.opened(self.secret)), "of secret\n")

    def test_what_only_goes_by_the_name_is_not_shown(self):
        jail = self.jail("--owner", OWNER, "--place", str(self.named))
        near, far = socket.socketpair()
        with near:
            process = subprocess.Popen(
                ["unshare", "--mount", "sh", "-c",
                 'mount --bind "$1" "$2" && exec "$3" -c "$4" "$2" "$5"', "sh", self.secret,
                 self.named, sys.executable, MASQUERADE, str(far.fileno())],
                pass_fds=[far.fileno()])
            far.close()
            _, (thing,), _, _ = socket.recv_fds(near, 1, 1)
            self.addCleanup(os.close, thing)
            self.assertEqual(os.readlink(f"/proc/self/fd/{thing}"), str(self.named))
            fault, error = self.read(jail, thing)
        self.assertEqual(process.wait(20), 0)
        self.assertEqual(fault, "host")
        self.assertIn(error, (errno.ESTALE, errno.EACCES, errno.EINVAL))


class Lesser(Case):
    def test_where_roots_walls_cannot_be_had_the_jail_is_the_users(self):
        # Layers cannot be shown to another user.
        for name in "lower", "upper", "work", "all":
            (self.home / name).mkdir()
        subprocess.run(
            ["mount", "-t", "overlay", "-o",
             ",".join(f"{option}={self.home}/{name}" for option, name in
                      (("lowerdir", "lower"), ("upperdir", "upper"), ("workdir", "work"))),
             "all", self.home / "all"], check=True)
        self.addCleanup(subprocess.run, ["umount", self.home / "all"])
        jail = Jail(str(BINARIES / "orien-jail"), self.home / "all", *FIRST_USER, "--owner", OWNER,
                    "--workspaces", str(self.home / "all"))
        self.addCleanup(jail.close)
        self.assertIn(jail.level, ("user", "none"))
        status = pathlib.Path(f"/proc/{jail.pid}/status").read_text()
        self.assertIn(f"Uid:\t{USER.pw_uid}\t{USER.pw_uid}\t{USER.pw_uid}\t{USER.pw_uid}\n", status)
        for folder in jail.workspace("workspace"), jail.state:
            os.chown(folder, USER.pw_uid, USER.pw_gid)
        end, text = jail.run("/usr/bin/id", "-u")
        self.assertEqual((end.fault, end.code, text), ("ran", 0, f"{USER.pw_uid}\n"))


class Asking(Case):
    """The warden starts what it was told of, and hangs up on who asks for anything else."""

    def setUp(self):
        super().setUp()
        self.records = self.home / "lasting"
        self.records.mkdir(mode=0o750)
        self.warden, far = socket.socketpair()
        self.addCleanup(self.warden.close)
        self.warden.settimeout(20)
        names = [f"orien-{os.urandom(8).hex()}" for _ in range(3)]
        options = [word for pair in zip(("--jail", "--outside", "--lasting"), names)
                   for word in pair]
        number = far.fileno()
        self.process = subprocess.Popen(
            [sys.executable, "-c", AT_THREE, str(number),
             BINARIES / "orien-jail", "warden", *options, "--records", self.records, "--owner",
             OWNER], pass_fds=[number], stderr=subprocess.DEVNULL)
        far.close()
        self.addCleanup(self.process.wait, 20)
        self.lifelines = []
        self.addCleanup(lambda: [os.close(one) for one in self.lifelines])
        self.addCleanup(self.warden.close)

    def send(self, kind, body, descriptors):
        passed = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        self.warden.sendmsg([HEADER.pack(len(body), kind, 0) + body], passed)

    def keeper(self, kind, *options):
        """Asks for one, and answers its leash."""
        words = b"".join(option.encode() + b"\0" for option in options)
        leash, far = socket.socketpair()
        control, near = socket.socketpair()
        lifeline, mine = os.pipe()
        nothing, voice = os.pipe()
        lock = os.open(self.home / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        self.lifelines.append(mine)
        self.send(KEEPER, struct.pack("<II", kind, len(options)) + words,
                  [far.fileno(), voice, near.fileno(), lifeline, lock])
        for one in far, near:
            one.close()
        for one in lifeline, nothing, voice, lock:
            os.close(one)
        leash.settimeout(20)
        self.addCleanup(leash.close)
        self.addCleanup(control.close)
        return leash

    def began(self, leash):
        kind, pid, _, _ = read_frame(leash)
        self.assertEqual(kind, BEGAN)
        return pid

    def has_hung_up(self):
        return self.warden.recv(1) == b""

    def words(self, pid):
        """Those that it was started with, once it is the keeper and no more the warden's fork."""
        def read():
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
            return words if words[1:2] == ["keeper"] else None
        return until(read, 20, "it becomes no keeper")

    def test_a_keeper_is_told_the_same_each_time(self):
        leash = self.keeper(JAIL, *FIRST_USER)
        pid = self.began(leash)
        leash.send(b"k")
        kind, status, _, _ = read_frame(leash)
        self.assertEqual((kind, os.WTERMSIG(status)), (ENDED, 9))
        self.began(self.keeper(JAIL, *FIRST_USER))
        self.keeper(JAIL, *FIRST_USER, "--shared", "/root:/srv/all")
        self.assertTrue(self.has_hung_up())
        self.assertFalse(pathlib.Path(f"/proc/{pid}").exists())

    def test_what_the_node_says_is_not_said_of_the_owner(self):
        words = self.words(self.began(self.keeper(JAIL, *FIRST_USER, "--owner", "1:1")))
        # Of two the last counts.
        self.assertEqual(words[-2:], ["--owner", OWNER])

    def test_nothing_is_said_of_what_runs_outside(self):
        words = self.words(self.began(self.keeper(OUTSIDE)))
        self.assertEqual(words[3:], ["--walls", "none", "--scopes", "none", "--owner", OWNER])
        self.keeper(OUTSIDE, *FIRST_USER)
        self.assertTrue(self.has_hung_up())

    def test_what_lasts_is_asked_for_by_names_that_lead_nowhere(self):
        near, far = socket.socketpair()
        with near, far:
            name = b"../../etc/shadow".ljust(264, b"\0")
            self.send(LASTING, struct.pack("<IIQ", 2, 0, 0) + name, [far.fileno()])
        self.assertTrue(self.has_hung_up())

    def test_records_that_somebody_has_put_there_are_not_believed(self):
        name = b"owner/name".ljust(264, b"\0")
        for owner in 0, USER.pw_uid:
            with self.subTest(owner):
                os.chown(self.records, owner, USER.pw_gid)
                near, far = socket.socketpair()
                near.settimeout(20)
                with near:
                    self.send(LASTING, struct.pack("<IIQ", 2, 0, 0) + name, [far.fileno()])
                    far.close()
                    # Root's are looked into, and there is none of that name.
                    answered = near.recv(HEADER.size) != b""
                    self.assertEqual(answered, owner == 0)


if __name__ == "__main__":
    unittest.main()
