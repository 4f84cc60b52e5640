"""Attacks by arguments (group ARG): what a tool is given is what was sent, or nothing runs."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.parse

from case import NodeCase, pointers
from node import ROOT

# How a script says what it was given, by the tool that runs it: its arguments in hexadecimal.
SAYS_ARGUMENTS = {
    "python_script": b"import os, sys\nprint(*[os.fsencode(a).hex() for a in sys.argv[1:]])",
    "node_script": b"console.log(process.argv.slice(2)"
                   b".map(a => Buffer.from(a).toString('hex')).join(' '))",
}
ARGUMENT_BYTES = 128 << 10


class ArgumentAttacks(NodeCase):
    @classmethod
    def setUpClass(cls):
        # A tool that declares every kind of rule, beside those of the node.
        cls.tools = pathlib.Path(tempfile.mkdtemp(prefix="orien-tools-"))
        cls.addClassCleanup(shutil.rmtree, cls.tools)
        shutil.copytree(ROOT / "tools.d", cls.tools, dirs_exist_ok=True)
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-I", ROOT / "Sources/COrienABI/include", "-o",
             cls.tools / "ruled.so", ROOT / "Tests/Fixtures/ruled.c"], check=True)
        # A process of its own would be one more thing that is open afterwards.
        (cls.tools / "ruled.json").write_text('{"isolation": "node"}')
        super().setUpClass()

    def run_script(self, tool, content, name="main", **arguments):
        """The record of a script that is sent under `name`."""
        session = self.session()
        stored = self.upload(session, urllib.parse.quote(name, safe=""), content)
        self.assertEqual(stored.status, 201, stored)
        answer = self.execute(session, tool, {"script": name} | arguments, wait=20)
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def refuse(self, session, tool, arguments, *expected, statuses=(400,)):
        before = self.accepted()
        body = self.refused(self.execute(session, tool, arguments), *statuses)
        self.assertEqual(self.accepted(), before)
        for pointer in expected:
            self.assertIn(pointer, pointers(body))
        return body

    def test_the_name_of_a_script_is_no_option(self):
        for tool, content in SAYS_ARGUMENTS.items():
            for name in ("-c", "--version", "-e'print(1)'", "--inspect=0.0.0.0", "-", "--", "-m"):
                with self.subTest((tool, name)):
                    record = self.run_script(tool, content, name, args=["x"])
                    self.assertEqual((record["status"], record["output"]), ("completed", "78\n"))

    def test_an_argument_is_no_option_of_the_interpreter(self):
        for tool, content in SAYS_ARGUMENTS.items():
            sent = ["-c", "--version", "--", "-e", "process.exit(3)", "--inspect=0.0.0.0"]
            record = self.run_script(tool, content, args=sent)
            self.assertEqual(record["output"].split(), [one.encode().hex() for one in sent])

    def test_what_shells_read_arrives_byte_for_byte(self):
        sent = ["a b", " ", "\t", "'", '"', "`id`", "$(id)", "${HOME}", "a\nb", "\\", "*", "~", ";",
                "&&", "|", ">x", "#", "%s%n", "\u00e9\u4e2d\U0001f600", "\u202e", "\x1b[2J", "\x7f"]
        for tool, content in SAYS_ARGUMENTS.items():
            record = self.run_script(tool, content, args=sent)
            self.assertEqual(record["output"].split(), [one.encode().hex() for one in sent], tool)
        session = self.session()
        for message in [*sent, "".join(sent)]:
            record = self.execute(session, "echo", {"message": message}, wait=10).json
            self.assertEqual(record["output"], message + "\n")

    def test_an_empty_argument_is_one(self):
        record = self.run_script("python_script", b"import sys; print(sys.argv[1:])",
                                 args=["", "x", ""])
        self.assertEqual(record["output"], "['', 'x', '']\n")

    def test_no_argument_has_a_nul(self):
        session = self.session()
        self.refuse(session, "echo", {"message": "a\0b"})
        self.upload(session, "main.py", b"")
        self.refuse(session, "python_script", {"script": "main.py", "args": ["a\0b"]})
        self.refuse(session, "python_script", {"script": "main.py", "env": {"A": "a\0b"}})

    def test_an_argument_is_as_long_as_linux_takes_and_no_longer(self):
        content = b"import sys; print(len(sys.argv[1]))"
        longest = ARGUMENT_BYTES - 1
        record = self.run_script("python_script", content, args=["x" * longest])
        self.assertEqual(record["output"], f"{longest}\n")
        self.refuse(self.sessions[-1], "python_script",
                    {"script": "main", "args": ["x" * (longest + 1)]}, "/args/args/0")

    def test_all_arguments_together_are_bounded_before_a_process_is_made(self):
        # Beyond what the node takes as arguments at all.
        session = self.session()
        self.upload(session, "main", b"")
        self.refuse(session, "python_script",
                    {"script": "main", "args": ["x" * 100_000] * 25}, statuses=(400, 413))
        # Within that, and beyond what a process may be given.
        self.refuse(session, "python_script",
                    {"script": "main", "args": ["x" * 100_000] * 5}, "/args/args")
        # No rule of one argument shows what several come to: it costs nothing.
        record = self.run_script(
            "python_script", b"print('ran')", args=["x" * 90_000] * 2, env={"A": "x" * 90_000})
        self.assertEqual((record["status"], record["reason"]), ("failed", "arguments"), record)
        self.assertIn("256 KiB", record["message"])
        self.assertEqual((record["output"], record["cost"]["microUnits"]), ("", 0))

    def test_many_arguments_are_refused(self):
        session = self.session()
        self.upload(session, "main", b"")
        self.refuse(session, "python_script", {"script": "main", "args": ["a"] * 1_001},
                    "/args/args")
        self.refuse(session, "python_script", {"script": "main", "args": ["a"] * 100_000})

    def test_every_fault_is_named_at_once(self):
        session = self.session()
        body = self.refuse(
            session, "python_script",
            {"args": "x", "stdin": 7, "env": {"A": 1}, "__proto__": {"script": "main.py"},
             "constructor": 1, "Script": "main.py"},
            "/args/script", "/args/args", "/args/stdin", "/args/__proto__", "/args/constructor",
            "/args/Script")
        self.assertGreaterEqual(len(body["errors"]), 7)
        for wrong in (None, [], "x", 7, True):
            self.refuse(session, "echo", wrong)
        self.refuse(session, "echo", {})
        for wrong in (None, [], {}, 7, True):
            self.refuse(session, "echo", {"message": wrong}, "/args/message")

    def test_an_argument_is_there_once(self):
        body = b'{"sessionId":"s","toolId":"echo","args":{"message":"a","message":"b"}}'
        before = self.accepted()
        self.refused(self.ask("POST", "/execute", body, {"Content-Type": "application/json"}), 400)
        self.assertEqual(self.accepted(), before)

    def ruled(self, member):
        """The answer where `member` is all that the tool with rules is given, as JSON text."""
        body = '{"sessionId":"rules","toolId":"ruled","args":{%s}}' % member
        return self.ask("POST", "/execute?wait=10", body.encode(),
                        {"Content-Type": "application/json"})

    def test_numbers_are_what_json_schema_says(self):
        self.session("rules")
        for member, value in (
                ('"whole":1.0', 1), ('"whole":-0', 0), ('"whole":1e3', 1000),
                ('"whole":9223372036854775807', 2**63 - 1),
                ('"whole":-9223372036854775808', -2**63),
                ('"few":-3', -3), ('"few":9', 9), ('"ratio":0.5', 0.5), ('"ratio":-0.0', 0),
                ('"ratio":1', 1)):
            with self.subTest(member):
                answer = self.ruled(member)
                self.assertEqual(answer.status, 200, answer)
                given = json.loads(answer.json["output"])
                name = json.loads("{%s}" % member).popitem()[0]
                self.assertEqual(given[name], value, answer)
        for member in (
                '"whole":NaN', '"whole":Infinity', '"whole":1e400', '"whole":1.5', '"whole":"1"',
                '"whole":9223372036854775808', '"whole":-9223372036854775809', '"whole":01',
                '"whole":+1', '"whole":0x1', '"whole":true', '"few":-4', '"few":10',
                '"few":1e19', '"ratio":-0.1', '"ratio":1e400', '"ratio":NaN', '"ratio":"0.5"'):
            with self.subTest(member):
                before = self.accepted()
                self.refused(self.ruled(member), 400)
                self.assertEqual(self.accepted(), before)

    def test_texts_are_one_of_those_that_are_listed(self):
        self.session("rules")
        self.assertEqual(self.ruled('"level":"low"').status, 200)
        for text in ("", "Low", "low ", "low\n", "lo", "medium"):
            self.refused(self.ruled('"level":' + json.dumps(text)), 400, pointer="/args/level")

    def test_no_pattern_costs_more_than_its_text(self):
        self.session("rules")
        self.assertEqual(self.ruled('"word":"aaa"').status, 200)
        began = time.monotonic()
        for count in (30, 1_000, 99_999):
            self.refused(self.ruled('"word":"%s!"' % ("a" * count)), 400, pointer="/args/word")
        self.assertLess(time.monotonic() - began, 2)
