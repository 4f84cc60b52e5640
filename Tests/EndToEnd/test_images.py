"""Workspaces that are images: the kernel holds their quota, and nothing is left of who mounts."""

import contextlib
import os
import pathlib
import signal
import unittest
from concurrent import futures

from audit import workspaces
from case import NodeCase
from groups import group_name, processes_in_groups
from node import Node, descendants, is_alive, send, until

BYTES, FILES = 48 << 20, 800
SETTINGS = {"WORKSPACE_BYTES": str(BYTES), "WORKSPACE_FILES": str(FILES),
            "WORKSPACE_QUOTA": "image"}
FILLING = """
import errno, os
written = 0
try:
    with open('big', 'wb', buffering=0) as file:
        while True: written += file.write(bytes(1 << 20))
except OSError as error: assert error.errno == errno.ENOSPC, error
os.remove('big')
made = 0
try:
    while True:
        open(f'f{made}', 'w').close()
        made += 1
except OSError as error: assert error.errno == errno.ENOSPC, error
print(written, made)"""
STEALING = """
import os
held = [name for name in ('/dev/loop0', '/dev/loop-control', '/workspace/.images')
        if os.path.exists(name)]
line = next(line for line in open('/proc/self/mountinfo') if ' /workspace ' in line)
print(held, sorted(set(line.split()[5].split(',')) & {'nosuid', 'nodev', 'noatime'}))
print([name for name in os.listdir('/workspace') if name != 'main.py'])"""


def attached(node):
    """The files of the node's over which block devices stand."""
    found = []
    for place in pathlib.Path("/sys/block").glob("loop*/loop/backing_file"):
        with contextlib.suppress(OSError):
            file = place.read_text().strip()
            if f"{node.state}/" in file:
                found.append(pathlib.Path(file.removesuffix(" (deleted)")).name)
    return found


def mounted(node):
    """What of the node's is mounted where everybody sees it."""
    return [line for line in pathlib.Path("/proc/self/mounts").read_text().splitlines()
            if str(node.state) in line]


def nothing_is_left(node):
    until(lambda: not attached(node) and not mounted(node), 10,
          lambda: f"left: {attached(node)} {mounted(node)}")


class WithImages:
    """Where they can be mounted: by root, with loop devices."""

    def run(self, result=None):
        can = os.getuid() == 0 and os.path.exists("/dev/loop-control")
        return super().run(result) if can else result


class Images(WithImages, NodeCase):
    environment = SETTINGS

    def test_a_script_meets_its_quota_and_goes_on(self):
        session = self.session()
        record = self.python(session, FILLING)
        self.assertEqual(record["status"], "completed", record)
        written, made = map(int, record["output"].split())
        self.assertTrue(BYTES * 0.9 < written <= BYTES, written)
        self.assertTrue(FILES * 0.9 < made <= FILES, made)
        for limit in ("diskBytes", "diskFiles"):
            self.assertEqual(record["limits"][limit]["enforcedBy"], "image")

    def test_health_says_what_holds_workspaces(self):
        self.assertEqual(self.get("/health").json["workspaces"], {"enforcedBy": "image"})

    def test_a_script_sees_nothing_of_what_its_workspace_is(self):
        record = self.python(self.session(), STEALING)
        self.assertEqual(record["output"], "[] ['noatime', 'nodev', 'nosuid']\n[]\n")

    def test_what_is_removed_gives_its_room_back(self):
        session = self.session()
        self.python(session, "open('x', 'wb').write(os.urandom(32 << 20))".join(
            ["import os; ", ""]))
        before = set(workspaces(self.node))
        self.assertEqual(self.ask("DELETE", f"/sessions/{session}/workspace").status, 200)
        self.assertEqual(len(before - set(workspaces(self.node))), 1)
        until(lambda: not set(attached(self.node)) & before - set(workspaces(self.node)), 5,
              "its device is there")


class ImageDeaths(WithImages, unittest.TestCase):
    def test_what_was_synced_outlives_everybody(self):
        """All of the node and its jail is killed at once, while a script writes."""
        with Node(environment=SETTINGS) as node:
            node.upload("s", "kept", b"kept")
            node.upload("s", "main.py", b"import os\nopen('runs', 'w')\n"
                        b"while True: open('x', 'w').write('x' * 9999)")
            started = node.execute("s", "python_script", {"script": "main.py"}).json
            until(lambda: node.get("/sessions/s/files/runs").status == 200, 10, "it does not run")
            self.assertTrue(attached(node))
            self.assertEqual(mounted(node), [])
            keeper = node.jail("keeper")
            parts = [keeper, *descendants(keeper)]
            # It sees none of them go.
            os.kill(node.pid, signal.SIGSTOP)
            for pid in parts:
                send(pid)
            node.kill()
            until(lambda: not any(map(is_alive, parts)), 10, "something lives")
            nothing_is_left(node)
            node.start()
            self.assertEqual(node.final(started["executionId"])["status"], "lost")
            self.assertEqual(node.get("/sessions/s/files/kept").body, b"kept")
            self.assertEqual(node.python("s", "print(open('kept').read())").json["output"],
                             "kept\n")
            node.stop()
            nothing_is_left(node)

    def test_calls_go_on_when_a_steward_dies(self):
        with Node(environment=SETTINGS) as node:
            group = group_name(node)
            for number in range(3):
                steward = node.jail("steward")
                node.python(f"s{number}", "print(1)")
                os.kill(steward, signal.SIGKILL)
                answer = node.python(f"t{number}", "print(2)").json
                self.assertEqual(answer["output"], "2\n")
                until(lambda: node.jail("steward") not in (None, steward), 5, "no new steward")
            self.assertEqual(processes_in_groups(group), set())

    def test_many_sessions_at_once_leave_nothing(self):
        with Node(environment=SETTINGS) as node:
            def come_and_go(client):
                for number in range(25):
                    name = f"c{client}-{number}"
                    self.assertIn(node.upload(name, "x", b"x").status, (200, 201))
                    answer = node.ask("DELETE", f"/sessions/{name}/workspace")
                    self.assertEqual(answer.status, 200, answer)
            with futures.ThreadPoolExecutor(8) as clients:
                list(clients.map(come_and_go, range(8)))
            self.assertEqual(workspaces(node), [])
            until(lambda: all(name.startswith("stock-") for name in attached(node)), 10,
                  lambda: f"left: {attached(node)}")
            node.stop()
            nothing_is_left(node)


if __name__ == "__main__":
    unittest.main()
