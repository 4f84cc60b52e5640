"""How a node that rents machines out is: its engine, its ports, and who reaches them."""

import contextlib
import http.server
import json
import os
import pty
import socket
import subprocess
import threading
import unittest

from node import BINARIES, until
from vm_case import PORTS, VMCase


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

    def checked_by(self, is_open):
        """A node starts whose ports are asked for from outside."""
        checker = Checker(is_open)
        self.addCleanup(checker.server_close)
        self.addCleanup(checker.shutdown)
        threading.Thread(target=checker.serve_forever, daemon=True).start()
        self.start(PORT_CHECK_SERVERS=f"http://127.0.0.1:{checker.server_port}",
                   PUBLIC_IP="127.0.0.1")

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
        self.checked_by(lambda port: not self.first <= port < self.first + 10)

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

    def test_ports_at_which_the_node_listens_to_have_them_checked_are_free(self):
        asked, told = threading.Event(), threading.Event()
        self.addCleanup(told.set)

        def is_open(_):
            asked.set()
            return told.wait(60)
        self.checked_by(is_open)
        self.assertTrue(asked.wait(30), "nobody checks")
        terminal, end = pty.openpty()
        with open(terminal, "rb", buffering=0) as terminal:
            command = subprocess.Popen(
                [BINARIES / "orien", "status", "--json"], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=end, cwd=self.home,
                env={"PATH": os.environ["PATH"]} | self.surroundings())
            self.addCleanup(command.kill)
            os.close(end)
            shown = b""
            while b"waiting for who checks the ports" not in shown:
                shown += terminal.read(1024)
            told.set()
            found = json.loads(command.communicate(timeout=60)[0])
        ssh = found["ports"]["ssh"]
        self.assertEqual((ssh["status"], ssh["usable_free"]), ("ok", PORTS))
        self.assertFalse(any(one["listening"] for one in ssh["ports"]))

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
