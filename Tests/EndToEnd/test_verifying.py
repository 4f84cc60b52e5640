"""`orien receipt verify` as an auditor meets it: zero where everything is there, else one and what
is wrong. What is done to the ledger is done with SQLite, behind the node's back."""

import contextlib
import json
import pathlib
import shutil
import sqlite3
import tempfile
import unittest

from node import Node

DEEDS = [
    ("DELETE FROM heads WHERE position = 2", "a signature was removed"),
    ("DELETE FROM heads WHERE position = 4", "under no signature"),
    ("UPDATE heads SET signature = zeroblob(64) WHERE position = 2", "signature at place 2"),
    ("UPDATE executions SET owner = 'mallory' WHERE position = 3", "its owner is kept as mallory"),
    ("UPDATE executions SET session = 'other' WHERE position = 3", "its session is kept as other"),
    ("UPDATE executions SET tool = 'other' WHERE position = 3", "its tool is kept as other"),
    ("UPDATE executions SET status = 5 WHERE position = 3", "its status is kept as cancelled"),
    ("UPDATE executions SET accepted_at = 5 WHERE position = 3", "its accepted_at is kept as 5"),
    ("UPDATE executions SET running_at = 5 WHERE position = 3", "its running_at is kept as 5"),
    ("UPDATE records SET completed_at = 5 WHERE position = 3", "its completed_at is kept as 5"),
    ("DELETE FROM executions WHERE position = 3", "record 3 belongs to no execution"),
    ("DELETE FROM records WHERE position = 3", "record 3 is missing"),
    ("UPDATE records SET record = "
     "CAST(replace(CAST(record AS TEXT), 'completed', 'failed') AS BLOB) WHERE position = 3",
     "record 3 is not the one that was hashed"),
    ("UPDATE outputs SET output = CAST('other' AS BLOB) WHERE position = 3",
     "is not the one that its record vouches for"),
    ("DELETE FROM outputs WHERE position = 3", "is gone, and older ones are kept"),
]


# Gigabytes of disks that stand empty: no auditor looks at them.
WORKSPACES = shutil.ignore_patterns("workspaces")


class Verifying(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-verify-"))
        cls.addClassCleanup(shutil.rmtree, cls.home)
        cls.node = Node(state=cls.home / "state")
        cls.addClassCleanup(cls.node.close)
        cls.node.start()
        for number in range(4):
            assert cls.node.execute("s", "echo", {"message": str(number)}, wait=10).status == 200
        cls.node.stop()

    def verify(self, *words, state=None, status=0):
        state = state or self.home / "state"
        done = self.node.command("receipt", "verify", "--chain", "--state", state, *words)
        self.assertEqual(done.returncode, status, done)
        return done

    def test_a_chain_that_is_whole_is_verified(self):
        self.assertIn("up to place 4", self.verify().stdout)
        said = json.loads(self.verify("--json").stdout)
        self.assertEqual((said["verified"], said["position"], said["signatures"]), (True, 4, 4))
        self.assertEqual((said["waiting"], said["running"]), (0, 0))

    def test_whatever_is_done_to_it_is_named(self):
        for sql, message in DEEDS:
            with self.subTest(sql):
                state = self.home / "tampered"
                shutil.copytree(self.home / "state", state, ignore=WORKSPACES)
                try:
                    with contextlib.closing(sqlite3.connect(state / "ledger.db")) as ledger, ledger:
                        self.assertEqual(ledger.execute(sql).rowcount, 1)
                    done = self.verify(state=state, status=1)
                    self.assertIn(message, done.stderr)
                    self.assertEqual(done.stdout, "")
                    said = json.loads(self.verify("--json", state=state, status=1).stdout)
                    self.assertEqual((said["verified"], said["reason"]), (False, "chain-broken"))
                    self.assertIn(message, said["message"])
                finally:
                    shutil.rmtree(state)

    def test_what_has_no_record_yet_is_counted_beside_a_node_at_work_and_after_one_that_died(self):
        with Node() as node:
            node.upload("s", "main.py", b"import time; time.sleep(60)")
            node.execute("s", "python_script", {"script": "main.py"})
            self.assertIn("final record: 1, of which 0 wait and 1 run",
                          self.verify(state=node.state).stdout)
            node.kill()
            said = json.loads(self.verify("--json", state=node.state).stdout)
            self.assertEqual((said["waiting"], said["running"]), (0, 1))
            node.start()
            self.assertNotIn("without a final record", self.verify(state=node.state).stdout)
