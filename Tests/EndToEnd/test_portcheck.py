"""Ports that are checked from outside: the checker as a service, and a node that asks it."""

import contextlib
import json
import pathlib
import re
import socket
import unittest

from machines_case import KEY, MachinesCase, PortChecker
from node import until
from ports import Ports, free_port


class Service(unittest.TestCase):
    def setUp(self):
        self.checker = PortChecker()
        self.addCleanup(self.checker.close)

    def test_it_answers_in_the_protocols_words(self):
        free = free_port()
        status, said = self.checker.ask([self.checker.port, free])
        self.assertEqual((status, said), (200, {
            "success": True, "message": "Successfully verified 1 out of 2 ports",
            "results": {str(self.checker.port): {"accessible": True, "error": None},
                        str(free): {"accessible": False, "error": "Connection refused"}}}))

    def test_one_that_answers_nothing_is_timed_out(self):
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            port = full.getsockname()[1]
            with socket.create_connection(("127.0.0.1", port)):
                status, said = self.checker.ask([port])
        self.assertEqual((status, said["success"]), (200, False))
        self.assertEqual(said["results"][str(port)],
                         {"accessible": False, "error": "Connection timed out"})

    def test_nobody_else_is_reached_by_it(self):
        with socket.create_server(("127.0.0.2", 0)) as canary:
            canary.settimeout(0.5)
            port = canary.getsockname()[1]
            status, said = self.checker.ask([port], host="127.0.0.2")
            self.assertEqual((status, said["code"]), (403, "not-your-address"))
            for host in ("10.0.0.1", "192.168.0.1", "169.254.169.254", "8.8.8.8"):
                self.assertEqual(self.checker.ask([80], host=host)[0], 403, host)
            for host in ("example.org", "", None, 2130706433, "127.1"):
                self.assertEqual(self.checker.ask([port], host=host)[0], 422, host)
            with self.assertRaises(TimeoutError):
                canary.accept()

    def test_whom_the_operator_lets_is(self):
        with PortChecker(PORT_CHECKER_ALLOW="127.0.0.0/8") as checker, \
                socket.create_server(("127.0.0.2", 0)) as other:
            status, said = checker.ask([other.getsockname()[1]], host="127.0.0.2")
            self.assertEqual((status, said["success"]), (200, True))

    def test_hundreds_are_asked_at_once_and_nothing_of_them_is_left(self):
        with contextlib.ExitStack() as held:
            servers = [held.enter_context(socket.create_server(("127.0.0.1", 0)))
                       for _ in range(400)]
            ports = [server.getsockname()[1] for server in servers]
            free = held.enter_context(Ports(400)).range
            status, said = self.checker.ask([*ports, *free])
            self.assertEqual((status, said["message"]),
                             (200, "Successfully verified 400 out of 800 ports"))

        def held_open():
            return len(list(pathlib.Path(f"/proc/{self.checker.process.pid}/fd").iterdir()))
        until(lambda: held_open() < 20, 10, lambda: f"{held_open()} descriptors are open")

    def test_who_asks_too_often_is_told_when_to_come_again(self):
        with PortChecker(PORT_CHECKER_RATE_LIMIT_PER_MINUTE="3") as checker:
            found = [checker.ask([])[0] for _ in range(4)]
            self.assertEqual(found, [200, 200, 200, 429])

    def test_bodies_are_bounded(self):
        self.assertEqual(self.checker.ask([], body="x" * (64 << 10) + "x")[0], 413)
        self.assertEqual(self.checker.ask(list(range(1, 1026)))[0], 422)

    def test_it_ends_when_it_is_told_to(self):
        self.checker.process.terminate()
        self.assertEqual(self.checker.process.wait(10), 0)


class Asking(MachinesCase):
    def checked(self):
        return until(lambda: (found := self.ports())["checked_at"] and found, 30,
                     lambda: str(self.ports()))

    def test_a_node_has_its_ports_checked_and_tells_of_them(self):
        """D-B5-2: what is in use is counted."""
        with PortChecker() as checker:
            self.start(PORT_CHECK_SERVERS=checker.url)
            found = self.checked()
            self.assertEqual(found["range"], [self.range.start, self.range.stop])
            self.assertEqual((found["status"], found["usable_free"], found["in_use"]),
                             ("ok", 4, 0))
            self.assertEqual(found["issues"], {"unreachable": 0, "not_listening": 0})
            self.assertEqual(found["ports"][0], {
                "port": self.range.start, "status": "reachable", "listening": True,
                "verified_by": checker.url, "error": None, "vm_id": None})
            self.assertEqual(found["provider"], [{
                "host": "127.0.0.1", "port": self.node.port, "listening": True, "external": {
                    "status": "reachable", "verified_by": checker.url, "error": None}}])
            machine = self.rented("web")
            found = self.ports()
            self.assertEqual((found["in_use"], found["usable_free"]), (1, 3))
            self.assertEqual(found["ports"][0]["vm_id"], machine["id"])
            self.node.said("4 of 4")

    def test_one_that_somebody_else_has_is_not_given_and_asked_for_again_it_is(self):
        with PortChecker() as checker:
            lent = Ports(4)
            self.addCleanup(lent.close)
            first = lent.first
            with socket.create_server(("127.0.0.1", first)):
                self.start(PORT_CHECK_SERVERS=f'["{checker.url}"]', **lent.settings)
                found = self.checked()
                self.assertEqual(
                    (found["status"], found["issues"]["not_listening"]), ("limited", 1))
                self.assertEqual(self.rented("web")["ssh_port"], first + 1)
            self.assertEqual(self.ask("POST", "/provider/ports").status, 202)
            until(lambda: self.ports()["ports"][0]["status"] == "reachable", 20,
                  lambda: str(self.ports()))
            self.assertEqual(self.rented("two")["ssh_port"], first)

    def test_where_no_checker_answers_machines_are_rented_all_the_same(self):
        """X-B6-4: the operator is told what helps."""
        self.start(GOLEM_PROVIDER_PORT_CHECK_SERVERS=f"http://127.0.0.1:{free_port()}")
        found = until(lambda: (found := self.ports())["error"] and found, 20, "nothing is said")
        self.assertEqual({port["status"] for port in found["ports"]}, {"unknown"})
        self.assertEqual({port["listening"] for port in found["ports"]}, {True})
        self.assertEqual(found["provider"][0]["external"]["status"], "check_failed")
        (line, *_) = self.node.said("no port checker has answered")
        self.assertEqual(re.findall(r"\b([123])\. ", json.loads(line)["help"]), ["1", "2", "3"])
        self.rented("web")
        self.executes()

    def test_nobody_is_asked_unless_that_is_wanted(self):
        """X-B6-1, X-B6-2: checkers are named by their setting, and skipped by theirs alone."""
        with PortChecker() as checker:
            self.start(PORT_CHECK_SERVERS=checker.url, SKIP_PORT_VERIFICATION="1")
            found = self.checked()
            self.assertEqual(found["provider"][0]["external"]["status"], "not_verified")
            self.assertEqual({port["status"] for port in found["ports"]}, {"unknown"})
            self.rented("web")

    def test_it_is_the_operators_alone(self):
        node = self.start()
        made = node.command("key", "new", "tenant", "--state", node.state, "--json")
        key = json.loads(made.stdout)["key"]
        node.command("reload", environment={"PROVIDER_API_KEY": KEY})
        for method in ("GET", "POST"):
            self.assertEqual(self.ask(method, "/provider/ports", key=key).status, 403)
        self.assertNotIn("ports", self.ask("GET", "/summary", key=key).json)
        self.assertIn("ports", self.ask("GET", "/summary").json)


if __name__ == "__main__":
    unittest.main()
