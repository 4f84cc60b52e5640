"""An engine that is away, dies, hangs or breaks off at any step, and a node that dies: each call
has an end that says so, and nothing of the node's is left."""

import signal

from docker_case import PATIENCE_SECONDS, DockerCase, lent
from gated import STEPS, Gated
from node import until


class BrokenStepTests(Gated, DockerCase):
    def broken(self, step, deed):
        self.gate.at(step, deed)
        record = self.sh(self.session(), "sleep 0.3; echo fine")
        self.assertTrue(self.gate.done.is_set(), f"nobody asked for {step}")
        return record

    def test_each_step_may_break_before_it_is_taken_and_after(self):
        for step in STEPS:
            for deed in "before", "after":
                with self.subTest(step=step, deed=deed):
                    record = self.broken(step, deed)
                    # What only reads may be asked again, and what is to be gone be gone later.
                    if step in ("image", "stats", "state", "remove"):
                        said = (record["status"], record["output"])
                        self.assertIn(said, (("completed", "fine\n"), ("failed", "")), record)
                    else:
                        self.assertEqual(record["status"], "failed", record)
                        self.assertRegex(record["reason"], "^engine-", record)
                    until(lambda: not self.ours(), PATIENCE_SECONDS, lambda: f"left: {self.ours()}")

    def test_a_step_may_be_silent(self):
        for step in "create", "start":
            with self.subTest(step=step):
                record = self.broken(step, "silent")
                self.assertEqual((record["status"], record["reason"]), ("failed", "engine-silent"))

    def test_one_that_is_silent_is_cancelled_in_time(self):
        self.gate.at("start", "silent")
        answer = self.execute(self.session(), "docker-run", {"command": ["true"]})
        until(self.gate.done.is_set, 10, "nobody asked")
        execution = answer.json["executionId"]
        self.ask("DELETE", f"/executions/{execution}")
        self.assertEqual(self.final(execution, 4)["status"], "cancelled")


class EngineTests(DockerCase):
    def tool(self):
        listed = self.get("/tools").json["tools"]
        return next(tool for tool in listed if tool["id"] == "docker-run")

    def is_available(self):
        return self.tool().get("available", True) is not False

    def test_an_engine_that_dies_takes_the_call_with_it_and_the_tool_says_so(self):
        self.addCleanup(until, self.is_available, 25, "the tool does not come back")
        self.addCleanup(self.engine.start)
        execution = self.begin(self.session(), "sleep 600")
        self.engine.kill()
        record = self.final(execution, 20)
        self.assertEqual((record["status"], record["reason"]), ("failed", "engine-away"), record)
        until(lambda: not self.is_available(), 25, self.tool)
        self.assertIn("container engine is away", str(self.tool()))
        refused = self.execute(self.session(), "docker-run", {"command": ["true"]})
        self.assertEqual(refused.status, 503, refused)

    def test_an_engine_that_is_started_again_has_not_run_the_program_to_its_end(self):
        execution = self.begin(self.session(), "sleep 600")
        self.engine.kill()
        self.engine.start()
        record = self.final(execution, 20)
        self.assertEqual(record["status"], "failed", record)
        self.assertIn(record["reason"], ("engine-lost", "engine-away"), record)

    def test_an_engine_that_stands_still_holds_up_nobody(self):
        execution = self.begin(self.session(), "sleep 600")
        self.engine.signal(signal.SIGSTOP)
        try:
            self.ask("DELETE", f"/executions/{execution}")
            self.assertEqual(self.final(execution, 5)["status"], "cancelled")
            self.assertLess(len(self.get("/health").body), 100_000)
        finally:
            self.engine.signal(signal.SIGCONT)
        until(lambda: not self.ours(), 25, lambda: f"left: {self.ours()}")
        until(self.is_available, 25, "the tool does not come back")

    def test_a_node_that_dies_leaves_ten_and_its_next_start_removes_these_alone(self):
        stranger = self.engine.run_stranger()
        self.addCleanup(self.engine.ask, "DELETE", f"/containers/{stranger}?force=1")
        sessions = [self.session() for _ in range(10)]
        executions = [self.begin(session, "sleep 600", readonly=False) for session in sessions]
        self.assertEqual(len(self.ours()), 10)
        node = type(self).node
        node.kill()
        until(lambda: not lent(node), 10, lambda: f"still lent: {lent(node)}")
        self.assertEqual(len(self.ours()), 10)
        node.start()
        until(lambda: not self.ours(), PATIENCE_SECONDS, lambda: f"left: {self.ours()}")
        self.assertTrue(self.engine.inspect(stranger)["State"]["Running"])
        for execution in executions:
            self.assertEqual(self.get(f"/executions/{execution}").json["status"], "lost")
        for session in sessions[:2]:
            record = self.sh(session, "echo again > f; cat f", readonly=False)
            self.assertEqual(record["output"], "again\n", record)
        self.note_node()
