"""What a host says to whoever started it, whatever its interpreter is."""

import os
import pathlib
import re
import socket

import rig
from streams import Streams, deadline, ended
from test_node import NodeCase
from test_python import PythonCase


class HostTests:
    # A script that names what is open; scripts that end by `exit`, and what they end with; and one
    # that does not.
    script = exits = falls = None

    def ended(self, host):
        pid, host.pid = host.pid, None
        return ended(pid, deadline())

    def test_nobody_asks(self):
        with rig.Host(self.host) as host:
            host.order.shutdown(socket.SHUT_WR)
            self.assertEqual((self.ended(host), host.heard()), (0, b""))

    def test_what_is_no_request_fails(self):
        with rig.Host(self.host) as host:
            host.ask([self.interpreter, "a"], [])
            self.assertEqual(host.heard(), rig.FAILS)
            self.assertEqual(self.ended(host), rig.FAILED)

    def test_what_cannot_be_started_fails(self):
        for program in ("absent", "/etc/passwd", "a/b"):
            with self.subTest(program), rig.Host(self.host) as host:
                streams = Streams("null", b"")
                host.ask([program, "a"], streams.theirs)
                streams.started()
                self.assertEqual(host.heard(), rig.BEGINS + rig.FAILS)
                self.assertEqual(self.ended(host), rig.FAILED)

    def test_another_program_is_started_cold(self):
        words = ["sh", "-c", "echo $0; env; pwd; umask; cat; ls /proc/self/fd; exit 3", "x"]
        cold = rig.run_cold(words, b"y\n")
        self.assertEqual(rig.run_warm(self.host, words, {}, b"y\n"), cold)
        self.assertEqual(cold.code, 3)
        for words in (["grep", "-E", "Sig[BC]|Name|Seccomp|NoNew", "/proc/self/status"],
                      ["sh", "-c", "kill -PIPE $$"], ["sh", "-c", "kill -XFSZ $$"]):
            with self.subTest(words):
                self.assertEqual(rig.run_warm(self.host, words, {}), rig.run_cold(words))


    def test_an_end_is_told_before_anything_is_taken_apart(self):
        words = [self.interpreter, "a"]
        for text, code in self.exits.items():
            with self.subTest(text):
                ending = rig.run_warm(self.host, words, {"a": text})
                self.assertEqual((ending.was_told, ending.code), (True, code))
        self.assertFalse(rig.run_warm(self.host, words, {"a": self.falls}).was_told)


class PythonHostTests(HostTests, PythonCase):
    script = "import os; print(os.listdir('/proc/self/fd'))"
    exits = {"": 0, "import sys; sys.exit(3)": 3, "1 / 0": 1, "import sys; sys.exit(-1)": 255,
             "class A:\n def __del__(self): print(1)\na = A()": 0}
    falls = "import os; os._exit(3)"


class NodeHostTests(HostTests, NodeCase):
    script = "console.log(require('fs').readdirSync('/proc/self/fd'))"
    exits = {"": 0, "process.exit(3)": 3, "throw 1": 1, "process.exit(-1)": 255,
             "new (require('worker_threads').Worker)('0', {eval: true})": 0}
    falls = "process.abort()"

    def test_waits_without_what_its_program_has_read_to_start(self):
        with rig.Host(self.host) as host:
            code, constants = (
                sum(map(mapped_kilobytes, part)) for part in program_parts(host.pid))
            self.assertGreater(code, 4096)
            self.assertLess(constants, code / 8)


def program_parts(pid):
    """Of the program that a process has become: its code, and what it can only read, as the kernel
    tells of each mapping."""
    program = os.readlink(f"/proc/{pid}/exe")
    told = pathlib.Path(f"/proc/{pid}/smaps").read_text()
    mappings = re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", told, flags=re.M)[1:]
    own = [one for one in mappings if one.splitlines()[0].endswith(f" {program}")]
    return ([one for one in own if one.split()[1] == rights] for rights in ("r-xp", "r--p"))


def mapped_kilobytes(mapping):
    return int(re.search(r"^Rss: +(\d+) kB$", mapping, re.M)[1])
