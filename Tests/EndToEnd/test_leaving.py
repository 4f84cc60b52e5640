"""A script that has ended in an interpreter that had waited: what the kernel still takes apart
holds up no answer, and is gone before anybody has its place."""

import contextlib
import ctypes
import os
import pathlib
import signal
import unittest

from case import NodeCase
from node import descendants, name_of, until

LIBC = ctypes.CDLL(None, use_errno=True)
PTRACE_CONT, PTRACE_SEIZE = 7, 0x4206
STOPS_BEFORE_ITS_END = 0x40
WALL = 0x40000000
# It waits for a signal that nobody is told of who traces it.
WAITS = """
import ctypes, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
ctypes.CDLL(None).prctl(15, b"waits")
print("up", flush=True)
signal.sigwait([signal.SIGUSR1])
"""


class Held:
    """A process that stays where it is when it is killed, as long as nobody lets it go."""

    def __init__(self, pid):
        self.pid = pid
        self.ask(PTRACE_SEIZE, STOPS_BEFORE_ITS_END)

    def ask(self, request, data=None):
        if LIBC.ptrace(request, self.pid, None, ctypes.c_void_p(data)):
            raise OSError(ctypes.get_errno(), "ptrace")

    def stops(self):
        """It stops itself, which who traces it has to allow."""
        _, status = os.waitpid(self.pid, WALL)
        if os.WSTOPSIG(status) != signal.SIGSTOP or status >> 16:
            raise AssertionError(f"it does not stop: {status:x}")
        self.ask(PTRACE_CONT, signal.SIGSTOP)

    def let_go(self):
        with contextlib.suppress(ChildProcessError, ProcessLookupError):
            # Where it has been before, this does nothing.
            os.kill(self.pid, signal.SIGKILL)
            while os.WIFSTOPPED(os.waitpid(self.pid, WALL)[1]):
                self.ask(PTRACE_CONT)


class Leaving(NodeCase):
    environment = {"WORKSPACE_BYTES": "64M"}

    def interpreters(self):
        """Those that wait, or have waited."""
        found = set()
        for pid in descendants(self.node.pid):
            with contextlib.suppress(OSError):
                if pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() == b"python3\0script\0":
                    found.add(pid)
        return found

    def waiting(self):
        """Whether one of them is up, and polls for what it is to run."""
        for pid in self.interpreters():
            # One may be let go of meanwhile.
            with contextlib.suppress(OSError):
                if pathlib.Path(f"/proc/{pid}/syscall").read_text().startswith("7 "):
                    return True
        return False

    def warm(self, script):
        """The record of a script that runs where somebody has waited."""
        until(self.waiting, 20, "nobody waits")
        return self.python(self.session(), script)

    def limited(self, script, **limits):
        """The same with limits of its own."""
        until(self.waiting, 20, "nobody waits")
        session = self.session()
        self.upload(session, "main.py", script.encode())
        return self.ask("POST", "/execute?wait=20", {
            "sessionId": session, "toolId": "python_script", "args": {"script": "main.py"},
            "limits": limits}).json

    def ended(self, before=""):
        """A session whose script has ended, what is known of it, and its process, which is held."""
        until(self.waiting, 20, "nobody waits")
        session = self.session()
        self.upload(session, "main.py", (before + WAITS).encode())
        answer = self.execute(session, "python_script", {"script": "main.py"})
        path = f"/executions/{answer.json['executionId']}/output"
        until(lambda: self.get(path).body == b"up\n", 10, "it does not begin")
        held = Held(next(pid for pid in descendants(self.node.pid)
                         if name_of(pid) == "waits"))
        self.addCleanup(held.let_go)
        os.kill(held.pid, signal.SIGUSR1)
        held.stops()
        return session, self.final(answer.json["executionId"]), held

    def gone(self, held):
        held.let_go()
        until(lambda: not self.remaining() - self.interpreters(), 10, "something is left")

    def test_its_answer_waits_for_nothing_that_is_taken_apart(self):
        """Wants to trace."""
        session, record, held = self.ended()
        self.assertEqual((record["status"], record["exitCode"], record["output"]),
                         ("completed", 0, "up\n"))
        self.assertEqual(name_of(held.pid), "orien-ended 0")
        # And neither does whoever comes next, in another place.
        self.assertEqual(self.python(session, "print(1)")["output"], "1\n")
        self.assertIn(held.pid, self.remaining())
        self.gone(held)

    def test_it_has_let_go_of_what_others_may_wait_for(self):
        """Wants to trace."""
        locks = "import fcntl, os\nlock = os.open('lock', os.O_CREAT | os.O_RDWR)\n" \
            "fcntl.flock(lock, fcntl.LOCK_EX%s)\n"
        session, record, held = self.ended(before=locks % "")
        self.assertEqual(record["status"], "completed")
        self.assertEqual(self.python(session, locks % " | fcntl.LOCK_NB")["status"], "completed")
        self.gone(held)

    def test_a_workspace_that_one_still_has_can_be_removed(self):
        """Wants to trace."""
        session, _, held = self.ended()
        answer = self.ask("DELETE", f"/sessions/{session}/workspace")
        self.assertEqual(answer.status, 200, answer)
        self.gone(held)

    def test_each_end_is_told_as_it_was(self):
        for script, ends in (
                ("import sys; sys.exit(7)", ("failed", 7)),
                ("raise ValueError('no')", ("failed", 1)),
                ("import os; os._exit(4)", ("failed", 4)),
                ("import sys; sys.exit(-1)", ("failed", 255)),
                ("import os, sys\nif os.fork() == 0: sys.exit(5)\nos.wait()", ("completed", 0)),
                ("import os\nif os.fork(): os._exit(6)\nimport time; time.sleep(1000)",
                 ("failed", 6)),
                ("import os, sys\nif os.fork(): sys.exit(6)\nimport time; time.sleep(1000)",
                 ("failed", 6)),
                ("import threading, time\n"
                 "threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()",
                 ("completed", 0))):
            with self.subTest(script):
                record = self.warm(script)
                self.assertEqual((record["status"], record["exitCode"]), ends)

    def test_what_the_c_library_holds_is_written(self):
        record = self.warm("import ctypes; ctypes.CDLL(None).printf(b'held')")
        self.assertEqual(record["output"], "held")

    def test_what_it_has_written_to_the_disk_is_counted(self):
        writes = "import os\n%swith open('x', 'wb') as x:\n x.write(bytes(3 << 20))\n" \
            " x.flush(); os.fsync(x.fileno())\n"
        # Of a child, too, that nobody waits for.
        child = "ours, its = os.pipe()\n" \
            "if os.fork(): os.close(its); os.read(ours, 1); os._exit(0)\n"
        for before in ("", child, child.replace("os._exit(0)", "raise SystemExit")):
            with self.subTest(before):
                record = self.warm(writes % before)
                self.assertEqual(record["status"], "completed")
                self.assertGreaterEqual(record["usage"]["writtenBytes"], 3 << 20)

    def test_what_is_gone_with_its_end_counts_no_more(self):
        unlinked = "import mmap, os\nfile = os.open('x', os.O_RDWR | os.O_CREAT)\n" \
            "for _ in range(40): os.write(file, bytes(1 << 20))\nos.unlink('x')\n"
        for script in (unlinked, unlinked + "m = mmap.mmap(file, 40 << 20)\nos.close(file)"):
            with self.subTest(script):
                self.assertEqual(self.warm(script)["status"], "completed")
                stored = self.upload(self.sessions[-1], "y", bytes(30 << 20))
                self.assertEqual(stored.status, 201, stored)

    def test_what_keeps_one_from_telling_keeps_it_from_nothing_else(self):
        forbids = """
import ctypes
libc = ctypes.CDLL(None)
class Filter(ctypes.Structure): _fields_ = [("count", ctypes.c_ushort), ("steps", ctypes.c_void_p)]
def step(code, yes, no, k): return code | yes << 16 | no << 24 | k << 32
steps = (ctypes.c_uint64 * 4)(step(0x20, 0, 0, 0), step(0x15, 0, 1, 157), step(6, 0, 0, %s),
                              step(6, 0, 0, 0x7fff0000))
if libc.prctl(22, 2, ctypes.byref(Filter(4, ctypes.addressof(steps)))): raise SystemExit("none")
"""
        wakes = """
import ctypes, signal
libc = ctypes.CDLL(None)
event = (ctypes.c_int * 16)(0, 0, signal.SIGCONT, 0)
timer, times = ctypes.c_void_p(), (ctypes.c_long * 4)(0, 50_000, 0, 50_000)
if libc.timer_create(1, event, ctypes.byref(timer)): raise SystemExit("no timer")
if libc.timer_settime(timer, 0, times, None): raise SystemExit("it is not set")
"""
        reads = "import ctypes, os, threading\nlibc = ctypes.CDLL(None)\nours, its = os.pipe()\n" \
            "libc.fdopen.restype = ctypes.c_void_p\n" \
            "file = ctypes.c_void_p(libc.fdopen(ours, b'r'))\n" \
            "threading.Thread(target=libc.fgetc, args=(file,), daemon=True).start()\n"
        for script in (forbids % "0x50001", forbids % "0x80000000", wakes, reads):
            with self.subTest(script):
                record = self.limited(script, wallMilliseconds=5000)
                self.assertEqual((record["status"], record["output"]), ("completed", ""), record)

    def test_a_script_may_say_it_in_its_hosts_place(self):
        """It is an end with that code, and takes all with it that is left."""
        named = "import ctypes, os, signal\nctypes.CDLL(None).prctl(15, b'orien-ended %s')\n"
        record = self.warm(named % 9 + "if os.fork(): os.kill(os.getpid(), signal.SIGSTOP)\n"
                           "import time; time.sleep(1000)")
        self.assertEqual((record["status"], record["exitCode"]), ("failed", 9))

    def test_who_only_stops_has_not_ended(self):
        stops = "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\n"
        for name in ("", "orien-ended", "orien-ended x", "orien-ended 256", "orien-ended -1"):
            with self.subTest(name):
                named = f"import ctypes\nctypes.CDLL(None).prctl(15, b'{name}')\n" if name else ""
                record = self.limited(named + stops, wallMilliseconds=300)
                self.assertEqual(record["status"], "timeout")
        woken = "import os, signal\nif os.fork() == 0:\n p = os.getppid()\n" \
            " while open(f'/proc/{p}/stat').read().rsplit(')', 1)[1].split()[0] != 'T': pass\n" \
            " os.kill(p, signal.SIGCONT)\n os._exit(0)\n" \
            "os.kill(os.getpid(), signal.SIGSTOP)\nos.wait()\nprint('woken')"
        self.assertEqual(self.warm(woken)["output"], "woken\n")


if __name__ == "__main__":
    unittest.main()
