"""What a node says of what it keeps."""

import contextlib
import sqlite3
import unittest

from node import Node


class KeepingTests(unittest.TestCase):
    def test_a_start_at_a_time_that_no_record_would_be_kept_to_says_so(self):
        with Node() as node:
            answer = node.execute("s", "echo", {"message": "m"}, wait=10)
            self.assertEqual(answer.status, 200)
            for days, is_told in ((20, False), (20, True)):
                node.stop()
                path = node.state / "ledger.db"
                with contextlib.closing(sqlite3.connect(path)) as ledger, ledger:
                    ledger.execute(
                        "UPDATE records SET completed_at = completed_at - ?",
                        [days * 86_400_000_000])
                node.start()
                self.assertEqual("where the clock is wrong" in "\n".join(node.lines), is_told)
