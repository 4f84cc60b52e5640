"""The command line as its user meets it: words, exit codes, what is on which stream."""

import json
import pathlib
import signal
import subprocess
import tempfile
import unittest

from node import BINARIES, Node, until

COMMANDS = ["serve", "doctor", "status", "tools", "run", "ps", "logs", "cancel", "plugins",
            "receipt", "config", "version"]


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = Node()
        cls.addClassCleanup(cls.node.close)
        cls.node.start()

    def orien(self, *words, status=0, **options):
        done = self.node.command(*words, **options)
        self.assertEqual(done.returncode, status, f"{words}: {done.stdout}{done.stderr}")
        return done

    def test_every_command_has_help_with_an_example(self):
        listed = self.orien("--help").stdout
        for command in COMMANDS:
            self.assertIn(command, listed)
            self.assertIn(f"orien {command}", self.orien(command, "--help").stdout)

    def test_an_unknown_word_suggests_the_nearest(self):
        for words, nearest in ((["stauts"], "status"), (["serve", "--lissten", "x"], "--listen")):
            done = self.node.command(*words)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(nearest, done.stderr)
            self.assertEqual(done.stdout, "")

    def test_json_is_one_value_on_standard_output(self):
        for words in (["status"], ["tools"], ["ps"], ["plugins"], ["version"], ["config", "show"]):
            json.loads(self.orien(*words, "--json").stdout)

    def test_no_colour_where_nobody_looks(self):
        for words in (["status"], ["tools"], ["plugins"], ["--help"]):
            self.assertNotIn("\x1b", self.orien(*words).stdout)

    def test_a_tool_runs_and_its_output_is_ours(self):
        self.assertEqual(self.orien("run", "echo", "message=a=b c").stdout, "a=b c\n")

    def test_a_script_is_sent_and_its_exit_code_is_ours(self):
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder) / "main.py"
            script.write_text("import sys; print('out'); print('err', file=sys.stderr); exit(7)")
            done = self.orien("run", "python_script", "script=main.py", "--file",
                              f"{script}:main.py", status=7)
        self.assertEqual(done.stdout, "out\n")
        self.assertIn("err", done.stderr)

    def test_a_call_is_listed_followed_and_cancelled(self):
        session = "cli"
        self.node.upload(session, "s.py", b"print('up', flush=True)\nimport time; time.sleep(60)")
        started = self.node.execute(session, "python_script", {"script": "s.py"}).json
        execution = started["executionId"]
        until(lambda: self.node.get(f"/executions/{execution}/output").body, 10, "it is silent")
        self.assertIn(execution, self.orien("ps").stdout)
        self.orien("cancel", execution)
        self.assertEqual(self.orien("logs", "-f", execution).stdout, "up\n")
        self.assertEqual(self.node.final(execution)["status"], "cancelled")

    def test_a_wrong_argument_is_named(self):
        done = self.node.command("run", "echo", "massage=x")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("message", done.stderr)

    def test_a_node_that_is_not_there_is_said_to_be_so(self):
        done = self.node.command("status", environment={"PORT": "1"})
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("127.0.0.1:1", done.stderr)

    def test_every_effective_value_says_where_it_came_from(self):
        done = self.node.command("config", "show", environment={"PORT": "4321"})
        line = next(line for line in done.stdout.splitlines() if line.startswith("PORT"))
        self.assertIn("4321", line)
        self.assertIn("environment", line)

    def test_a_variable_is_what_stands_behind_its_first_equals_sign(self):
        for name in ("a=b", "=", "\u0301x", "\ufe0fx"):
            done = self.node.command("config", "show", "--json",
                                     environment={"PROVIDER_NAME": name})
            self.assertEqual(json.loads(done.stdout)["PROVIDER_NAME"],
                             {"value": name, "origin": "environment"})

    def test_an_unknown_key_in_a_file_is_an_error_that_suggests_the_nearest(self):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write("PROVIDER_NAM=x\n")
            file.flush()
            done = self.node.command("config", "show", "--config", file.name)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("PROVIDER_NAME", done.stderr)

    def test_beyond_loopback_a_key_is_asked_for(self):
        with tempfile.TemporaryDirectory() as state:
            for key in (None, "demo-key"):
                done = subprocess.run(
                    [BINARIES / "orien", "serve", "--listen", "0.0.0.0:0", "--state", state],
                    env={"PATH": "/usr/bin"} | ({"PROVIDER_API_KEY": key} if key else {}),
                    capture_output=True, text=True, timeout=20)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn("key", done.stderr)

    def test_a_state_folder_has_one_node(self):
        done = subprocess.run(
            [BINARIES / "orien", "serve", "--listen", "127.0.0.1:0", "--state", self.node.state],
            capture_output=True, text=True, timeout=20)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(str(self.node.state), done.stderr)


class Stopping(unittest.TestCase):
    def test_asked_to_stop_it_ends_with_zero_and_the_chain_is_whole(self):
        with Node() as node:
            self.assertEqual(node.execute("s", "echo", {"message": "x"}, wait=5).status, 200)
            self.assertEqual(node.stop(), 0)
            verified = node.command("receipt", "verify", "--chain", "--state", node.state)
            self.assertEqual(verified.returncode, 0, verified)

    def test_asked_twice_it_ends_at_once(self):
        with Node() as node:
            node.upload("s", "s.py", b"import time; time.sleep(100)")
            node.execute("s", "python_script", {"script": "s.py"})
            node.process.send_signal(signal.SIGTERM)
            # Two at once would be one: the second is sent when the first has been heard.
            node.said("ending", 5)
            node.process.send_signal(signal.SIGTERM)
            node.process.wait(3)
