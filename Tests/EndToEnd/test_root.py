"""A node that root has started and that goes on as somebody else: no thread of it has a privilege
left, what is root's alone it neither reads nor writes, and it can all that a node of root's can."""

import errno
import os
import pathlib
import pwd
import signal
import socket
import subprocess
import tempfile
import unittest

from node import ROOT, Node, descendants, name_of, passable, until
from reachable import reachable
from workshop import Workshop

USER = pwd.getpwnam("nobody")
BINARIES, TOOLS = reachable()
REFUSED = f"{errno.EACCES} {errno.EACCES} {errno.EPERM}"
DONE = "0 0 0"
SCRIPT = "import os\nopen('made', 'w').write('x')\nprint(os.getuid(), open('told').read())\n"


def status(pid, task):
    text = pathlib.Path(f"/proc/{pid}/task/{task}/status").read_text()
    return dict(line.split(":", 1) for line in text.splitlines())


class RootCase(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(passable(tempfile.mkdtemp)(prefix="orien-root-"))
        self.state = self.home / "state"
        self.addCleanup(subprocess.run, ["rm", "-rf", self.home])

    def start(self, user=USER.pw_name, *flags, tools=None, **settings):
        node = Node(*flags, state=self.state, binaries=BINARIES, tools=tools or TOOLS,
                    environment={"RUN_AS": user} | settings)
        self.addCleanup(node.close)
        return node.start()

    def run_script(self, node, session, told=None):
        if told:
            self.assertIn(node.upload(session, "told", told).status, (200, 201))
        record = node.python(session, SCRIPT, 20).json
        self.assertEqual(record["status"], "completed", record)
        return record

    def refusal(self, wanted, **options):
        done = subprocess.run(
            [BINARIES / "orien", "serve", "--listen", "127.0.0.1:0", "--state", self.state],
            env={"PATH": os.environ["PATH"], "HOME": str(self.home), "RUN_AS": wanted},
            capture_output=True, text=True, timeout=60, **options)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr


class Given(RootCase):
    def test_no_thread_is_root_or_has_anything_of_it(self):
        node = self.start()
        self.run_script(node, "s", b"x")
        tasks = os.listdir(f"/proc/{node.pid}/task")
        self.assertGreater(len(tasks), 3)
        for task in tasks:
            has = status(node.pid, task)
            self.assertEqual(has["Uid"].split(), [str(USER.pw_uid)] * 4)
            self.assertEqual(has["Gid"].split(), [str(USER.pw_gid)] * 4)
            self.assertEqual(has["Groups"].split(), [])
            for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
                self.assertEqual(int(has[name], 16), 0, name)
            self.assertEqual(has["NoNewPrivs"].strip(), "1")
        self.assertEqual(node.get("/health").json["user"], USER.pw_name)

    def test_what_is_roots_alone_it_neither_reads_nor_writes(self):
        shop = Workshop()
        self.addCleanup(shop.close)
        shop.home.chmod(0o711)
        (shop.home / "tool.c").write_text((ROOT / "Tests/Fixtures/reach.c").read_text())
        shop.put("tool", 1)
        shop.manifest("tool", isolation="node")
        secret = self.home / "secret"
        secret.write_text("root's alone")
        secret.chmod(0o600)
        for user, said in ((USER.pw_name, REFUSED), ("root", DONE)):
            with self.subTest(user):
                self.state = self.home / user
                node = self.start(user, tools=shop.tools)
                reach = {"read": str(secret), "make": str(self.home / f"made-by-{user}")}
                record = node.execute("s", "tool", reach, wait=20).json
                self.assertEqual((record["output"], record["isolation"]), (said, "node"), record)

    def test_whom_nobody_can_be_is_refused(self):
        self.assertIn("RUN_AS: there is no user \"no-such\"", self.refusal("no-such"))
        said = self.refusal("root", user=USER.pw_uid, group=USER.pw_gid)
        self.assertIn("only root can become another user", said)

    def test_a_state_folder_of_somebody_else_is_refused(self):
        self.state.mkdir(mode=0o700)
        os.chown(self.state, 12345, 12345)
        self.assertIn("owned by user 12345", self.refusal(USER.pw_name))


class Working(RootCase):
    def test_programs_are_held_by_all_that_roots_are_held_by(self):
        said = {}
        for user in (USER.pw_name, "root"):
            self.state = self.home / user
            node = self.start(user)
            record = self.run_script(node, "s", b"told")
            uid, told = record["output"].split()
            self.assertGreaterEqual(int(uid), 1900000000)
            self.assertEqual(told, "told")
            self.assertEqual(node.get("/sessions/s/files/made").body, b"x")
            self.assertGreater(record["usage"]["cpuUserMicroseconds"], 0)
            health = node.get("/health").json
            held = {name: limit["enforcedBy"] for name, limit in record["limits"].items()}
            said[user] = (record["isolation"], held, health["isolation"],
                          health["workspaces"], health["status"])
            self.assertEqual(node.stop(), 0)
        self.assertEqual(said[USER.pw_name], said["root"])

    def test_a_keeper_that_is_killed_is_replaced(self):
        node = self.start()
        self.run_script(node, "s", b"x")
        for _ in range(2):
            keeper = node.jail("keeper")
            os.kill(keeper, signal.SIGKILL)
            until(lambda: node.jail("keeper") not in (None, keeper), 20, "no keeper follows")
            until(lambda: node.jail("launcher"), 20, "no launcher follows")
            # What was mounted for the session is found again.
            self.run_script(node, "s")

    def test_nothing_is_left_of_a_node_that_is_killed(self):
        node = self.start()
        self.run_script(node, "s", b"x")
        parts = descendants(node.pid)
        self.assertIn("orien-warden", [name_of(pid) for pid in parts])
        node.kill()
        until(lambda: not any(pathlib.Path(f"/proc/{pid}").exists() for pid in parts), 20,
              "parts of the jail are left")

    def test_it_listens_where_only_root_may(self):
        for port in range(1023, 600, -1):
            with socket.socket() as trial:
                try:
                    trial.bind(("127.0.0.1", port))
                    break
                except OSError:
                    continue
        node = self.start(USER.pw_name, "--listen", f"127.0.0.1:{port}")
        node.port = port
        self.assertEqual(node.get("/health").status, 200)


class Taking(RootCase):
    def test_what_a_node_of_roots_has_left_is_the_users_and_nothing_else(self):
        outside = self.home / "outside"
        outside.write_text("untouched")
        for quota in ("image", "count"):
            with self.subTest(quota):
                self.state = self.home / quota
                node = self.start("root", WORKSPACE_QUOTA=quota)
                self.run_script(node, "s", b"kept")
                self.assertEqual(node.stop(), 0)
                (self.state / "link").symlink_to(outside)
                node = self.start(WORKSPACE_QUOTA=quota)
                self.assertEqual(node.get("/sessions/s/files/told").body, b"kept")
                # It writes over what root's node had made.
                self.assertTrue(self.run_script(node, "s")["output"].endswith("kept\n"))
                self.assertEqual(node.upload("s", "told", b"new").status // 100, 2)
                self.assertEqual(node.stop(), 0)
                self.assertEqual(outside.stat().st_uid, 0)
                self.assertEqual((self.state / "ledger.db").stat().st_uid, USER.pw_uid)

    def test_commands_of_roots_leave_what_they_make_to_the_user(self):
        node = self.start()
        done = node.command("key", "new", "alice", "--state", self.state)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.state / "keys.json").stat().st_uid, USER.pw_uid)
        done = node.command("reload")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("alice", done.stdout)


if __name__ == "__main__":
    unittest.main()
