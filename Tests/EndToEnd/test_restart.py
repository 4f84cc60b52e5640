"""A node that starts again, and what the one before it had started."""

import contextlib
import os
import pathlib
import signal
import sqlite3
import threading
import unittest

from groups import group_name, processes_in_groups
from node import Node, descendants, is_alive, name_of, until

FREEZER = pathlib.Path("/sys/fs/cgroup/freezer")
WAITS = "does not end; waiting for it"
SCRIPT = b"import time\nopen('runs', 'w').close()\ntime.sleep(1000)\n"


class Frozen:
    """Holds a process that no signal ends until `thaw`: like one that waits for a dead disk."""

    def __init__(self, pid):
        self.folder = FREEZER / f"orien-test-{os.getpid()}"
        self.folder.mkdir()
        (self.folder / "cgroup.procs").write_text(str(pid))
        (self.folder / "freezer.state").write_text("FROZEN")
        until(lambda: (self.folder / "freezer.state").read_text() == "FROZEN\n", 20, "not frozen")

    def thaw(self):
        (self.folder / "freezer.state").write_text("THAWED")

    def close(self):
        self.thaw()
        until(lambda: not (self.folder / "cgroup.procs").read_text(), 20, "it lives")
        self.folder.rmdir()


class RestartTests(unittest.TestCase):
    def test_nothing_is_lost_while_it_lives(self):
        """Even where all of the jail died with the node. Wants a freezer of version 1."""
        if not os.access(FREEZER, os.W_OK):
            return
        with Node() as node, contextlib.ExitStack() as stack:
            until(lambda: node.jail("launcher"), 20, "there is no launcher")
            node.upload("s", "main.py", SCRIPT)
            started = node.execute("s", "python_script", {"script": "main.py"}).json
            until(lambda: node.get("/sessions/s/files/runs").status == 200, 10, "no script runs")
            # Its number here, not the one that it has behind its walls.
            [script] = [pid for pid in processes_in_groups(group_name(node))
                        if name_of(pid) == "python3"]
            frozen = Frozen(script)
            stack.callback(frozen.close)
            self.end_all(node)
            starting = threading.Thread(target=node.start)
            starting.start()
            stack.callback(starting.join)
            node.said(WAITS, 15)
            self.assertIsNone(node.port, "it listens while a script of its past lives")
            self.assertTrue(is_alive(script))
            frozen.thaw()
            starting.join()
            self.assertEqual(node.final(started["executionId"])["status"], "lost")
            self.assertFalse(is_alive(script))

    def test_a_start_that_the_ledger_refuses_changes_nothing(self):
        with Node() as node:
            node.stop()
            # As a program of another version finds it: a copy that it has no use for, and nothing
            # that it knows of those that are there.
            store = node.state / "plugins"
            (store / f"{'0' * 64}.so").touch()
            for answer in store.glob("*.json"):
                answer.unlink()
            before = self.files(store)
            with contextlib.closing(sqlite3.connect(node.state / "ledger.db")) as ledger:
                # Somebody else has it, which is waited for.
                ledger.execute("PRAGMA locking_mode = EXCLUSIVE")
                ledger.execute("BEGIN EXCLUSIVE")
                with self.assertRaisesRegex(AssertionError, "locked"):
                    node.start()
            self.assertEqual(self.files(store), before)

    def files(self, folder):
        return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}

    def end_all(self, node):
        """The node and every part of its jail at once: none does anything about another's end."""
        keeper = node.jail("keeper")
        parts = [keeper, *descendants(keeper)]
        os.kill(node.pid, signal.SIGSTOP)
        for pid in parts:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        node.kill()

