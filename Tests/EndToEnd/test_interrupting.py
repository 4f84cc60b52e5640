"""`orien run` that is interrupted, or cut off: no execution runs that nobody knows of."""

import pathlib
import signal
import subprocess
import tempfile
import unittest

from gate import Gate
from node import BINARIES, Node, until

SCRIPT = b"print('up', flush=True)\nimport time; time.sleep(60)"


class Interrupting(unittest.TestCase):
    def setUp(self):
        self.node = Node()
        self.addCleanup(self.node.close)
        self.node.start()
        self.node.upload("s", "main.py", SCRIPT)
        self.gate = Gate(self.node.port)
        self.gate.__enter__()
        self.addCleanup(self.gate.__exit__)

    def run_orien(self, *words):
        process = subprocess.Popen(
            [BINARIES / "orien", "run", *words, "--session", "s", "--url",
             f"http://127.0.0.1:{self.gate.port}"], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        return process

    def executions(self):
        return self.node.get("/executions?session=s").json["executions"]

    def test_one_interruption_cancels_and_the_exit_says_so(self):
        process = self.run_orien("python_script", "script=main.py")
        self.assertEqual(process.stdout.readline(), "up\n")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(20), 130)
        self.assertEqual([one["status"] for one in self.executions()], ["cancelled"])

    def interrupted_before_the_id_is_known(self, *words):
        self.gate.shut(b"POST /execute")
        process = self.run_orien("python_script", "script=main.py", *words)
        self.assertTrue(self.gate.held.wait(20))
        process.send_signal(signal.SIGINT)
        self.assertIn("cancelling", process.stderr.readline())
        self.gate.open()
        self.assertEqual(process.wait(20), 130)
        execution = self.executions()[0]["executionId"]
        self.assertEqual(self.node.final(execution)["status"], "cancelled")
        self.assertEqual(len(self.executions()), 1)

    def test_before_the_id_is_known_it_is_cancelled_once_it_is(self):
        self.interrupted_before_the_id_is_known()

    def test_also_where_nobody_would_wait_for_its_end(self):
        self.interrupted_before_the_id_is_known("--no-wait")

    def test_a_second_interruption_ends_at_once_whatever_the_node_does(self):
        self.gate.shut(b"POST /execute")
        process = self.run_orien("python_script", "script=main.py")
        self.assertTrue(self.gate.held.wait(20))
        process.send_signal(signal.SIGINT)
        self.assertIn("cancelling", process.stderr.readline())
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(3), 130)

    def test_a_second_interruption_ends_at_once_while_the_cancelling_hangs(self):
        process = self.run_orien("python_script", "script=main.py")
        self.assertEqual(process.stdout.readline(), "up\n")
        self.gate.shut(b"DELETE /executions")
        process.send_signal(signal.SIGINT)
        self.assertTrue(self.gate.held.wait(20))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(3), 130)

    def test_an_interruption_before_anything_was_asked_for_ends_at_once(self):
        self.gate.shut(b"GET /tools")
        process = self.run_orien("python_script", "script=main.py")
        self.assertTrue(self.gate.held.wait(20))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(3), 130)
        self.assertEqual(self.executions(), [])

    def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_runs_twice(self):
        self.gate.cut(b"POST /execute", 2)
        done = self.run_orien("echo", "message=hello")
        self.assertEqual(done.communicate(timeout=20)[0], "hello\n")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len(self.executions()), 1)


class Cancelling(unittest.TestCase):
    def test_all_are_tried_and_one_that_is_not_there_is_told(self):
        with Node() as node:
            node.upload("s", "main.py", SCRIPT)
            ids = [node.execute("s", "python_script", {"script": "main.py"}).json["executionId"]
                   for _ in range(2)]
            stranger = "exec-00000000-0000-4000-8000-000000000000"
            done = node.command("cancel", ids[0], stranger, ids[1])
            self.assertEqual(done.returncode, 66, done)
            self.assertIn(stranger, done.stderr)
            for execution in ids:
                self.assertIn(execution, done.stdout)
                self.assertEqual(node.final(execution)["status"], "cancelled")


class Keys(unittest.TestCase):
    """The settings of a client: each place over the next."""

    def test_a_key_file_counts_over_the_environment_and_that_over_dot_env(self):
        key = "the-key-of-this-node-0123"
        with Node(environment={"PROVIDER_API_KEY": key}) as node, \
                tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "key").write_text(key + "\n")
            (folder / "key").chmod(0o600)
            (folder / "wrong").write_text("not-the-key-of-this-node\n")
            (folder / "wrong").chmod(0o600)
            wrong = {"PROVIDER_API_KEY": "another-key-0123456789"}

            def status(*words, environment=None):
                return node.command("tools", *words, environment=environment,
                                    cwd=folder).returncode
            self.assertEqual(status(), 77)
            self.assertEqual(status(environment=wrong), 77)
            self.assertEqual(status("--key-file", "key", environment=wrong), 0)
            (folder / ".env").write_text(f"PROVIDER_API_KEY={key}\n")
            self.assertEqual(status(), 0)
            self.assertEqual(status(environment=wrong), 77)
            self.assertEqual(status("--key-file", "wrong"), 77)
            # And the port, too.
            (folder / ".env").write_text(f"PROVIDER_API_KEY={key}\nPORT={node.port}\n")
            done = node.command("tools", environment={"PORT": ""}, cwd=folder)
            self.assertEqual(done.returncode, 0, done)
            (folder / ".env").write_text("PROVIDER_API_KEI=x\n")
            done = node.command("tools", cwd=folder)
            self.assertEqual(done.returncode, 78)
            self.assertIn("PROVIDER_API_KEY", done.stderr)
