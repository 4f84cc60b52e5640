"""The way of a call: accepted, run, final; asked for twice, cancelled, too slow."""

import json
import threading
import unittest
import uuid

from case import NodeCase

FINAL = {"completed", "failed", "timeout", "cancelled", "lost"}


class Execute(NodeCase):
    def test_a_call_is_accepted_and_then_completes(self):
        answer = self.execute(self.session(), "echo", {"message": "hello"})
        self.assertEqual(answer.status, 202)
        body = answer.json
        self.assertRegex(body["executionId"], r"^exec-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertIn(body["status"], ("pending", "running"))
        self.assertRegex(body["startedAt"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        record = self.final(body["executionId"])
        self.assertEqual(record["status"], "completed")
        self.assertEqual(record["output"], "hello\n")
        self.assertEqual(record["exitCode"], 0)
        self.assertEqual(record["startedAt"], body["startedAt"])
        self.assertNotIn("error", record)

    def test_the_final_record_has_what_others_rely_on(self):
        session = self.session()
        record = self.execute(session, "echo", {"message": "x"}, wait=5).json
        self.assertEqual((record["sessionId"], record["toolId"]), (session, "echo"))
        for member in ("completedAt", "effectiveDurationMs", "truncated", "outputBytes", "usage",
                       "limits", "cost", "generation", "isolation", "receipt", "reason"):
            self.assertIn(member, record)
        for member in ("wallMicroseconds", "cpuUserMicroseconds", "cpuSystemMicroseconds",
                       "memoryPeakBytes", "memoryByteSeconds"):
            self.assertIsInstance(record["usage"][member], int)
        for limit in record["limits"].values():
            self.assertLessEqual({"granted", "enforcedBy"}, limit.keys())
        self.assertIsInstance(record["cost"]["microUnits"], (int, str))
        self.assertLessEqual({"id", "hash"}, record["receipt"].keys())

    def test_wait_answers_with_the_end_when_it_comes_in_time(self):
        answer = self.execute(self.session(), "echo", {"message": "x"}, wait=5)
        self.assertEqual((answer.status, answer.json["status"]), (200, "completed"))

    def test_prefer_wait_does_the_same(self):
        answer = self.execute(
            self.session(), "echo", {"message": "x"}, headers={"Prefer": "wait=5"})
        self.assertEqual((answer.status, answer.json["status"]), (200, "completed"))

    def test_wait_that_is_over_answers_202_with_the_present_state(self):
        session = self.session()
        self.upload(session, "s.py", b"import sys; sys.stdin.read(); import time; time.sleep(30)")
        answer = self.execute(session, "python_script", {"script": "s.py"}, wait=1)
        self.assertEqual(answer.status, 202)
        execution = answer.json["executionId"]
        self.assertEqual(self.ask("DELETE", f"/executions/{execution}").status // 100, 2)
        self.assertEqual(self.final(execution)["status"], "cancelled")

    def test_wait_that_is_no_number_is_refused(self):
        body = {"sessionId": "s", "toolId": "echo", "args": {"message": "x"}}
        for wait in ("abc", "-1", "1e9", ""):
            self.refused(self.ask("POST", f"/execute?wait={wait}", body), 400)

    def test_an_unknown_tool_is_named(self):
        body = self.refused(self.execute(self.session(), "nonesuch", {}), 400)
        self.assertIn("nonesuch", body["error"])

    def test_a_script_that_fails_says_how(self):
        script = "import sys; print('no', file=sys.stderr); sys.exit(3)"
        record = self.python(self.session(), script)
        self.assertEqual((record["status"], record["exitCode"]), ("failed", 3))
        self.assertEqual(record["error"], "no\n")

    def test_a_script_that_a_signal_ends_has_no_exit_code(self):
        record = self.python(self.session(), "import os; os.kill(os.getpid(), 11)")
        self.assertEqual(record["status"], "failed")
        self.assertNotIn("exitCode", record)
        self.assertEqual(record["signal"], "SIGSEGV")

    def test_a_script_gets_its_arguments_and_its_input(self):
        script = "import sys; print(sys.argv[1:], sys.stdin.read())"
        record = self.python(self.session(), script, args=["-c", "a b", "$(x)", ""], stdin="in")
        self.assertEqual(record["output"], "['-c', 'a b', '$(x)', ''] in\n")

    def test_what_no_program_can_be_given_is_refused_or_free(self):
        session = self.session()
        self.upload(session, "main.py", b"")
        before = self.accepted()
        for more, pointer in [({"args": ["x" * (128 << 10)]}, "/args/args/0"),
                              ({"args": ["x" * (100 << 10)] * 2}, "/args/args"),
                              ({"env": {"A": "x" * (128 << 10)}}, "/args/env/A")]:
            answer = self.execute(session, "python_script", {"script": "main.py"} | more)
            self.refused(answer, 400, pointer=pointer)
        self.assertEqual(self.accepted(), before)
        for env, reason in [({f"V{i}": "" for i in range(1100)}, "arguments"),
                            ({"A-B": "x"}, "environment")]:
            record = self.python(session, "", env=env)
            self.assertEqual((record["status"], record["reason"]), ("failed", reason), record)
            self.assertEqual(int(record["cost"]["microUnits"]), 0)
        most = self.python(session, "import sys\nprint(sum(map(len, sys.argv[1:])))",
                           args=["x" * (95 << 10)] * 2, env={"A": "x" * (48 << 10)})
        self.assertEqual(most["output"], f"{190 << 10}\n", most)

    def test_a_node_script_runs_too(self):
        session = self.session()
        self.upload(session, "m.js", b"console.log(process.argv.slice(2).join('|'))")
        arguments = {"script": "m.js", "args": ["a", "-e"]}
        record = self.execute(session, "node_script", arguments, wait=15).json
        self.assertEqual((record["status"], record["output"]), ("completed", "a|-e\n"))

    def test_what_a_script_leaves_behind_dies_with_it(self):
        script = "import subprocess; subprocess.Popen(['sleep', '600']); print('done')"
        record = self.python(self.session(), script)
        self.assertEqual((record["status"], record["output"]), ("completed", "done\n"))

    def test_a_key_asked_with_twice_is_one_execution(self):
        session, headers = self.session(), {"Idempotency-Key": str(uuid.uuid4())}
        first = self.execute(session, "echo", {"message": "x"}, headers=headers).json
        again = self.execute(session, "echo", {"message": "x"}, headers=headers).json
        self.assertEqual(first["executionId"], again["executionId"])
        other = self.execute(session, "echo", {"message": "y"}, headers=headers)
        self.refused(other, 422)

    def test_a_key_asked_with_at_once_is_one_execution(self):
        session, headers = self.session(), {"Idempotency-Key": str(uuid.uuid4())}
        before, found = self.accepted(), []

        def ask():
            answer = self.execute(session, "echo", {"message": "x"}, headers=headers)
            found.append(answer.json["executionId"])

        threads = [threading.Thread(target=ask) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(set(found)), 1)
        self.assertEqual(self.accepted(), before + 1)

    def test_a_final_execution_cannot_be_cancelled(self):
        record = self.execute(self.session(), "echo", {"message": "x"}, wait=5).json
        self.refused(self.ask("DELETE", f"/executions/{record['executionId']}"), 409)
        self.assertEqual(
            self.get(f"/executions/{record['executionId']}").json["status"], "completed")

    def test_an_execution_that_is_not_there_is_404(self):
        for name in (f"exec-{uuid.uuid4()}", "exec-1", "1", "..%2f1"):
            self.refused(self.get(f"/executions/{name}"), 404, 400)

    def test_a_call_past_its_bounds_of_output_is_truncated_and_ends(self):
        script = "import os\nfor _ in range(4096): os.write(1, b'x' * 65536)"
        record = self.python(self.session(), script, wait=60)
        self.assertTrue(record["truncated"])
        self.assertLess(len(record["output"]), 256 << 20)

    def test_characters_are_not_torn_between_reads(self):
        script = "import sys\nfor _ in range(50000): sys.stdout.write('añ€😀')"
        record = self.python(self.session(), script)
        whole = "añ€😀" * 50000
        self.assertTrue(whole.startswith(record["output"]))
        self.assertNotIn("\ufffd", record["output"])

    def test_nothing_of_the_node_leaks_into_a_script(self):
        script = """
import json, os
print(json.dumps({'env': dict(os.environ), 'fds': sorted(os.listdir('/proc/self/fd')),
                  'cwd': os.getcwd(), 'sid': os.getsid(0) == os.getpid()}))"""
        record = self.python(self.session(), script)
        seen = json.loads(record["output"])
        self.assertNotIn("a-secret", record["output"])
        # The fourth is the one that lists the folder.
        self.assertEqual(seen["fds"][:3], ["0", "1", "2"])
        self.assertLessEqual(len(seen["fds"]), 4)
        self.assertEqual(
            {name for name in seen["env"] if "KEY" in name or "ORIEN" in name}, set())


if __name__ == "__main__":
    unittest.main()
