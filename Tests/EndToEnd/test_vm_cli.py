"""Machines by the command line: rented, logged in to, ended; and how their node is."""

import contextlib
import http.server
import json
import os
import pathlib
import socket
import subprocess
import threading
import unittest

from node import until
from vm_case import VMCase

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


class Checker(http.server.ThreadingHTTPServer):
    """Says of each port whether it is `open`."""

    def __init__(self, is_open):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer({"status": "ok"})

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                ports = json.loads(self.rfile.read(length))["ports"]
                results = {str(port): {"accessible": is_open(port),
                                       "error": None if is_open(port) else "Connection refused"}
                           for port in ports}
                self.answer({"success": True, "results": results, "message": "checked"})

            def answer(self, content):
                body = json.dumps(content).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass
        super().__init__(("127.0.0.1", 0), Handler)


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

    def test_what_a_checker_outside_has_reached_is_told(self):
        """The first ten ports are shut, and the node's own is not."""
        checker = Checker(lambda port: not self.first <= port < self.first + 10)
        self.addCleanup(checker.server_close)
        self.addCleanup(checker.shutdown)
        threading.Thread(target=checker.serve_forever, daemon=True).start()
        self.start(PORT_CHECK_SERVERS=f"http://127.0.0.1:{checker.server_port}",
                   PUBLIC_IP="127.0.0.1")

        def checked():
            found = self.status()
            return found if found["ports"]["ssh"]["issues"]["unreachable"] else None
        found = until(checked, 30, "nobody checks")
        self.assertEqual(found["overall"], {
            "status": "issues", "issues": ["10 SSH port(s) unreachable externally"]})
        ssh = found["ports"]["ssh"]
        self.assertEqual((ssh["status"], ssh["usable_free"]), ("limited", 30))
        self.assertEqual([one["status"] for one in ssh["ports"]],
                         ["unreachable"] * 10 + ["reachable"] * 30)
        self.assertEqual(found["ports"]["provider"]["status"], "reachable")
        self.assertIn("Issues detected", self.orien("status").stdout)

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
        report = self.json("doctor", BACKENDS="vm/1:orien.multipass-vm", **bad)
        checks = {one["name"]: one for one in report["checks"]}
        for name in ("machines", "ports of machines", "who may rent"):
            self.assertEqual(checks[name]["state"], "bad", checks[name])
            self.assertTrue(checks[name]["why"] and checks[name]["remedy"], checks[name])


if __name__ == "__main__":
    unittest.main()
