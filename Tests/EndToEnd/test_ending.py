"""A node that is told to end, and what might keep it from that."""

import ctypes
import os
import pathlib
import signal
import unittest

from node import Node, until

LIBC = ctypes.CDLL(None, use_errno=True)
SEIZE, INTERRUPT = 0x4206, 0x4207
WALL = 0x40000000
SCRIPT = b"import time\nopen('up', 'w')\ntime.sleep(1000)\n"


def hold(pid, name):
    """Stops one thread of a process and no other, as a disk does that never answers."""
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        if (task / "comm").read_text().strip() == name:
            thread = int(task.name)
            for request in (SEIZE, INTERRUPT):
                if LIBC.ptrace(request, thread, None, None):
                    raise OSError(ctypes.get_errno(), "ptrace")
            until(lambda: "State:\tt" in (task / "status").read_text(), 20, "it goes on")
            return thread
    raise AssertionError(f"there is no thread {name}")


class EndingTests(unittest.TestCase):
    def test_a_thread_that_a_dead_disk_holds_does_not_hold_up_the_end(self):
        """Wants to trace."""
        if os.getuid() != 0:
            return
        for name in ("disk-0", "ledger"):
            with self.subTest(name), Node() as node:
                thread = hold(node.pid, name)
                try:
                    node.process.terminate()
                    node.said("the disk holds up the end", 40)
                    while os.WIFSTOPPED(os.waitpid(thread, WALL)[1]): pass
                    self.assertEqual(node.process.wait(10), 1)
                finally:
                    if node.process.poll() is None:
                        node.process.kill()
                        while os.WIFSTOPPED(os.waitpid(thread, WALL)[1]): pass

    def test_who_says_it_twice_is_told_that_it_ends_at_once(self):
        with Node() as node:
            node.upload("s", "main.py", SCRIPT)
            node.execute("s", "python_script", {"script": "main.py"})
            until(lambda: node.get("/sessions/s/files/up").status == 200, 10, "no script runs")
            node.process.send_signal(signal.SIGINT)
            node.said("ending: running work", 10)
            node.process.send_signal(signal.SIGINT)
            self.assertEqual(node.process.wait(10), 1)
            node._reader.join()
            self.assertIn("ending at once", node.lines[-1])

    def test_who_is_told_to_end_says_nothing_of_errors(self):
        with Node() as node:
            node.upload("s", "main.py", b"print(1)")
            self.assertEqual(node.execute("s", "python_script", {"script": "main.py"},
                                          wait=20).json["status"], "completed")
            self.assertEqual(node.stop(), 0)
            self.assertEqual([line for line in node.lines if '"level":"info"' not in line
                              and line.startswith("{")], [])
