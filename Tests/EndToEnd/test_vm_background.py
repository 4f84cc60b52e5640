"""A node that is run in the background, under each of its names: set up, started, stopped."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import unittest

from node import BINARIES, ROOT, is_alive
from ports import free_port
from vm_case import VMCase


class Background(VMCase):
    """`start --daemon`, `stop`, and the names of others."""

    def setUp(self):
        super().setUp()
        self.environment["PORT"] = "0"
        self.state = self.home / "st/orien"
        self.addCleanup(lambda: self.run_as("orien", "stop", "--timeout", "5"))

    def started(self, name="orien", *words, **options):
        done = self.run_as(name, "start", "--daemon", *words, **options)
        self.pid = int(done.stdout.split("(pid ")[1].split(")")[0])
        self.url = done.stdout.split("listening on http://")[1].split(" ")[0].rstrip(",")
        return done

    def ask(self, method, path, **more):
        host, port = self.url.rsplit(":", 1)
        with contextlib.closing(http.client.HTTPConnection(host, int(port), timeout=20)) as asking:
            asking.request(method, path, **more)
            answer = asking.getresponse()
            return answer.status, answer.read()

    def test_it_says_where_it_listens_and_goes_on_until_it_is_stopped(self):
        done = self.started()
        self.assertIn(str(self.state / "provider.log"), done.stdout)
        self.assertEqual(self.ask("GET", "/health")[0], 200)
        pid_file = self.home / "st/golem-provider/provider.pid"
        self.assertEqual(pid_file.read_text(), f"{self.pid}\n")
        again = self.orien("start", "--daemon", status=75)
        self.assertIn(f"pid {self.pid}", again.stderr)
        self.assertIn(f"(pid {self.pid})", self.run_as("golem-provider", "stop").stdout)
        self.assertFalse(is_alive(self.pid))
        self.assertFalse(pid_file.exists())
        self.assertIn("no node runs", self.orien("stop").stdout)

    def test_one_that_does_not_come_up_says_why(self):
        refused = self.orien("start", "--daemon", HOST="0.0.0.0", status=77)
        self.assertIn("needs a key", refused.stderr)
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            failed = self.orien("start", "--daemon", PORT=str(port), status=69)
        self.assertIn(f"127.0.0.1:{port}", failed.stderr)
        self.assertIn("provider.log", failed.stderr)

    def test_what_is_in_a_pid_file_is_nobody_to_be_ended(self):
        stranger = subprocess.Popen(["/bin/sleep", "600"])
        self.addCleanup(stranger.kill)
        place = self.home / "st/golem-provider"
        place.mkdir(parents=True)
        (place / "provider.pid").write_text(f"{stranger.pid}\n")
        self.state.mkdir(parents=True, mode=0o700)
        (self.state / "orien.lock").write_text(f"{stranger.pid}\n")
        for name in ("orien", "golem-provider"):
            self.assertIn("no node runs", self.run_as(name, "stop").stdout)
        self.assertIsNone(stranger.poll())

    def test_one_that_does_not_end_is_killed_after_its_time(self):
        self.started()
        os.kill(self.pid, signal.SIGSTOP)
        done = self.json("stop", "--timeout", 1)
        self.assertEqual(done, {"stopped": True, "pid": self.pid, "killed": True})
        self.assertFalse(is_alive(self.pid))

    def test_settings_by_the_words_of_providers(self):
        done = self.started("golem-provider", "--network", "testnet", "--stop-vms-on-exit",
                            "--no-verify-port", "--no-gui")
        self.assertIn("no window", done.stderr)
        summary = json.loads(self.ask("GET", "/api/v1/summary")[1])
        self.assertEqual(summary["env"]["network"], "testnet")
        self.orien("vm", "create", "web", "--url", f"http://{self.url}")
        self.orien("stop")
        (machine,) = self.engine.instances.values()
        self.assertEqual(machine["state"], "Stopped")
        both = self.orien("start", "--stop-vms-on-exit", "--keep-vms-on-exit", status=64)
        self.assertIn("one of them", both.stderr)

    def test_golem_provider_answers_as_that_does(self):
        self.started("golem-provider")
        self.assertEqual(self.ask("DELETE", "/api/v1/vms/none"), (200, b"null"))
        done = self.run_as("golem-provider", "streams", "list", "--json", status=1,
                           PORT=self.url.rsplit(":", 1)[1])
        self.assertEqual(json.loads(done.stdout), {"error": "streaming_disabled"})
        self.orien("stop")
        self.started("orien")
        self.assertEqual(self.ask("DELETE", "/api/v1/vms/none")[0], 404)
        elsewhere = self.orien("status", PORT="1", status=69)
        self.assertIn(f"pid {self.pid}", elsewhere.stderr)

    def test_a_first_start_in_three_commands(self):
        made = self.json("init")
        self.assertTrue(all(one["made"] for one in made.values()))
        key = pathlib.Path(made["key"]["path"])
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        before = key.read_text()
        again = self.json("init")
        self.assertFalse(any(one["made"] for one in again.values()))
        self.assertEqual(key.read_text(), before)
        self.started()
        self.assertEqual(self.ask("GET", "/api/v1/vms")[0], 401)
        self.assertEqual(self.orien("vm", "list", "--json", "--url", f"http://{self.url}",
                                    "--key-file", key).stdout, "[]\n")


    def test_orien_provider_takes_the_words_of_its_own(self):
        done = self.run_as("orien-provider", "init", "-n", "shed", "-p", "0", "-c", "http://c")
        self.assertIn("next: ", done.stdout)
        lines = (self.home / ".config/orien/orien.conf").read_text().splitlines()
        for line in ("PROVIDER_NAME=shed", "PORT=0", "COORDINATOR_URL=http://c"):
            self.assertIn(line, lines)
        self.assertIn("listening on", self.run_as("orien-provider", "start", "--detach").stdout)
        self.assertIn("has ended", self.run_as("orien-provider", "stop").stdout)


class Readme(VMCase):
    """What the README shows of machines, with multipass in place of QEMU and its image."""

    def test_from_nothing_to_a_login(self):
        section = (ROOT / "README.md").read_text().split("## Machines for rent")[1]
        commands = re.search(r"^```text\n(.*?)^```$", section, re.M | re.S).group(1).splitlines()
        self.assertEqual(len(commands), 9)
        place = self.home / "bin"
        place.mkdir()
        (place / "orien").symlink_to(BINARIES / "orien")
        (place / "ssh").write_text("#!/bin/sh\necho logged in by \"$@\"\n")
        (place / "ssh").chmod(0o755)
        self.environment["PORT"] = str(free_port())
        self.addCleanup(lambda: self.orien("stop", "--timeout", "5"))
        said = {}
        for line in commands:
            words = line.split("#")[0].strip().replace("orien.qemu-vm", "orien.multipass-vm")
            if "image add" in words:
                continue
            done = subprocess.run(
                ["bash", "-euc", words], cwd=self.home, capture_output=True, text=True, timeout=120,
                env=self.environment | {"PATH": f"{place}:{os.environ['PATH']}"})
            self.assertEqual(done.returncode, 0, f"{words}\n{done.stdout}{done.stderr}")
            said[words] = done.stdout
        self.assertIn("HostKeyAlias=golem-web-", said["orien vm ssh web"])
        self.assertIn("Scripts are walled in", said["orien doctor"])
        self.assertEqual(said["orien vm delete web"], "web: deleted\n")


if __name__ == "__main__":
    unittest.main()
