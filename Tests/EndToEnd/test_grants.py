"""What a manifest grants a plugin of the machine, in a worker and in the node, and what not."""

import os
import pathlib
import shutil
import socket
import tempfile
import threading
import unittest

from node import ROOT, until
from test_plugins import PluginCase

SOURCE = ROOT / "Tests/Fixtures/granted.c"


class GrantCase(PluginCase):
    needs = '"orien.process/1"'

    def setUp(self):
        super().setUp()
        self.source(self.needs)
        self.shop.put("tool", 1)
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="orien-granted-", dir="/srv"))
        self.addCleanup(shutil.rmtree, self.place)

    def source(self, needs):
        (self.shop.home / "tool.c").write_text(
            SOURCE.read_text().replace("NEEDS", needs))

    def ask(self, *words):
        return self.node.execute("s", "tool", {"words": list(words)}, wait=20).json

    def said(self, *words):
        record = self.ask(*words)
        self.assertEqual(record["status"], "completed", record)
        return record["output"]

    def listen(self, path):
        """Answers whoever connects."""
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(path))
        server.listen()
        self.addCleanup(server.close)

        def answer():
            while True:
                try:
                    with server.accept()[0] as client:
                        client.send(b"it is me")
                except OSError:
                    return
        threading.Thread(target=answer, daemon=True).start()


class Places(GrantCase):
    def setUp(self):
        super().setUp()
        for name in ("seen", "kept"):
            (self.place / name).mkdir(mode=0o700)
            (self.place / name / "file").write_text("old")
            (self.place / name / "file").chmod(0o600)
        self.engine = pathlib.Path(tempfile.mkdtemp(prefix="orien-granted-", dir="/run"))
        self.addCleanup(shutil.rmtree, self.engine)

    def test_folders_are_where_it_was_said_and_written_only_where_it_was_said(self):
        self.shop.manifest("tool", grants={"folders": [
            {"path": f"{self.place}/seen", "at": "/srv/models"},
            {"path": f"{self.place}/kept", "at": "/var/lib/kept", "writable": True}]})
        self.start()
        self.assertEqual(self.said("read", "/srv/models/file"), "old")
        self.assertIn(self.said("write", "/srv/models/file"),
                      ("Read-only file system", "Permission denied"))
        self.assertIn("Read-only", self.said("write", "/srv/models/other"))
        self.assertEqual(self.said("write", "/var/lib/kept/file"), "new")
        self.assertEqual((self.place / "kept" / "file").read_text(), "new")
        self.assertEqual(self.said("write", "/var/lib/kept/made"), "new")
        self.assertEqual((self.place / "kept" / "made").stat().st_uid, os.geteuid())
        # Nothing beside them, no way up to where they are, and what was there before still is.
        self.assertEqual(self.said("list", "/srv"), "models ")
        self.assertEqual(self.said("list", "/var/lib"), "kept ")
        self.assertIn("No such file", self.said("list", str(self.place)))
        self.assertIn("tmp ", self.said("list", "/var"))
        self.assertNotIn("old", self.said("read", "/srv/models/../../kept/file"))
        for path in ("/srv/x", "/var/x", "/var/lib/x", "/x"):
            self.assertIn("Read-only", self.said("write", path))
        # Another's jail has none of it.
        self.shop.build("bare", 1)
        self.shop.put("bare", 1)
        self.reload()
        bare = self.node.execute("s", "bare", {"words": ["list", "/srv"]}, wait=20).json
        self.assertEqual(bare["output"], "")

    def test_a_socket_is_there_by_its_path_and_nothing_around_it(self):
        self.listen(self.engine / "engine.sock")
        self.listen(self.engine / "other.sock")
        # As daemons have theirs: of a group whose members may connect.
        os.chown(self.engine / "engine.sock", -1, 4242)
        (self.engine / "engine.sock").chmod(0o660)
        self.shop.manifest("tool", grants={"sockets": [f"{self.engine}/engine.sock"]})
        self.start()
        self.assertEqual(self.said("connect", f"{self.engine}/engine.sock"), "it is me")
        self.assertEqual(self.said("list", str(self.engine)), "engine.sock ")
        self.assertIn("No such file", self.said("connect", f"{self.engine}/other.sock"))
        self.assertIn("warm", self.said("list", "/run"))
        self.assertIn("Read-only", self.said("write", f"{self.engine}/x"))
        self.assertIn("socket:", self.node.command("plugins").stdout)

    def test_what_a_link_leads_to_is_not_shown(self):
        self.listen(self.engine / "engine.sock")
        (self.engine / "link.sock").symlink_to(self.engine / "engine.sock")
        (self.place / "way").symlink_to(self.place / "seen")
        for grants in ({"sockets": [f"{self.engine}/link.sock"]},
                       {"folders": [{"path": f"{self.place}/way", "at": "/srv/x"}]},
                       {"folders": [{"path": f"{self.engine}/engine.sock", "at": "/srv/x"}]},
                       {"sockets": [f"{self.place}/seen"]}):
            with self.subTest(str(grants)):
                self.shop.manifest("tool", grants=grants)
                self.start()
                record = self.ask("list", "/srv")
                self.assertEqual(record["status"], "failed")
                self.assertIn(record["reason"], ("untrusted-place", "no-place"), record)
                self.node.close()


class Programs(GrantCase):
    def test_one_that_is_granted_runs_outside_and_others_are_denied_by_name(self):
        for isolation in ("worker", "node"):
            with self.subTest(isolation):
                self.shop.manifest(
                    "tool", isolation=isolation,
                    grants={"programs": [
                        {"program": "grep", "path": "/usr/bin/grep",
                         "arguments": [["Seccomp:|CapBnd:", "/proc/self/status"]]},
                        {"program": "pwd", "path": "/usr/bin/pwd"},
                        {"program": "cat", "path": "/usr/bin/cat",
                         "arguments": [["/proc/self/cgroup"], ["/proc/self/net/dev"]]}]})
                self.start()
                self.assertEqual(self.said("start", "grep", "Seccomp:", "/proc/self/status"),
                                 "Seccomp:\t0\n")
                privileges = pathlib.Path("/proc/self/status").read_text().split("CapBnd:")[1]
                self.assertEqual(self.said("start", "grep", "CapBnd:", "/proc/self/status"),
                                 "CapBnd:" + privileges.split("\n")[0] + "\n")
                own = pathlib.Path("/proc/self/net/dev").read_text().count("\n")
                self.assertEqual(
                    self.said("start", "cat", "/proc/self/net/dev").count("\n"), own)
                self.assertEqual(self.said("start", "pwd"),
                                 f"{self.node.state}/plugins/data/test.tool\n")
                record = self.ask("start", "grep", "-r", "x")
                self.assertEqual((record["status"], record["reason"]), ("failed", "not-granted"))
                self.assertIn('tool.json grants "grep" none of these arguments', record["message"])
                record = self.ask("start", "sh", "-c", "id")
                self.assertEqual(record["reason"], "not-granted")
                self.assertIn('"program": "sh"', record["message"])
                self.node.close()

    def test_its_whole_tree_dies_with_the_call_and_with_the_node(self):
        self.shop.manifest("tool", grants={"programs": [
            {"program": "sh", "path": "/usr/bin/dash", "arguments": [["-c", "(.|\\n)*"]]}]})
        self.start()
        data = self.node.state / "plugins" / "data" / "test.tool"
        script = "setsid sh -c 'setsid sleep 999 & echo $! > pid.new; mv pid.new pid; sleep 999'"

        def begin():
            (data / "pid").unlink(missing_ok=True)
            running = self.node.execute("s", "tool", {"words": ["start", "sh", "-c", script]})
            until((data / "pid").exists, 20, "the program does not run")
            return running.json["executionId"], int((data / "pid").read_text())

        def is_there(pid):
            return os.path.exists(f"/proc/{pid}")

        running, pid = begin()
        self.assertTrue(is_there(pid))
        self.node.ask("DELETE", f"/executions/{running}")
        self.assertEqual(self.node.final(running)["status"], "cancelled")
        self.assertFalse(is_there(pid))
        running, pid = begin()
        self.node.kill()
        until(lambda: not is_there(pid), 10, "a program outlived its node")


class Needs(GrantCase):
    needs = '"program:nginx", "socket:{engine}", "network:{rpc}"'

    def test_what_it_needs_and_nobody_granted_is_told_by_name_until_it_is(self):
        self.source('"program:nginx", "socket:{engine}", "network:example.org:443"')
        (self.shop.home / "tool-1.built").unlink()
        self.shop.put("tool", 1)
        engine = str(self.place / "engine.sock")
        self.listen(engine)
        config = {"engine": f"unix://{engine}"}
        self.shop.manifest("tool", config=config)
        self.start()
        manifest = {"config": config, "grants": {}}
        steps = [
            ("program:nginx", lambda: manifest["grants"].update(programs=[
                {"program": "nginx", "path": "/usr/sbin/nginx", "arguments": [["-t"]]}])),
            (f"socket:{engine}", lambda: manifest["grants"].update(sockets=[engine])),
            ("network:example.org:443", lambda: manifest.update(
                network={"allow": ["*.org:443"]}))]
        for need, grant in steps:
            shown = self.plugin("tool")
            self.assertEqual(shown["state"], "unavailable")
            self.assertIn(f"needs {need}, which tool.json does not grant", shown["reason"])
            self.assertIn(need, self.node.command("plugins").stdout)
            refused = self.node.execute("s", "tool", {"words": ["list", "/"]}, wait=20)
            self.assertEqual((refused.status, refused.json["code"]), (503, "not-granted"))
            grant()
            self.shop.manifest("tool", **manifest)
            self.reload()
        self.assertEqual(self.plugin("tool")["state"], "ready")
        self.assertEqual(self.plugin("tool")["grants"], [
            "program:nginx", f"socket:{engine}", "network:*.org:443"])
        # Taken back, it serves no longer, though its library is what it was.
        del manifest["grants"]["programs"]
        self.shop.manifest("tool", **manifest)
        self.reload()
        self.assertEqual(self.plugin("tool")["state"], "unavailable")

    def test_a_setting_that_there_is_not_makes_no_need(self):
        self.start()
        listed = self.node.get("/plugins").json["plugins"][0]
        self.assertIn("needs program:nginx", listed["reason"])
        self.shop.manifest("tool", grants={"programs": [
            {"program": "nginx", "path": "/usr/sbin/nginx"}]})
        self.assertIn('no setting "rpc"', self.reload()[0]["reason"])


if __name__ == "__main__":
    unittest.main()
