"""Sandboxes by the command line, and at a port of their own."""

import http.client
import pathlib
import shutil
import tempfile

from case import KEY, NodeCase
from ports import free_port


class Commands(NodeCase):
    """`orien sandbox run`."""

    def setUp(self):
        super().setUp()
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="orien-sandbox-"))
        self.addCleanup(shutil.rmtree, self.place)

    def run_file(self, name, code, *words, status=0):
        (self.place / name).write_text(code)
        done = self.node.command("sandbox", "run", str(self.place / name), *map(str, words),
                                 environment={"PROVIDER_API_KEY": KEY})
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def test_its_streams_and_its_exit_are_the_codes(self):
        done = self.run_file("x.py", "import sys; print('out'); print('err', file=sys.stderr);"
                                     "sys.exit(7)", status=7)
        self.assertEqual((done.stdout, done.stderr), ("out\n", "err\n"))
        self.assertEqual(self.run_file("x.js", "console.log(1)").stdout, "1\n")
        self.assertEqual(self.run_file("x", "echo $0", "--language", "bash").stdout, "./main.sh\n")
        self.run_file("x.py", "while True: pass", "--timeout", 1, status=124)

    def test_files_go_in_and_artifacts_come_out(self):
        (self.place / "in").write_text("7")
        kept = self.place / "kept"
        done = self.run_file(
            "x.py", "import os; x = open('number').read(); os.makedirs('a/b')\n"
                    "open('a/b/c', 'w').write(x * 2); open('bin', 'wb').write(b'\\xff')\n"
                    "os.symlink('/etc/passwd', 'link')",
            "--file", f"{self.place / 'in'}:number", "--artifacts", kept)
        self.assertEqual((kept / "a/b/c").read_text(), "77")
        self.assertEqual((kept / "bin").read_bytes(), b"\xff")
        self.assertFalse((kept / "link").exists())
        self.assertIn("link", done.stderr)

    def test_without_a_place_for_artifacts_nothing_is_written(self):
        self.run_file("x.py", "open('new', 'w')", status=1)

    def test_what_is_wrong_is_told(self):
        self.run_file("x.py", "", "--timeout", 0, status=64)
        self.run_file("x.py", "", "--file", self.place / "none", status=66)
        (self.place / "odd").write_bytes(b"\xff")
        self.run_file("x.py", "", "--file", self.place / "odd", status=65)
        self.run_file("x.py", "", "--file", f"{self.place / 'x.py'}:main.py", status=65)


class Port(NodeCase):
    """A port for who knows the dialect alone."""

    @classmethod
    def setUpClass(cls):
        cls.port = free_port()
        cls.environment = {"SANDBOX_PORT": str(cls.port)}
        super().setUpClass()

    def test_it_has_the_dialects_health(self):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        client.request("GET", "/health")
        answer = client.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertIn(b'"sandbox_available":true', answer.read().replace(b" ", b""))
        client.close()
