"""Programs that plugins have outlive them and the node: found again by name, held to their limits,
and ended whole."""

import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time
import unittest

from node import ROOT, descendants, is_alive, name_of, send, until
from test_plugins import PluginCase

SOURCE = ROOT / "Tests/Fixtures/lasting.c"
MIB = 1 << 20
# As the ABI numbers them.
OK, DENIED, NOT_FOUND, CONFLICT = 0, 2, 3, 8
EXITED, SIGNAL, MEMORY, LOST = 0, 1, 4, 8
# A daemon in a session of its own, whose parent is gone, and one that minds no SIGTERM.
TREE = ("setsid sh -c 'sleep 4321 & exec setsid sleep 4322' & trap '' TERM; "
        "while :; do sleep 43; done")
SHELL = {"program": "sh", "path": "/usr/bin/dash", "arguments": [["-c", "[^\\0]*"]]}


class LastingCase(PluginCase):
    isolation = "worker"

    def setUp(self):
        super().setUp()
        (self.shop.home / "tool.c").write_text(SOURCE.read_text())
        self.shop.put("tool", 1)
        self.shop.manifest("tool", isolation=self.isolation, grants={"programs": [SHELL]})
        self.start()
        self.addCleanup(self.sweep)

    def sweep(self):
        """Whatever a test has left, by the command that operators have for it."""
        self.command("stop", "--all", "--grace", "0")

    def command(self, *words):
        return self.node.command("lasting", *words, "--state", self.node.state)

    def ask(self, *words, **numbers):
        record = self.node.execute("s", "tool", {"words": list(words), **numbers}, wait=20).json
        self.assertEqual(record["status"], "completed", record)
        status, _, said = record["output"].partition(" ")
        return int(status), said

    def begin(self, name, script, **numbers):
        self.assertEqual(self.ask("start", name, "sh", "-c", script, **numbers), (OK, ""))

    def status(self, name):
        status, said = self.ask("status", name)
        return json.loads(said) if status == OK else status

    def output(self, name):
        """The end of what it wrote, and how much of that is kept."""
        status, said = self.ask("output", name)
        self.assertEqual(status, OK)
        size, _, text = said.partition(" ")
        return text, int(size)

    def first(self, name):
        """The pids of its first process and of what holds it."""
        record = self.node.state / "lasting/test.tool" / name / "first"
        words = record.read_text().split()
        return int(words[0]), int(words[2])

    def members(self, name):
        """All that is in its control group, as the kernel has it."""
        record = (self.node.state / "lasting/test.tool" / name / "record").read_text()
        number = re.search(r"^group (\d+)", record, re.M)[1]
        trees = re.findall(r"^tree (.+)", record, re.M)
        self.assertTrue(trees)
        procs = [pathlib.Path(tree) / f"e{number}/cgroup.procs" for tree in trees]
        return {int(pid) for file in procs if file.exists() for pid in file.read_text().split()}

    def ended(self, name):
        return until(lambda: (found := self.status(name))["running"] == 0 and found, 20,
                     "it does not end")

    def again(self):
        self.node.kill()
        self.node.start()


class Lasting(LastingCase):
    def test_it_outlives_a_node_that_is_killed_and_is_found_by_its_name(self):
        self.begin("web-1", TREE)
        before = self.status("web-1")
        self.assertEqual((before["running"], before["ended"], before["reason"]), (1, 0, LOST))
        self.assertEqual(self.ask("start", "web-1", "sh", "-c", "true"), (CONFLICT, ""))
        first, holder = self.first("web-1")
        self.again()
        self.assertTrue(is_alive(first) and is_alive(holder))
        found = self.status("web-1")
        self.assertEqual((found["running"], found["started"]), (1, before["started"]))
        self.assertGreaterEqual(found["cpu"], before["cpu"])
        self.assertEqual(self.ask("start", "web-1", "sh", "-c", "true"), (CONFLICT, ""))
        for line in (r"a program that lasts runs.*web-1", r"opened with 0: web-1"):
            until(lambda: re.search(line, "\n".join(self.node.lines)), 20, "nobody says so")

    def test_it_outlives_the_jail_its_worker_a_reload_and_a_node_that_ends(self):
        self.begin("web-1", "sleep 4321")
        first, _ = self.first("web-1")
        for part in ("launcher", "keeper", "worker"):
            for pid in descendants(self.node.pid):
                if name_of(pid) == f"orien-{part}":
                    send(pid)
        # A call that the jail took with it says so; the one that finds another jail is answered.
        asked = {"words": ["status", "web-1"]}
        until(lambda: re.search(r'"running": ?1\b', self.node.execute(
            "s", "tool", asked, wait=20).json.get("output", "")), 20, "nobody tells of it any more")
        self.shop.put("tool", 2)
        self.assertEqual(self.reload()[0]["generation"], 2)
        self.assertEqual(self.status("web-1")["running"], 1)
        self.assertEqual(self.node.stop(), 0)
        self.assertTrue(is_alive(first))
        self.node.start()
        self.assertEqual(self.status("web-1")["running"], 1)

    def test_nothing_of_the_nodes_is_open_in_it(self):
        self.begin("web-1", "exec sleep 4321")
        first, holder = self.first("web-1")
        # It opens libraries of its own while it starts.
        until(lambda: sorted(os.listdir(f"/proc/{first}/fd")) == ["0", "1", "2"], 20,
              "it has more open than its three streams")
        names = [os.readlink(f"/proc/{first}/fd/{number}") for number in range(3)]
        self.assertEqual(names[0], "/dev/null")
        ours = {os.readlink(f"/proc/{pid}/fd/{number}")
                for pid in [self.node.pid, *descendants(self.node.pid)]
                for number in os.listdir(f"/proc/{pid}/fd")}
        shared = {os.readlink(f"/proc/{holder}/fd/{number}")
                  for number in os.listdir(f"/proc/{holder}/fd")} & ours
        self.assertEqual([name for name in shared if name.startswith(("pipe:", "socket:"))], [])
        self.assertNotIn(names[1], ours)
        self.assertNotIn(first, descendants(self.node.pid))

    def test_stopping_ends_its_tree_whole_and_no_stranger(self):
        stranger = subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 4321 & wait"],
                                    start_new_session=True, stdin=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: os.killpg(stranger.pid, signal.SIGKILL))
        self.begin("web-1", TREE)
        self.begin("web-2", "exec sleep 4321")
        members = until(lambda: len(found := self.members("web-1")) >= 4 and found, 20,
                        "its tree does not grow")
        self.assertEqual(self.ask("stop", "web-1", number=100), (OK, ""))
        self.assertEqual([pid for pid in members if is_alive(pid)], [])
        self.assertEqual(self.status("web-1"), NOT_FOUND)
        self.assertTrue(is_alive(stranger.pid))
        self.assertEqual(self.status("web-2")["running"], 1)
        # Whoever is asked to end may.
        self.begin("web-3", "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.01; done")
        until(lambda: self.output("web-3")[0] == "up\n", 20, "it says nothing")
        group = self.members("web-3")
        self.assertEqual(self.ask("stop", "web-3", number=20000), (OK, ""))
        self.assertEqual([pid for pid in group if is_alive(pid)], [])
        for name in ("web-3", "never-there"):
            self.assertEqual(self.ask("stop", name), (OK, ""))

    def test_how_it_ended_is_told_until_it_is_forgotten(self):
        self.begin("short", "echo so it is; echo >&2 and why; exit 7")
        found = self.ended("short")
        self.assertEqual((found["code"], found["reason"], found["processes"]), (7, EXITED, 0))
        self.assertGreaterEqual(found["ended"], found["started"])
        self.assertEqual(self.output("short"), ("so it is\nand why\n", 17))
        self.again()
        self.assertEqual(self.status("short"), found)
        self.begin("killed", "kill -9 $$")
        found = self.ended("killed")
        self.assertEqual((found["code"], found["signal"], found["reason"]), (-1, 9, SIGNAL))
        # Whose holder was killed nobody has seen end, and it ran on until then.
        self.begin("lost", "sleep 4321")
        first, holder = self.first("lost")
        send(holder)
        self.assertEqual(self.status("lost")["running"], 1)
        for pid in self.members("lost"):
            send(pid)
        found = self.ended("lost")
        self.assertEqual((found["code"], found["reason"], found["ended"]), (-1, LOST, 0))
        self.assertEqual(self.ask("list", "", ""), (OK, "killed lost short "))
        self.assertEqual(self.ask("list", "", "lost"), (OK, "short "))
        self.assertEqual(self.ask("list", "l", ""), (OK, "lost "))
        # One that has ended is no conflict, and its end no longer of interest.
        self.begin("short", "sleep 4321")
        self.assertEqual((self.status("short")["code"], self.output("short")), (-1, ("", 0)))

    def test_its_limits_bite_it_alone(self):
        self.begin("modest", "exec sleep 4321", memory=64 * MIB)
        self.begin("greedy", "exec tail -n 1 /dev/zero", memory=64 * MIB)
        found = self.ended("greedy")
        self.assertLessEqual(found["peak"], 64 * MIB)
        self.assertEqual((found["signal"], found["reason"]), (9, MEMORY), found)
        self.assertEqual(self.status("modest")["running"], 1)
        self.begin("forks", "sleep 43 & sleep 43 & sleep 43 & sleep 43 & wait", number=3)
        until(lambda: self.status("forks")["ended"], 20, "it is not kept from forking")
        self.assertIn("fork", self.output("forks")[0])

    def test_who_writes_without_end_fills_nothing_and_its_last_words_are_there(self):
        self.begin("loud", "yes 'a line of it' | head -n 200000; echo the last; exec sleep 4321")
        until(lambda: self.output("loud")[0].endswith("it\nthe last\n"), 20,
              "it does not come to its last words")
        self.assertEqual(self.output("loud")[1], 64 << 10)
        folder = self.node.state / "lasting/test.tool/loud"
        kept = sum((folder / name).stat().st_size for name in ("output", "output.old"))
        self.assertLessEqual(kept, 128 << 10)

    def test_a_plugin_starts_what_is_granted_and_nothing_else(self):
        self.assertEqual(self.ask("start", "a", "sh", "-x"), (DENIED, ""))
        self.assertEqual(self.ask("start", "a", "id"), (DENIED, ""))
        self.assertEqual(self.status("a"), NOT_FOUND)
        record = self.node.execute("s", "tool", {"words": ["wrong", "a", "sh"]}, wait=20).json
        self.assertEqual(record["output"], "refused")

    def test_whoever_dies_meanwhile_leaves_nothing_that_is_not_found(self):
        # From before it does anything until it is done, and who does it dies with the node or not.
        for moment in range(20):
            milliseconds, name = moment // 2 * 5, f"m{moment}"
            with self.subTest(name):
                self.node.execute("s", "tool", {"words": ["start", name, "sh", "-c", TREE]})
                starter = self.starter(name)
                threading.Event().wait(milliseconds / 1000)
                if starter and moment % 2:
                    send(starter)
                self.again()
                found = self.status(name)
                if found != NOT_FOUND:
                    # What runs is what its group has.
                    alive = [pid for pid in self.members(name) if is_alive(pid)]
                    self.assertEqual(found["running"] == 1, alive != [], (found, alive))
                self.assertEqual(self.ask("stop", name), (OK, ""))
                self.assertEqual(self.status(name), NOT_FOUND)
        left = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
                if self.belongs(pid) and pid not in descendants(self.node.pid)]
        self.assertEqual([(pid, name_of(pid)) for pid in left], [])

    def starter(self, name):
        """The process that starts it; None where it has ended before it was seen."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for pid in descendants(self.node.pid):
                if name_of(pid) == "orien-lasting":
                    return pid
            if (self.node.state / f"lasting/test.tool/{name}/first").exists():
                return None
        self.fail("nobody starts it")

    def belongs(self, pid):
        """It stands in the plugin's folder."""
        try:
            return os.readlink(f"/proc/{pid}/cwd").startswith(str(self.node.state))
        except OSError:
            return False


class InTheNode(LastingCase):
    isolation = "node"

    def test_a_plugin_in_the_node_has_them_as_one_in_a_worker(self):
        self.begin("web-1", TREE)
        before = self.status("web-1")
        self.again()
        self.assertEqual(self.status("web-1")["started"], before["started"])
        self.assertEqual(self.ask("stop", "web-1"), (OK, ""))
        self.assertEqual(self.status("web-1"), NOT_FOUND)
        self.assertEqual(self.ask("start", "a", "id"), (DENIED, ""))


class Operating(LastingCase):
    def test_an_operator_sees_and_stops_them_without_node_and_plugin(self):
        self.assertIn("PLUGIN/NAME", self.command("list").stdout)
        self.begin("web-1", TREE)
        self.begin("web-2", "exit 3")
        self.ended("web-2")
        self.node.kill()
        self.shop.remove("tool")
        said = self.command("list").stdout
        self.assertRegex(said, r"test\.tool/web-1 +running")
        self.assertRegex(said, r"test\.tool/web-2 +exited \(3\)")
        listed = json.loads(self.command("list", "--json").stdout)["lasting"]
        self.assertEqual([(one["name"], one["running"]) for one in listed],
                         [("web-1", True), ("web-2", False)])
        members = self.members("web-1")
        self.assertEqual(self.command("stop", "test.tool/web-3").returncode, 66)
        self.assertEqual(self.command("stop").returncode, 64)
        stopped = self.command("stop", "--grace", "0", "test.tool/web-1")
        self.assertEqual(stopped.returncode, 0, stopped)
        self.assertEqual([pid for pid in members if is_alive(pid)], [])
        self.assertEqual(json.loads(self.command("stop", "--all", "--json").stdout),
                         {"stopped": ["test.tool/web-2"]})
        self.assertEqual(list((self.node.state / "lasting").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
