"""Machines by the command line: rented, logged in to, ended; and the node that rents them out, run in
the background, asked how it is, under each name that it is known by."""

import contextlib
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import unittest

from node import is_alive, until
from vm_case import KEY, VMCase

SSHD = pathlib.Path("/usr/sbin/sshd")


class Renting(VMCase):
    def setUp(self):
        super().setUp()
        self.start()

    def create(self, name, *words):
        return self.json("vm", "create", name, *words)

    def test_a_machine_is_made_listed_shown_stopped_started_and_deleted(self):
        made = self.create("web", "--size", "medium", "--cpu", 1)
        self.assertEqual(made["status"], "running")
        self.assertEqual(made["resources"], {"cpu": 1, "memory": 4, "storage": 20})
        self.assertIn(made["id"], self.engine.instances)
        self.assertIn(made["id"], self.orien("vm", "list").stdout)
        self.assertIn(f"ssh: 127.0.0.1:{made['ssh_port']}", self.orien("vm", "show", "web").stdout)
        self.assertEqual(self.orien("vm", "stop", "web").stdout, "web: stopped\n")
        self.assertEqual(self.orien("vm", "start", "web").stdout, "web: running\n")
        self.assertEqual(self.orien("vm", "delete", made["id"]).stdout, f"{made['id']}: deleted\n")
        self.assertEqual(self.json("vm", "list"), [])
        self.assertEqual(self.engine.instances, {})

    def test_who_does_not_wait_hears_that_it_is_being_made(self):
        job = self.create("web", "--async")
        self.assertEqual(job["status"], "creating")
        until(lambda: self.json("vm", "show", "web")["status"] == "running", 20, "it is not made")

    def test_what_is_wrong_is_told_and_nothing_is_made(self):
        for words, status, told in (
                (("vm", "create", "w"), 65, "3 characters"),
                (("vm", "create", "web", "--size", "huge"), 65, "small"),
                (("vm", "create", "web", "--cpu", "x"), 64, "whole number"),
                (("vm", "create", "web", "--wait", "--async"), 64, "one of them"),
                (("vm", "create", "web", "--key", "none"), 66, "none"),
                (("vm", "show", "web"), 66, "web"), (("vm", "delete", "web"), 66, "web"),
                (("vm", "ssh", "web"), 66, "web"), (("vm", "access", "web"), 66, "web")):
            with self.subTest(words):
                self.assertIn(told, self.orien(*words, status=status).stderr)
        self.assertEqual(self.engine.instances, {})

    def test_a_private_key_of_ones_own_is_never_sent(self):
        key = self.home / "id"
        subprocess.run(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", key], check=True)
        done = self.orien("vm", "create", "web", "--key", key, status=65)
        self.assertIn("id.pub", done.stderr)
        self.create("web", "--key", f"{key}.pub")
        self.assertIn((self.home / "id.pub").read_text().split()[1],
                      self.engine.instances[self.json("vm", "show", "web")["id"]]["seed"])

    def test_a_key_is_handed_out_once_into_a_new_file_of_ones_own(self):
        self.create("web")
        taken = self.home / "taken"
        taken.write_text("mine")
        self.orien("vm", "access", "web", "--save", taken, status=75)
        self.assertEqual(taken.read_text(), "mine")
        self.assertNotIn("PRIVATE", self.orien("vm", "access", "web", "--save", "key").stdout)
        key = self.home / "key"
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        public = subprocess.run(["ssh-keygen", "-yf", key], capture_output=True, text=True,
                                check=True).stdout
        self.assertEqual(public.split()[:2],
                         self.json("vm", "access", "web")["ssh_key"]["public_key"].split()[:2])
        again = self.orien("vm", "access", "web", "--save", "other", status=66)
        self.assertIn("handed out at", again.stderr)
        self.assertFalse((self.home / "other").exists())

    def test_without_a_file_the_key_is_shown(self):
        self.create("web")
        shown = self.orien("vm", "access", "web")
        self.assertIn("-----BEGIN OPENSSH PRIVATE KEY-----\n", shown.stdout)
        self.assertNotIn("PRIVATE", self.orien("vm", "access", "web").stdout)

    def test_to_log_in_hands_out_no_key_and_calls_ssh_with_the_host_key_of_this_machine_alone(self):
        made = self.create("web")
        place = self.home / "bin"
        place.mkdir()
        (place / "ssh").write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"; exit 9\n")
        (place / "ssh").chmod(0o755)
        path = f"{place}:/usr/bin:/bin"
        words = self.orien("vm", "ssh", "web", "--", "uname", "-a", status=9,
                           path=path).stdout.splitlines()
        self.assertEqual(words[-4:], ["--", "127.0.0.1", "uname", "-a"])
        self.assertEqual(words[words.index("-p") + 1], str(made["ssh_port"]))
        self.assertIn(f"HostKeyAlias={made['id']}", words)
        self.assertNotIn("-i", words)
        notes = self.home / ".local/share/orien/machines" / made["id"]
        self.assertIn(f'UserKnownHostsFile="{notes}/known_hosts"', words)
        # The key is still there to be had, and is used from then on.
        self.orien("vm", "access", "web", "--save", "key")
        words = self.orien("vm", "ssh", "web", status=9, path=path).stdout.splitlines()
        self.assertEqual(words[words.index("-i") + 1], str(self.home / "key"))
        self.orien("vm", "delete", "web")
        self.assertFalse(notes.exists())

    def test_a_login_by_the_systems_ssh(self):
        made = self.create("web")
        self.orien("vm", "access", "web", "--save", "key")
        server = self.sshd(self.engine.instances[made["id"]]["address"])
        self.addCleanup(server.kill)
        done = self.orien("vm", "ssh", "web", "--", "echo", "in", "&&", "exit", "7", status=7)
        self.assertEqual(done.stdout, "in\n")
        known = (self.home / ".local/share/orien/machines" / made["id"] / "known_hosts").read_text()
        self.assertTrue(known.startswith(made["id"]), known)
        # Somebody else answers there now.
        server.kill()
        server.wait()
        again = self.sshd(self.engine.instances[made["id"]]["address"])
        self.addCleanup(again.kill)
        self.assertIn("HOST IDENTIFICATION HAS CHANGED",
                      self.orien("vm", "ssh", "web", "--", "true", status=255).stderr)

    def sshd(self, address):
        """A real server where the machine would have one, with a host key of its own."""
        host_key = self.home / f"host-{os.urandom(4).hex()}"
        subprocess.run(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", host_key], check=True)
        keys = self.home / "authorized"
        keys.write_text(self.json("vm", "access", "web")["ssh_key"]["public_key"] + "\n")
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        server = subprocess.Popen(
            [SSHD, "-De", "-f", "/dev/null", "-h", host_key, "-o", f"ListenAddress={address}:22",
             "-o", f"AuthorizedKeysFile={keys}", "-o", "PermitRootLogin=prohibit-password",
             "-o", "StrictModes=no", "-o", "UsePAM=no", "-o", "PidFile=none"],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(server.stderr.close)
        for line in server.stderr:
            if "listening" in line:
                return server
        raise AssertionError("sshd does not listen")


class Condition(VMCase):
    def status(self, **options):
        return self.json("status", **options)

    def test_d_b5_2_ports_that_lead_to_machines_are_in_use(self):
        self.start()
        self.json("vm", "create", "web")
        found = self.status()
        self.assertEqual(found["overall"], {"status": "healthy", "issues": []})
        self.assertEqual(found["multipass"], {
            "ok": True, "path": str(self.engine.program), "version": "1.16.1", "error": None,
            "engine": "Multipass"})
        ssh = found["ports"]["ssh"]
        self.assertEqual((ssh["in_use"], ssh["usable_free"], ssh["status"]), (1, 39, "ok"))
        self.assertEqual(ssh["range"], [self.first, self.first + 40])
        self.assertEqual([one["port"] for one in ssh["ports"] if one["listening"]], [self.first])
        text = self.orien("status").stdout
        self.assertIn("Overall         Healthy\n", text)
        self.assertIn("Multipass       ✅ OK\n", text)
        self.assertIn("  In use        1\n", text)

    def test_without_a_node_the_machine_is_looked_at(self):
        found = self.status(status=69)
        self.assertEqual(found["ports"]["provider"]["local_detail"], "port is free (bindable)")
        self.assertTrue(found["multipass"]["ok"])
        self.assertIsNone(found["node"])

    def test_an_address_that_somebody_else_has_is_no_providers(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            threading.Thread(target=self.answer_once, args=(other,), daemon=True).start()
            done = self.orien("status", "--json", PORT=str(port), status=69)
        self.assertIn("is it an Orien node?", done.stderr)

    @staticmethod
    def answer_once(listener):
        with contextlib.suppress(OSError), listener.accept()[0] as stream:
            stream.recv(4096)
            stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno")

    def test_a_multipass_that_does_not_answer_is_missing(self):
        self.start()
        self.engine.stop()
        found = self.status(status=1)
        self.assertEqual(found["overall"]["status"], "error")
        self.assertIn("Multipass not available", found["overall"]["issues"])
        self.assertFalse(found["multipass"]["ok"])
        self.engine.start()
        self.assertEqual(self.status()["overall"]["status"], "healthy")

    def test_a_node_without_machines_is_healthy_and_says_nothing_of_them(self):
        (self.tools / "multipass-vm.so").unlink()
        (self.tools / "multipass-vm.json").unlink()
        self.start()
        found = self.status()
        self.assertEqual(found["overall"]["status"], "healthy")
        self.assertNotIn("multipass", found)
        self.assertNotIn("ssh", found["ports"])

    def test_the_doctor_looks_at_machines_where_they_are_rented_out(self):
        checks = {one["name"]: one for one in self.json("doctor")["checks"]}
        self.assertEqual(checks["machines"]["state"], "ok", checks["machines"])
        self.assertIn("1.16.1", checks["machines"]["what"])
        self.assertEqual(checks["ports of machines"]["state"], "ok")
        self.assertEqual(checks["who may rent"]["state"], "ok")
        bad = {"VM_ACCESS": "open", "PROXY_BACKEND": "nginx", "PORT_RANGE_START": "9",
               "PORT_RANGE_END": "9"}
        self.write_manifest(self.home / "nowhere")
        checks = {one["name"]: one
                  for one in self.json("doctor", BACKENDS="vm/1:orien.multipass-vm", **bad)["checks"]}
        for name in ("machines", "ports of machines", "who may rent"):
            self.assertEqual(checks[name]["state"], "bad", checks[name])
            self.assertTrue(checks[name]["why"] and checks[name]["remedy"], checks[name])


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
        for words in (("streams", "list"), ("wallet", "faucet-l2"),
                      ("config", "monitor", "--enable", "true")):
            self.assertIn("payments plugin",
                          self.run_as("golem-provider", *words, status=1).stderr)
        self.orien("stop")
        self.started("orien")
        self.assertEqual(self.ask("DELETE", "/api/v1/vms/none")[0], 404)

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


if __name__ == "__main__":
    unittest.main()
