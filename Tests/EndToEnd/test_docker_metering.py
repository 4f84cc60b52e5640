"""What a container uses is billed, and held to its limit, however slow its engine is to tell it."""

import re
import threading

from case import processor_time
from docker_case import DockerCase
from gated import STEPS, Gate, Gated
from node import until

SLOWNESS_SECONDS = 0.5
BURN = """
import os, time
def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
"""


class SlowGate(Gate):
    """Stands before an engine that is slow to tell, or silent, what a container uses."""

    is_silent = False
    questions, is_open = 0, False

    def deal_with(self, piece, client, engine):
        if re.match(STEPS["stats"], piece):
            if self.is_silent:
                self.questions, self.is_open = self.questions + 1, True
                client.recv(1)
                self.is_open = False
                return True
            threading.Event().wait(SLOWNESS_SECONDS)
        return super().deal_with(piece, client, engine)


class SlowTellingTests(Gated, DockerCase):
    gate_type = SlowGate

    def bill(self, program):
        record = self.python_in(self.session(), BURN + program)
        self.assertEqual(record["status"], "completed", record)
        return processor_time(record)

    def test_one_that_is_silent(self):
        self.assertGreater(self.bill("burn(1); time.sleep(3)"), 1_000_000)

    def test_one_that_talks_while_it_works(self):
        talking = "for _ in range(100): print('x', flush=True); burn(0.01); time.sleep(0.03)"
        self.assertGreater(self.bill(talking), 600_000)

    def test_one_that_has_closed_what_it_talks_by(self):
        closing = "for one in (0, 1, 2): os.close(one)\nburn(1); time.sleep(3)"
        self.assertGreater(self.bill(closing), 1_000_000)

    def test_what_is_said_meanwhile_is_heard(self):
        self.gate.is_silent = True
        self.addCleanup(setattr, self.gate, "is_silent", False)
        execution = self.begin(self.session(), "while :; do echo x; sleep 0.1; done")
        heard = {}

        def is_heard():
            number = self.gate.questions
            length = len(self.get(f"/executions/{execution}").json["output"])
            if not self.gate.is_open or number != self.gate.questions:
                return False
            return length > heard.setdefault(number, length)
        until(is_heard, 30, "nothing is heard while a question is open")
        self.ask("DELETE", f"/executions/{execution}")
        self.assertEqual(self.final(execution, 5)["status"], "cancelled")

    def test_one_that_works_on_is_held_to_its_limit(self):
        for closing in ("", "exec <&- >&- 2>&-;"):
            with self.subTest(closing):
                answer = self.ask("POST", "/execute?wait=40", {
                    "sessionId": self.session(), "toolId": "docker-run",
                    "args": {"command": ["sh", "-c", f"{closing} while :; do :; done"]},
                    "limits": {"cpuMilliseconds": 1500}}, timeout=60)
                record = answer.json
                self.assertEqual((record["status"], record["reason"]), ("failed", "cpu"), record)
                self.assertGreaterEqual(processor_time(record), 1_500_000)

    def test_one_that_is_cancelled_is_billed(self):
        for closing in ("", "exec <&- >&- 2>&-;"):
            with self.subTest(closing):
                execution = self.begin(self.session(), f"{closing} while :; do :; done")
                until(lambda: self.engine_says(execution) > 2_000_000, 30, "it does nothing")
                self.ask("DELETE", f"/executions/{execution}")
                record = self.final(execution, 5)
                self.assertEqual(record["status"], "cancelled", record)
                self.assertGreater(processor_time(record), 300_000)

    def engine_says(self, execution):
        """What its container has used."""
        name = f"/containers/orien-{execution}/stats?stream=false&one-shot=true"
        return self.engine.ask("GET", name)[1]["cpu_stats"]["cpu_usage"]["total_usage"] / 1000
