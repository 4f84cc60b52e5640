"""What a program that lasts reaches where its manifest says `"network": "public"`: the public
internet and the machine's name servers, and nothing else by whatever way; and without it all of
that."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import internet
import kernel_rules
from internet import LATE, LOOPBACK, NAMES, OWN, PORT, PRIVATE, PUBLIC, RESOLVERS, Internet
from node import ROOT, until
from test_lasting import NOT_FOUND, OK, SHELL, LastingCase

PROGRAM = ROOT / "Tests/Rigs/reach/reach.c"
UNAVAILABLE = 6


def unified():
    """Where the tree of version 2 is mounted."""
    mounts = pathlib.Path("/proc/self/mounts").read_text().splitlines()
    return next(pathlib.Path(line.split()[1]) for line in mounts if line.split()[2] == "cgroup2")


class ReachCase(LastingCase):
    line = {"network": "public"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        built = tempfile.TemporaryDirectory(prefix="orien-reach-")
        cls.addClassCleanup(built.cleanup)
        cls.program = f"{built.name}/reach"
        subprocess.run(["gcc", "-O1", "-Wall", "-Wextra", "-Werror", "-o", cls.program, PROGRAM],
                       check=True)

    def setUp(self):
        self.net = self.enterContext(Internet())
        super().setUp()
        self.shop.manifest("tool", isolation=self.isolation,
                           grants={"programs": [SHELL | self.line]})
        self.reload()

    def try_all(self, addresses, port=PORT):
        """The words that try them. The first is the one that is connected to before others."""
        return f"exec {self.program} {port} {' '.join(addresses)}"

    def found(self, name):
        """For each way and address what came of it."""
        # Each that is dropped without a word takes its time.
        until(lambda: self.status(name)["running"] == 0, 60, "it does not end")
        lines = (self.node.state / f"lasting/test.tool/{name}/output").read_text().splitlines()
        self.assertEqual(lines[-1:], ["done"], lines)
        return {tuple(line.split()[:2]): line.split()[2] for line in lines[:-1]}

    def tried(self, addresses, port=PORT):
        self.begin("probe", self.try_all(addresses, port))
        return self.found("probe")


class Public(ReachCase):
    def test_it_reaches_what_is_public_by_every_way_and_nothing_else_by_any(self):
        found = self.tried([*PUBLIC, *PRIVATE, *LOOPBACK, *OWN])
        ways = {way for way, _ in found}
        self.assertLessEqual({"stream", "fast-open", "datagram", "many-datagrams", "ring-stream",
                              "ring-datagram", "mapped-stream", "as-four", "no-family"}, ways)
        wrong = {one: what for one, what in found.items()
                 if what != ("heard" if one[1] in PUBLIC else "refused")}
        self.assertEqual(wrong, {})
        self.assertEqual({to for way, to in found if way == "socket"},
                         {"raw", "raw-six", "ping", "lite", "multipath"})

    def test_name_servers_are_reached_at_their_port_and_others_at_none(self):
        addresses = [PUBLIC[0], *RESOLVERS, "127.0.0.1", "192.168.1.1", "::1", OWN[0]]
        found = self.tried(addresses, port=NAMES)
        wrong = {one: what for one, what in found.items() if one[0] != "socket" and
                 what != ("heard" if one[1] in [PUBLIC[0], *RESOLVERS] else "refused")}
        self.assertEqual(wrong, {})
        told = self.node.said("has started a program that lasts")[0]
        self.assertIn(" ".join(RESOLVERS), told)

    def test_an_address_that_the_machine_is_given_later_is_not_reached_either(self):
        gate = self.node.state / "gate"
        os.mkfifo(gate)
        self.begin("late", f"read go <{gate}; {self.try_all([PUBLIC[0], *LATE])}")
        self.net.add_own(LATE)
        gate.write_text("go\n")
        found = self.found("late")
        reached = {one: what for one, what in found.items() if what == "heard"}
        self.assertEqual({to for _, to in reached}, {PUBLIC[0]}, found)

    def test_who_listens_is_reached_from_this_machine_and_answers(self):
        script = ("import socket; s = socket.create_server((\"127.0.0.1\", 7800)); "
                  "print(\"up\", flush=True); c, _ = s.accept(); c.sendall(c.recv(9)); c.close()")
        self.begin("server", f"exec /usr/bin/python3 -c '{script}'")
        until(lambda: self.output("server")[0] == "up\n", 20, "it does not listen")
        with internet.socket.create_connection(("127.0.0.1", 7800), 20) as way:
            way.sendall(b"and back")
            self.assertEqual(way.recv(9), b"and back")

    def test_it_is_held_in_a_group_below_its_own_too(self):
        below = f"{unified()}$(sed -n s/^0:://p /proc/self/cgroup)/below"
        self.begin("below", f"below={below}; mkdir $below; echo $$ >$below/cgroup.procs; "
                            f"{self.try_all([PUBLIC[0], '10.1.2.3'])}")
        found = self.found("below")
        self.assertEqual((found["stream", PUBLIC[0]], found["stream", "10.1.2.3"]),
                         ("heard", "refused"))

    def parent(self):
        """The group of version 2 around what lasts, which is there while anything does."""
        self.begin("first", "exec sleep 4321")
        record = (self.node.state / "lasting/test.tool/first/record").read_text()
        trees = [pathlib.Path(tree) for tree in re.findall(r"^tree (.+)", record, re.M)]
        return next(tree for tree in trees if (tree / "cgroup.events").exists())

    def test_what_others_have_the_kernel_ask_holds_beside_it(self):
        self.enterContext(kernel_rules.attached(self.parent(), allows=0, shares=True))
        found = self.tried([PUBLIC[0], "10.1.2.3"])
        self.assertEqual(found["stream", PUBLIC[0]], "refused")
        self.assertEqual(found["datagram", PUBLIC[0]], "heard")
        self.assertEqual(found["datagram", "10.1.2.3"], "refused")

    def test_where_the_kernel_takes_no_rule_it_is_not_started(self):
        parent = self.parent()
        before = sorted(parent.iterdir())
        # With this one none may be below.
        self.enterContext(kernel_rules.attached(parent, allows=1, shares=False))
        self.assertEqual(self.ask("start", "web-1", "sh", "-c", "exec sleep 4321"),
                         (UNAVAILABLE, ""))
        self.assertEqual(self.status("web-1"), NOT_FOUND)
        self.assertEqual(sorted(parent.iterdir()), before)
        said = self.node.said("nothing holds a program to public")[0]
        self.assertIn("the kernel takes no rule for IPv4 connections", said)


class NotPublic(ReachCase):
    """Where the manifest says nothing of it: else the tests above would prove nothing."""

    line = {}

    def test_it_reaches_all_that_the_machine_does(self):
        found = self.tried([*PUBLIC, *PRIVATE, *LOOPBACK, *OWN])
        self.assertEqual({one: what for one, what in found.items() if what != "heard"}, {})


if __name__ == "__main__":
    unittest.main()
