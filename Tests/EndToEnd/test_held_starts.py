"""A start that cannot write what it owes the calls of the node before it."""

import contextlib
import os
import shutil
import signal
import sqlite3
import threading
import time

from groups import group_name, processes_in_groups
from node import ROOT, Node, name_of, until
from small_disk import SmallDisk, SmallDiskCase
from workshop import Workshop

SCRIPT = b"import time\nopen('runs', 'w').close()\ntime.sleep(1000)\n"
HELD = "what was promised waits to be written"


class HeldStartTests(SmallDiskCase):
    def setUp(self):
        self.disk = SmallDisk()
        self.addCleanup(self.disk.close)
        self.node = Node(state=self.disk.state,
                         environment={"MAX_CONCURRENT": "1", "QUEUE_SECONDS": "1",
                                      "WORKSPACE_QUOTA": "count"})
        self.addCleanup(self.node.close)

    def run_script(self):
        """A call that runs: its execution, and the process of it."""
        self.node.upload("s", "main.py", SCRIPT)
        started = self.node.execute("s", "python_script", {"script": "main.py"}).json
        return started["executionId"], until(self.script, 10, "no script runs")

    def script(self):
        """Its number here, not the one that it has behind its walls."""
        if self.node.get("/sessions/s/files/runs").status != 200:
            return None
        [script] = [pid for pid in processes_in_groups(group_name(self.node))
                    if name_of(pid) == "python3"]
        return script

    def stay_in_ledger(self):
        """A connection with which the log and its index outlive the node."""
        ledger = sqlite3.connect(self.node.state / "ledger.db", isolation_level=None)
        self.addCleanup(ledger.close)
        ledger.execute("SELECT count(*) FROM executions").fetchall()
        return ledger

    def empty_log(self, ledger):
        """Whoever writes then needs new room, and finds none in the log."""
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def leave_one_that_waited(self):
        """A node that ended with nothing lost, and a call that has waited for too long since.

        Returns the call, and a connection to the ledger.
        """
        self.node.environment["QUEUE_SECONDS"] = "1000"
        self.node.start()
        _, script = self.run_script()
        waiting = self.node.execute("s", "echo", {"message": "x"}).json
        self.assertEqual(waiting["status"], "pending")
        accepted = time.monotonic()
        ledger = self.stay_in_ledger()
        self.node.process.terminate()
        self.node.said("ending: running work", 10)
        os.kill(script, signal.SIGKILL)
        self.assertEqual(self.node.process.wait(20), 0)
        self.empty_log(ledger)
        until(lambda: time.monotonic() > accepted + 1, 10, "no time passes")
        self.node.environment["QUEUE_SECONDS"] = "1"
        return waiting["executionId"], ledger

    def expect_end(self, code, why):
        """A start that says at once what it waits for, and ends in time."""
        starting = threading.Thread(target=self.start_in_vain)
        starting.start()
        try:
            (held, *_) = self.node.said(HELD, 8)
            self.assertIsNone(self.node.process.poll())
            self.assertIn(why, held)
        finally:
            starting.join()
        self.assertEqual(self.node.process.wait(20), code)
        self.assertIn(why, self.node.said("the node cannot go on")[0])
        self.assertEqual(len(self.node.said(HELD)), 1)

    def start_in_vain(self):
        with contextlib.suppress(AssertionError):
            self.node.start()

    def expect_cancelled(self, execution):
        self.node.start()
        record = self.node.final(execution)
        self.assertEqual((record["status"], record["reason"]), ("cancelled", "node-restart"))

    def test_no_room_for_what_was_lost(self):
        self.node.start()
        lost, _ = self.run_script()
        ledger = self.stay_in_ledger()
        self.node.kill()
        self.empty_log(ledger)
        self.disk.fill()
        self.expect_end(73, "the ledger's disk is full")
        self.disk.empty()
        self.node.start()
        self.assertEqual(self.node.final(lost)["status"], "lost")

    def test_no_room_for_what_waited_too_long(self):
        waiting, _ = self.leave_one_that_waited()
        self.disk.fill()
        self.expect_end(73, "the ledger's disk is full")
        self.disk.empty()
        self.expect_cancelled(waiting)

    def test_no_room_to_forget_a_session_whose_folder_is_gone(self):
        self.node.start()
        self.node.upload("s", "a.txt", b"a")
        ledger = self.stay_in_ledger()
        self.assertEqual(self.node.stop(), 0)
        self.empty_log(ledger)
        for folder in (self.node.state / "workspaces").iterdir():
            shutil.rmtree(folder)
        self.disk.fill()
        self.expect_end(73, "the ledger's disk is full")
        self.disk.empty()
        self.node.start()
        self.node.said('"sessions":"1"', 8)

    def test_a_ledger_that_another_program_has_locked_is_not_a_full_disk(self):
        waiting, ledger = self.leave_one_that_waited()
        ledger.execute("BEGIN IMMEDIATE")
        self.expect_end(1, "another program has locked the ledger")
        self.assertNotIn("disk-full", "\n".join(self.node.lines))
        ledger.execute("ROLLBACK")
        self.expect_cancelled(waiting)

    def test_a_start_goes_on_when_what_held_it_up_is_gone(self):
        waiting, ledger = self.leave_one_that_waited()
        ledger.execute("BEGIN IMMEDIATE")
        starting = threading.Thread(target=self.node.start)
        starting.start()
        try:
            self.node.said(HELD, 8)
        finally:
            ledger.execute("ROLLBACK")
            starting.join()
        self.assertEqual(self.node.final(waiting)["status"], "cancelled")

    def test_a_plugin_that_comes_meanwhile_does_not_make_it_a_start_that_has_come_up(self):
        shop = Workshop()
        self.addCleanup(shop.close)
        for name in ("echo.so", "python_script.so", "python_script.json"):
            shutil.copy(ROOT / "tools.d" / name, shop.tools)
        self.node.flags = ["--tools", shop.tools]
        waiting, ledger = self.leave_one_that_waited()
        ledger.execute("BEGIN IMMEDIATE")
        starting = threading.Thread(target=self.start_in_vain)
        starting.start()
        try:
            self.node.said(HELD, 8)
            shop.put("late", 1)
            self.node.said('"plugin":"test.late"', 8)
            self.assertEqual(self.journal(), ["1", "echo.so", "python_script.so"])
            self.node.kill()
        finally:
            starting.join()
        ledger.execute("ROLLBACK")
        self.expect_cancelled(waiting)
        self.assertEqual(self.journal(), [])

    def journal(self):
        return (self.node.state / "starting").read_text().splitlines()
