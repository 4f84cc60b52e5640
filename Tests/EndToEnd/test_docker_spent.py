"""Containers that had waited and in which a call has ended: no answer waits for their removal, and
none is left."""

import threading

from gated import LIST, Gate, Gated
from node import until
from warm_case import WarmCase


class SweepGate(Gate):
    """Tells nobody what there is who does not have to wait for it."""

    def __init__(self, engine):
        super().__init__(engine)
        self.is_open = threading.Event()
        self.is_open.set()

    def deal_with(self, piece, client, engine):
        if LIST.match(piece):
            self.is_open.wait()
        return super().deal_with(piece, client, engine)


class BehindTests(Gated, WarmCase):
    gate_type = SweepGate

    def setUp(self):
        super().setUp()
        self.run_in(self.session(), command=["true"])
        self.await_waiting()
        until(self.is_swept, 10, self.states)
        self.gate.is_open.clear()
        self.addCleanup(self.gate.is_open.set)
        record = self.run_in(self.session(), command=["true"])
        self.assertEqual((record["status"], record["facts"]["warm"]), ("completed", True), record)
        self.assertEqual(self.states().count("exited"), 1, self.states())

    def states(self):
        return [one["State"] for one in self.engine.containers("orien.warm")]

    def is_swept(self):
        return "exited" not in self.states()

    def test_an_answer_waits_for_no_removal(self):
        self.gate.is_open.set()
        until(self.is_swept, 10, self.states)
        self.await_waiting()
        self.assertNotIn("was removed", "".join(self.node.lines))

    def test_a_node_that_is_stopped_removes_what_waits_for_that(self):
        node = type(self).node
        node.stop()
        self.assertEqual(self.states(), [])
        self.gate.is_open.set()
        node.start()
        type(self).known = frozenset()
        self.run_in(self.session(), command=["true"])
        self.note_node()
