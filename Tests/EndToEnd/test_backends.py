"""Backends of roles as an operator meets them: checked alone, listed and replaced in a node."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from node import BINARIES, ROOT, Node, until

ROLES = ROOT / "Tests/Fixtures/roles"


class Backends(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-backends-"))
        self.addCleanup(shutil.rmtree, self.home)
        self.tools = self.home / "tools.d"
        self.tools.mkdir(mode=0o755)
        self.environment = {"ROLES_DIR": str(ROLES)}

    def build(self, *definitions):
        built = self.home / "built.so"
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-I", ROOT / "Sources/COrienABI/include", "-o", built,
             *[f"-D{definition}" for definition in definitions],
             ROOT / "Tests/Fixtures/backend.c"], check=True)
        built.chmod(0o755)
        return built

    def put(self, name, *definitions):
        self.build(*definitions).rename(self.tools / f"{name}.so")

    def check(self, *words):
        return subprocess.run(
            [BINARIES / "orien", "plugin", "check", *words], capture_output=True, text=True,
            timeout=60, env={"PATH": "/usr/bin:/bin", "HOME": str(self.home), **self.environment})

    def start(self, **more):
        node = Node(tools=self.tools, environment=self.environment | more)
        self.addCleanup(node.close)
        return node.start()

    def test_a_backend_that_keeps_to_its_page_passes_every_check(self):
        done = self.check(self.build(), "--role", "echo/1")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        page = json.loads((ROLES / "echo.1.json").read_text())
        self.assertEqual(len(done.stdout.splitlines()), len(page["checks"]) + 1)
        self.assertTrue(all(line.startswith("ok ") for line in done.stdout.splitlines()))

    def test_one_that_does_not_fails_by_name(self):
        done = self.check(self.build('REPLY="{\\"said\\":\\"x\\"}"'), "--role", "echo/1", "--json")
        self.assertEqual(done.returncode, 1, done)
        answer = json.loads(done.stdout)
        self.assertFalse(answer["passed"])
        failed = [one for one in answer["checks"] if not one["passed"]]
        self.assertEqual([one["operation"] for one in failed], ["say"])
        self.assertIn("result.said", failed[0]["message"])

    def test_one_that_is_no_backend_is_asked_nothing(self):
        done = self.check(self.build("LACKS_FORGET"), "--role", "echo/1")
        self.assertEqual(done.returncode, 1, done)
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertIn("lacks forget", done.stdout)

    def test_what_cannot_be_checked_is_told_apart_from_what_fails(self):
        self.assertEqual(self.check(self.build(), "--role", "echo/7").returncode, 66)
        self.assertEqual(self.check(self.build()).returncode, 64)
        self.assertEqual(self.check(self.home / "none.so", "--role", "echo/1").returncode, 66)

    def test_each_role_is_listed_with_its_backend_or_the_reason(self):
        self.put("one", 'PLUGIN_ID="test.one"')
        self.put("two", 'PLUGIN_ID="test.two"')
        node = self.start()
        (row,) = node.get("/tools").json["backends"]
        self.assertFalse(row["available"])
        for word in ("test.one", "test.two", "BACKENDS"):
            self.assertIn(word, row["reason"])
        listed = node.command("plugins").stdout
        self.assertIn("echo/1", listed)
        self.assertIn("BACKENDS=echo/1:test.one", listed)
        node.close()
        node = self.start(BACKENDS="echo/1:test.two")
        (row,) = node.get("/plugins").json["backends"]
        self.assertEqual((row["plugin"], row["available"]), ("test.two", True))

    def test_a_backend_that_does_not_open_leaves_the_one_before_it(self):
        self.put("one")
        node = self.start()
        self.put("one", "REFUSES_OPEN")

        def refused():
            listed = node.get("/plugins").json["plugins"]
            return [one for one in listed if one["state"] == "refused"]

        (one,) = until(refused, 20, "what does not open is not told of")
        self.assertIn("generation 1 serves on", one["reason"])
        (row,) = node.get("/plugins").json["backends"]
        self.assertTrue(row["available"], row)


if __name__ == "__main__":
    unittest.main()
