"""The images of machines as an operator adds them: whole or not at all, and none that leads to
another file."""

import hashlib
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import unittest

from node import BINARIES

MIB = 1 << 20


class Images(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-images-"))
        self.addCleanup(shutil.rmtree, self.home)
        self.folder = self.home / "state/plugins/data/orien.qemu-vm/images"
        self.disk = self.make("disk.qcow2", "-o", "compat=1.1")
        self.hash = hashlib.sha256(self.disk.read_bytes()).hexdigest()

    def make(self, name, *options):
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", *options, self.home / name,
                        "64M"], check=True)
        return self.home / name

    def orien(self, *words):
        return subprocess.run(
            [BINARIES / "orien", "vm", "image", *words, "--state", self.home / "state"],
            capture_output=True, text=True, timeout=60, cwd=self.home,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.home)})

    def names(self):
        done = self.orien("list", "--json")
        self.assertEqual(done.returncode, 0, done)
        return [one["name"] for one in json.loads(done.stdout)["images"]]

    def refused(self, *words):
        before = sorted(os.listdir(self.folder)) if self.folder.exists() else []
        done = self.orien("add", *words)
        self.assertNotEqual(done.returncode, 0, done)
        self.assertEqual(sorted(os.listdir(self.folder)) if self.folder.exists() else [], before)
        return done.stderr

    def test_a_file_is_added_listed_replaced_and_removed(self):
        self.assertEqual(self.names(), [])
        done = self.orien("add", "ubuntu:24.04", "disk.qcow2")
        self.assertEqual((done.returncode, done.stdout), (0, f"ubuntu:24.04 {self.hash}\n"), done)
        added = self.folder / "ubuntu:24.04.qcow2"
        self.assertEqual(added.read_bytes(), self.disk.read_bytes())
        (listed,) = json.loads(self.orien("list", "--json").stdout)["images"]
        self.assertEqual((listed["diskBytes"], listed["fileBytes"]),
                         (64 * MIB, self.disk.stat().st_size))
        # As a machine that stands on it has it.
        os.link(added, self.home / "base.qcow2")
        self.assertEqual(self.names(), ["ubuntu:24.04"])
        self.assertEqual(self.orien("add", "ubuntu:24.04", f"disk.qcow2#{self.hash}").returncode, 0)
        self.assertEqual(self.orien("remove", "ubuntu:24.04").returncode, 0)
        self.assertEqual(self.names(), [])
        self.assertEqual(self.orien("remove", "ubuntu:24.04").returncode, 66)

    def test_what_names_another_file_or_is_no_disk_is_refused(self):
        self.make("backed.qcow2", "-F", "raw", "-b", "/etc/passwd")
        self.make("split.qcow2", "-o", f"data_file={self.home}/elsewhere")
        (self.home / "raw").write_bytes(bytes(MIB))
        (self.home / "short").write_bytes(self.disk.read_bytes()[:40])
        for name, word in (("backed.qcow2", "backing"), ("split.qcow2", "data"), ("raw", "qcow2"),
                           ("short", "qcow2"), ("none", "opening"), (".", "folder")):
            with self.subTest(name):
                self.assertIn(word, self.refused("x", name))
        self.assertIn("SHA-256", self.refused("x", f"disk.qcow2#{'0' * 64}"))
        for name in ("../x", "", "a/b", ".x", "a b"):
            self.assertIn("no image's name", self.refused(name, "disk.qcow2"))

    def test_what_a_server_sends_is_taken_by_its_hash_alone(self):
        with self.server() as url:
            self.assertIn("#SHA256", self.refused("x", f"{url}/disk.qcow2"))
            self.assertIn("SHA-256", self.refused("x", f"{url}/disk.qcow2#{'0' * 64}"))
            self.assertIn("404", self.refused("x", f"{url}/none#{self.hash}"))
            self.refused("x", f"{url}/short#{self.hash}")
            self.assertIn("sent this on", self.refused("x", f"{url}/circle#{self.hash}"))
            for path in ("disk.qcow2", "elsewhere"):
                done = self.orien("add", path, f"{url}/{path}#{self.hash.upper()}")
                self.assertEqual(done.returncode, 0, done)
        self.assertEqual(self.names(), ["disk.qcow2", "elsewhere"])

    def server(self):
        disk = self.disk.read_bytes()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                moved = {"/elsewhere": "/disk.qcow2", "/circle": "/circle"}.get(self.path)
                known = self.path in ("/disk.qcow2", "/short")
                self.send_response(302 if moved else 200 if known else 404)
                if moved:
                    self.send_header("Location", moved)
                self.send_header("Content-Length", str(len(disk) if known else 0))
                self.end_headers()
                if known:
                    self.wfile.write(disk[:len(disk) // 2] if self.path == "/short" else disk)

            def log_message(self, *_):
                pass

        return Served(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))


class Served:
    def __init__(self, server):
        self.server = server

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


if __name__ == "__main__":
    unittest.main()
