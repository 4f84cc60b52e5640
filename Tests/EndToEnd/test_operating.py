"""What an operator does to a node: keys, bounds of requests, reload, drain, a service manager."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from node import BINARIES, ROOT, Node

ECHO = {"sessionId": "s", "toolId": "echo", "args": {"message": "hi"}}


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


class Case(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-operating-"))
        self.addCleanup(shutil.rmtree, self.home)
        self.state = self.home / "state"
        self.settings = self.home / "orien.conf"
        self.configure()

    def configure(self, **settings):
        self.settings.write_text("".join(f"{k}={v}\n" for k, v in settings.items()))

    def start(self, **environment):
        node = Node("--config", self.settings, state=self.state, environment=environment)
        self.addCleanup(node.close)
        return node.start()

    def orien(self, *words, status=0, key=None):
        environment = {"PROVIDER_API_KEY": key} if key else None
        done = self.node.command(*words, environment=environment)
        self.assertEqual(done.returncode, status, f"{words}: {done.stdout}{done.stderr}")
        return done

    def make_key(self, name, *words):
        return self.orien("key", "new", name, "--state", self.state, *words).stdout.strip()


class Keys(Case):
    def setUp(self):
        super().setUp()
        self.node = Node(state=self.state)
        self.node.port = 1
        self.admin = self.make_key("admin", "--role", "operator")
        self.alice = self.make_key("alice")
        self.bob = self.make_key("bob")
        self.node = self.start()

    def test_what_is_anothers_is_not_there(self):
        made = self.node.ask("POST", "/execute?wait=10", ECHO, bearer(self.alice))
        self.assertEqual(made.status, 200, made)
        path = f"/executions/{made.json['executionId']}"
        self.node.ask("PUT", "/sessions/s/files/a", b"hers", bearer(self.alice))
        for part in ("", "/output", "/events", "/receipt", "/artifacts"):
            self.assertEqual(self.node.get(path + part, headers=bearer(self.bob)).status, 404)
        self.assertEqual(
            self.node.get("/sessions/s/files/a", headers=bearer(self.bob)).status, 404)
        listed = self.node.get("/executions", headers=bearer(self.bob)).json["executions"]
        self.assertEqual(listed, [])
        self.assertEqual(self.node.get(path, headers=bearer(self.admin)).status, 200)
        receipt = self.node.get(path + "/receipt", headers=bearer(self.alice))
        self.assertIn('"owner":"alice"', receipt.body.decode().replace("\\", ""))

    def test_a_tenant_operates_nothing(self):
        for method, path in (("POST", "/drain"), ("DELETE", "/drain"), ("POST", "/reload"),
                             ("POST", "/plugins/reload")):
            answer = self.node.ask(method, path, headers=bearer(self.alice))
            self.assertEqual(answer.status, 403, path)

    def test_a_reload_takes_keys_back_and_lets_new_ones_in(self):
        self.orien("key", "revoke", "bob", "--state", self.state)
        carol = self.make_key("carol")
        for key, status in ((self.bob, 200), (carol, 401)):
            self.assertEqual(self.node.get("/tools", headers=bearer(key)).status, status)
        report = self.orien("reload", key=self.admin).stdout
        self.assertIn("keysAdded: carol", report)
        self.assertIn("keysRemoved: bob", report)
        for key, status in ((self.bob, 401), (carol, 200), (self.alice, 200)):
            self.assertEqual(self.node.get("/tools", headers=bearer(key)).status, status)

    def test_a_damaged_file_changes_nothing(self):
        keys = self.state / "keys.json"
        keys.write_text('{"keys":[{}]}')
        self.configure(RATE_LIMIT_PER_MINUTE=1)
        self.orien("reload", key=self.admin, status=65)
        for _ in range(3):
            answer = self.node.ask("POST", "/execute?wait=10", ECHO, bearer(self.alice))
            self.assertEqual(answer.status, 200)

    def test_keys_and_things_outlive_a_restart(self):
        self.node.ask("PUT", "/sessions/s/files/a", b"hers", bearer(self.alice))
        self.node.stop()
        self.node.start()
        for key, status in ((self.alice, 200), (self.bob, 404)):
            self.assertEqual(
                self.node.get("/sessions/s/files/a", headers=bearer(key)).status, status)


class Reloading(Case):
    def setUp(self):
        super().setUp()
        self.node = self.start()

    def test_settings_that_can_hold_now_do_and_others_are_named(self):
        self.configure(RATE_LIMIT_PER_MINUTE=2, QUEUE_LENGTH=7)
        report = self.orien("reload").stdout
        self.assertIn("settings: RATE_LIMIT_PER_MINUTE", report)
        self.assertIn("needingRestart: QUEUE_LENGTH", report)
        # The reload itself was counted by what held before.
        statuses = [self.node.ask("POST", "/execute?wait=10", ECHO).status for _ in range(3)]
        self.assertIn(429, statuses)
        answer = self.node.ask("POST", "/execute", ECHO)
        self.assertEqual(answer.status, 429)
        self.assertEqual(answer.headers["RateLimit-Limit"], "2")
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.assertEqual(self.node.get("/tools").status, 200)

    def test_a_hangup_reloads(self):
        self.configure(RATE_LIMIT_PER_MINUTE=1)
        os.kill(self.node.pid, signal.SIGHUP)
        self.node.said("reloaded")
        self.node.ask("DELETE", "/sessions/s/workspace")
        self.assertEqual(self.node.ask("DELETE", "/sessions/s/workspace").status, 429)

    def test_a_wrong_configuration_changes_nothing(self):
        self.settings.write_text("RATE_LIMIT_PER_MINUTE=1\nNOBODY_KNOWS=1\n")
        done = self.orien("reload", status=78)
        self.assertIn("NOBODY_KNOWS", done.stderr)
        os.kill(self.node.pid, signal.SIGHUP)
        self.node.said("nothing was reloaded")
        for _ in range(3):
            self.assertEqual(self.node.ask("DELETE", "/sessions/s/workspace").status, 200)


class Draining(Case):
    def setUp(self):
        super().setUp()
        self.node = self.start()

    def test_what_runs_goes_on_and_nothing_new_begins_until_it_is_undone(self):
        self.node.upload("s", "main.py", b"input()")
        running = self.node.execute("s", "python_script", {"script": "main.py"}).json
        self.assertIn("takes no new work", self.orien("drain").stdout)
        refused = self.node.ask("POST", "/execute", ECHO)
        self.assertEqual(refused.status, 503)
        self.assertEqual(refused.json["code"], "drained")
        self.orien("status", status=1)
        final = self.node.final(running["executionId"])
        self.assertNotIn(final["status"], ("lost", "cancelled"))
        self.assertIn("takes new work", self.orien("drain", "--undo").stdout)
        self.assertEqual(self.node.ask("POST", "/execute?wait=10", ECHO).status, 200)


class Managed(Case):
    def test_a_service_manager_hears_of_start_life_and_end(self):
        path = self.home / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(path))
            # As systemd's, which everybody may write to.
            path.chmod(0o777)
            manager.settimeout(20)
            self.node = self.start(NOTIFY_SOCKET=str(path), WATCHDOG_USEC="200000")
            heard = [manager.recv(256).decode() for _ in range(4)]
            place = f"STATUS=listening on http://127.0.0.1:{self.node.port}"
            self.assertEqual(heard, ["READY=1\n" + place] + ["WATCHDOG=1"] * 3)
            self.assertEqual(self.node.ask("POST", "/execute?wait=10", ECHO).status, 200)
            self.node.process.terminate()
            while (word := manager.recv(256).decode()) == "WATCHDOG=1":
                pass
            self.assertEqual(word, "STOPPING=1")
            self.assertEqual(self.node.process.wait(20), 0)
            self.node._reader.join()
            self.node.process.stderr.close()


class Production(Case):
    """What the README gives to other programs."""

    def fence(self, name):
        text = (ROOT / "README.md").read_text()
        return re.search(rf"^```\w+ {re.escape(name)}\n(.*?)^```$", text, re.M | re.S).group(1)

    def test_the_alert_rules_name_what_the_node_measures(self):
        self.node = self.start()
        metrics = self.node.get("/metrics").body.decode()
        named = set(re.findall(r"orien_\w+", self.fence("orien.rules.yml")))
        self.assertGreater(len(named), 5)
        for name in named:
            self.assertRegex(metrics, rf"(?m)^# TYPE {name} ")

    def test_systemd_finds_nothing_wrong_with_the_unit(self):
        unit = self.home / "orien.service"
        text = self.fence(unit.name)
        self.assertIn("Type=notify", text)
        unit.write_text(text.replace("/usr/local/bin/orien", str(BINARIES / "orien")))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit],
                              capture_output=True, text=True, timeout=60)
        said = [line for line in done.stderr.splitlines() if "orien.service" in line]
        self.assertEqual((done.returncode, said), (0, []), done.stderr)


class Carrying(Case):
    LARGE = 300_000

    def setUp(self):
        super().setUp()
        self.backup = self.home / "backup.tar"
        self.elsewhere = self.home / "elsewhere"

    def carry(self, *words, state, status=0):
        return self.orien(*words, self.backup, "--state", state, status=status)

    def run_some(self):
        small = self.node.ask("POST", "/execute?wait=10", ECHO).json["executionId"]
        large = self.node.python("s", f"print('x' * {self.LARGE})").json["executionId"]
        return small, large

    def test_a_backup_of_a_node_at_work_is_a_node_elsewhere(self):
        self.node = self.start()
        small, large = self.run_some()
        alice = self.make_key("alice")
        receipt = self.node.get(f"/executions/{small}/receipt").body
        self.carry("backup", state=self.state)
        self.assertEqual(self.backup.stat().st_mode & 0o777, 0o600)
        self.run_some()
        said = self.carry("restore", state=self.elsewhere).stdout
        self.assertIn("restored and verified, up to place 2", said)
        self.assertEqual((self.elsewhere / "node.key").stat().st_mode & 0o777, 0o600)
        self.node.stop()
        admin = "an-operators-key-of-a-test"
        with Node(state=self.elsewhere, environment={"PROVIDER_API_KEY": admin}) as node:
            headers = bearer(admin)
            listed = node.get("/executions", headers=headers).json["executions"]
            self.assertEqual({one["executionId"] for one in listed}, {small, large})
            found = node.get(f"/executions/{small}/receipt", headers=headers).body
            self.assertEqual(found, receipt)
            output = node.get(f"/executions/{large}/output", headers=headers).body
            self.assertEqual(output, b"x" * self.LARGE + b"\n")
            self.assertEqual(node.get("/tools", headers=bearer(alice)).status, 200)
            again = node.ask("POST", "/execute?wait=10", ECHO, headers)
            self.assertEqual(again.status, 200)
        self.orien("receipt", "verify", "--chain", "--state", self.elsewhere)

    def test_a_backup_of_a_node_that_rests_is_the_same(self):
        self.node = self.start()
        self.run_some()
        self.node.stop()
        self.carry("backup", state=self.state)
        self.carry("restore", state=self.elsewhere)

    def test_nothing_is_restored_over_what_is_there_nor_by_halves(self):
        self.node = self.start()
        self.run_some()
        self.carry("backup", state=self.state)
        self.carry("restore", state=self.state, status=75)
        whole = self.backup.read_bytes()
        for name, damaged in (("cut", whole[:-20_000]), ("none", b"x" * 4096), ("empty", b""),
                              ("other", whole.replace(b"ledger.db", b"../../a.b", 1)),
                              ("bit", whole.replace(b"xxxx", b"xxyx", 1))):
            with self.subTest(name):
                self.backup.write_bytes(damaged)
                self.carry("restore", state=self.elsewhere, status=65)
                left = [path.name for path in self.elsewhere.iterdir() if path.is_file()]
                self.assertEqual(left, [])
                if (self.elsewhere / "outputs").exists():
                    self.assertEqual(list((self.elsewhere / "outputs").iterdir()), [])
                shutil.rmtree(self.elsewhere)
        self.assertFalse((self.home.parent / "a.b").exists())

    def test_where_there_is_no_ledger_there_is_no_backup(self):
        self.node = Node(state=self.state)
        self.node.port = 1
        self.make_key("alice")
        self.carry("backup", state=self.state, status=66)
        self.assertFalse(self.backup.exists())


if __name__ == "__main__":
    unittest.main()
