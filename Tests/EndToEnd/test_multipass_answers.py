"""Five hundred ways in which multipass may answer wrongly (DEP-07), made from what it does answer
by a generator whose number stands in the failure: the plugin never breaks, never takes trouble
for absence, and always gives a machine or says clearly why not."""

import json
import random
import unittest

from backend import Backend, Grants, Refused, manifest_of
from multipass_case import GIB, KEY, LIBRARY
from multipass_words import info_row, list_row, told_states

CASES = 500
NAME, OTHER = "golem-a", "golem-ab"
INSTANCE = {"state": "Running", "cpus": 2, "memory": 2 * GIB, "disk": 10 * GIB, "image": "24.04",
            "address": "127.91.0.9"}
VALUES = (None, True, 0, -1, 1e308, 1 << 70, "", "Running", "\u0000", "x" * 5000, [], {}, [[]],
          {"a": None}, "golem-a", "ünï", 0.5, [None])
COMPLAINTS = (
    "", "\n", f'info failed: instance "{OTHER}" does not exist\n',
    f'instance "{NAME}" does not exis', f"{NAME} does not exist\n", "does not exist\n",
    f'list failed: instance "{NAME}" does not exist?\n',
    f'instance "{NAME}" does not exist\ninfo failed: ssh connection failed\n',
    f'cannot connect to the multipass socket\ninstance "{NAME}" does not exist\n',
    "info failed: \x1b[31mssh connection failed: 'Timeout connecting to 10.0.0.1'\x1b[0m\n",
    "timed out waiting for response\n", "\ufffd" * 3000, "x failed: " * 999, "\x1b[", "\x1b]0;")
EXITS = (0, 0, 0, 1, 2, 2, 2, 3, 4, 5, 127, 255, -1)


class Liar:
    """A multipass that answers rightly, but for the verb that is its weakness."""

    def __init__(self, number):
        self.random = random.Random(number)
        self.weakness = self.random.choice(
            ("version", "list", "list", "info", "info", "stop", "delete", "start", "launch"))

    def __call__(self, words, _):
        verb = words[1]
        answer = self.right(verb, words[2] if verb == "info" else NAME)
        return self.wrong(verb, *answer) if verb == self.weakness else answer

    @staticmethod
    def right(verb, name):
        told = {"version": {"multipass": "1.16.1", "multipassd": "1.16.1"},
                "list": {"list": [list_row("other", INSTANCE, {}, True),
                                  list_row(NAME, INSTANCE, {}, True)]},
                "info": {"errors": [], "info": {name: info_row(INSTANCE, {})}}}
        return 0, json.dumps(told[verb]).encode() if verb in told else b"", b""

    def wrong(self, verb, status, output, errors):
        for _ in range(self.random.randint(1, 3)):
            kind = self.random.choice((self.spoil_bytes, self.spoil_values, self.cut))
            output = kind(output)
        if self.random.random() < 0.6:
            status = self.random.choice(EXITS)
            errors = self.random.choice(COMPLAINTS).encode(errors="replace")
        return status, output, errors

    def cut(self, output):
        return output[:self.random.randint(0, len(output))] if output else b"\x1b[2K"

    def spoil_bytes(self, output):
        spoilt = bytearray(output or b"{}")
        for _ in range(self.random.randint(1, 6)):
            place = self.random.randrange(len(spoilt) + 1)
            if self.random.random() < 0.5:
                spoilt[place:place + 1] = bytes([self.random.randrange(256)])
            else:
                spoilt[place:place] = self.random.choice(
                    (b"\x1b[31m", b"\0", b"{", b"]", b'"', b"\\u", b"\xff\xfe", b"[" * 200, b"\r"))
        return bytes(spoilt)

    def spoil_values(self, output):
        """Another value, or none, somewhere within."""
        try:
            told = json.loads(output)
        except ValueError:
            return output
        place = told
        while isinstance(place, (dict, list)) and place:
            keys = list(place) if isinstance(place, dict) else range(len(place))
            key = self.random.choice(list(keys))
            if not isinstance(place[key], (dict, list)) or self.random.random() < 0.3:
                if self.random.random() < 0.3:
                    del place[key]
                else:
                    place[key] = self.random.choice((*VALUES, *told_states))
                break
            place = place[key]
        return json.dumps(told).encode()


class Answers(unittest.TestCase):
    def setUp(self):
        grants = Grants(manifest_of("multipass-vm"), {})
        # One that never leaves it alone: each question is asked.
        config = {"binary": "/usr/bin/multipass", "silences": 100, "pause_milliseconds": 1}
        self.backend = Backend(LIBRARY, "vm/1", grants, config, program=Liar(0))
        self.addCleanup(self.backend.close)
        self.outcomes = {}

    def write_down(self):
        self.backend.store.clear()
        self.backend.store[f"machine/{NAME}"] = (json.dumps(
            {"phase": "made", "cpu": 2, "memory_bytes": 2 * GIB, "disk_bytes": 10 * GIB,
             "image": "24.04", "address": "127.91.0.9"}).encode(), 1)

    def judge(self, operation, **arguments):
        """`ask` holds what comes to the role's page."""
        self.write_down()
        try:
            answer = self.backend.ask(operation, **arguments)
            outcome = "answered"
        except Refused as refused:
            self.assertNotEqual(refused.code, "not-found", refused)
            self.assertTrue(refused.reason, refused)
            self.assertTrue(refused.message.isprintable() and len(refused.message) < 3000, refused)
            answer, outcome = None, refused.reason
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        return answer

    def test_five_hundred_wrong_answers(self):
        for number in range(CASES):
            with self.subTest(number=number):
                liar = self.backend.program = Liar(number)
                machine = (self.judge("info", name=NAME) or {}).get("machine")
                if machine:
                    self.assertEqual((machine["name"], machine["memory_bytes"]), (NAME, 2 * GIB))
                for machine in (self.judge("list") or {"machines": []})["machines"]:
                    self.assertEqual((machine["name"], machine["cpu"]), (NAME, 2))
                self.judge("stop", name=NAME)
                deleted = self.judge("delete", name=NAME)
                # Whoever is told that there was none forgets it.
                self.assertNotEqual(deleted, {"existed": False})
                self.assertEqual(f"machine/{NAME}" in self.backend.store, deleted is None)
                told = self.judge("probe")
                self.assertTrue(told["available"] or told["reason"])
                if liar.weakness != "info":
                    self.judge("start", name=NAME)
                if liar.weakness in ("launch", "list"):
                    self.judge("launch", name=OTHER, cpu=1, memory_bytes=GIB, disk_bytes=GIB,
                               hostname="h", keys=[KEY], deadline_milliseconds=1000)
        # They were wrong in many ways, and not so wrong that nothing got through.
        self.assertGreater(len(self.outcomes), 5, self.outcomes)
        self.assertGreater(self.outcomes["answered"], CASES, self.outcomes)


if __name__ == "__main__":
    unittest.main()
