"""A multipass in trouble, or behind whose back somebody is at work (DEP-07): it hangs, breaks
off, answers nonsense, is late, and forgets; and no machine is lost, no stranger's touched."""

import threading
import time
import unittest

from backend import Refused
from multipass_case import GIB, STRANGER, MultipassCase
from multipass_faults import INITIALIZING
from node import until

# A stand-in that is to answer has to, on a machine that has much to do.
PATIENCE = 2500


class Silence(MultipassCase):
    config = {"patience_milliseconds": PATIENCE, "silences": 3, "pause_milliseconds": 60_000}

    def count(self, verb):
        return sum(words[0] == verb for words in self.engine.asked)

    def test_a_daemon_that_hangs_costs_a_deadline_each_until_it_is_left_alone(self):
        self.launch("golem-a")
        self.engine.faults.set({"verb": "*", "kind": "hang"})
        for _ in range(3):
            began = time.monotonic()
            self.refused("unavailable", "info", "golem-a", reason="engine-silent")
            self.assertGreater(time.monotonic() - began, PATIENCE / 1000)
        asked = len(self.engine.asked)
        for operation in ("info", "start", "stop", "delete"):
            self.refused("unavailable", operation, "golem-a", reason="engine-hangs")
        self.refused("unavailable", "launch", "golem-b", reason="engine-hangs")
        self.refused("unavailable", "list", reason="engine-hangs")
        self.assertIn("left alone", self.ask("probe")["reason"])
        # Nobody was asked for that.
        self.assertEqual(len(self.engine.asked), asked)
        # What needs no engine is told: that this was never ours.
        self.refused("not-found", "info", STRANGER)

    def test_an_answer_in_between_forgives_what_was_before(self):
        self.launch("golem-a")
        for _ in range(3):
            self.engine.faults.set({"verb": "list", "kind": "hang", "times": 2})
            for _ in range(2):
                self.refused("unavailable", "list", reason="engine-silent")
            self.assertIn("golem-a", self.listed())

    def test_one_at_a_time_tries_whether_it_is_back(self):
        self.launch("golem-a")
        self.open(pause_milliseconds=1)
        self.engine.faults.set({"verb": "*", "kind": "hang"})
        for _ in range(3):
            self.refused("unavailable", "list", reason="engine-silent")
        asked, outcomes, start = self.count("list"), [], threading.Barrier(8)

        def ask():
            start.wait()
            try:
                self.ask("list")
            except Refused as refused:
                outcomes.append(refused.reason)
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        tries = self.count("list") - asked
        self.assertEqual((outcomes.count("engine-silent"), outcomes.count("engine-hangs")),
                         (tries, 8 - tries))
        self.assertLess(tries, 8)
        # The pause is over by the time that it is asked: the first who tries ends it.
        self.engine.faults.set()
        until(lambda: self.ask("probe")["available"], 10, "it is never tried again")
        self.assertIn("golem-a", self.listed())

    def test_an_instance_that_does_not_answer_holds_up_nobody(self):
        """Its tenant could have everybody's machines unavailable otherwise."""
        first, second = self.launch("golem-a"), self.launch("golem-b")
        self.engine.change("golem-a", is_deaf=True)
        for _ in range(4):
            self.assertEqual(self.ask("info", "golem-a")["machine"], first)
            self.assertEqual(self.listed(), {"golem-a": first, "golem-b": second})
        self.assertEqual(self.ask("stop", "golem-a")["machine"]["state"], "stopped")
        self.assertEqual(self.ask("delete", "golem-a"), {"existed": True})

    def test_a_daemon_that_is_not_there_is_unavailable_and_comes_back(self):
        self.launch("golem-a")
        self.engine.stop()
        for operation in ("info", "start", "stop", "delete"):
            self.refused("unavailable", operation, "golem-a", reason="engine-away")
        self.refused("unavailable", "list", reason="engine-away")
        told = self.ask("probe")
        self.assertEqual((told["available"], told["version"]), (False, "1.16.1"))
        self.assertIn("snap start multipass", told["reason"])
        self.engine.start()
        self.assertIn("golem-a", self.listed())

    def test_a_program_that_is_not_there_is_told_with_what_helps(self):
        self.engine.program.rename(self.home / "elsewhere")
        told = self.ask("probe")
        self.assertFalse(told["available"])
        for part in (str(self.engine.program), "snap install multipass", "config.binary"):
            self.assertIn(part, told["reason"])
        self.assertEqual(self.backend.probe().code, "unavailable")
        self.refused("unavailable", "launch", "golem-a", reason="engine-absent")
        self.assertEqual((self.ask("list"), self.store), ({"machines": []}, {}))
        (self.home / "elsewhere").rename(self.engine.program)
        self.assertTrue(self.ask("probe")["available"])
        self.assertIsNone(self.backend.probe())

    def test_a_program_that_nobody_granted_is_told_so(self):
        self.backend.grants.programs.clear()
        self.assertIn("grants.programs", self.ask("probe")["reason"])
        self.refused("unavailable", "launch", "golem-a", reason="engine-absent")


class Nonsense(MultipassCase):
    def test_ornaments_change_no_answer(self):
        machine = self.launch("golem-a")
        self.engine.faults.set({"verb": "*", "kind": "ansi"})
        self.assertEqual(self.listed(), {"golem-a": machine})
        self.assertEqual(self.ask("info", "golem-a")["machine"], machine)
        self.assertTrue(self.ask("probe")["available"])
        self.engine.vanish("golem-a")
        self.refused("not-found", "info", "golem-a")

    def test_a_warning_beside_it_makes_no_absence_doubtful(self):
        self.launch("golem-a")
        self.engine.vanish("golem-a")
        self.engine.faults.set({"verb": "info", "kind": "exit", "exit": 2, "says":
                                "WARNING: there are new ones\ninfo failed: The following errors "
                                'occurred:\ninstance "golem-a" does not exist\n'})
        self.assertEqual(self.ask("delete", "golem-a"), {"existed": False})

    def test_members_that_are_missing_or_of_other_types_are_no_sizes_and_no_absence(self):
        machine = self.launch("golem-a", cpu=4)
        kept = {"cpu_count": 7, "disks": [], "memory": "", "release": None, "load": {}, "mounts": 1}
        absent = {name: {"absent": True} for name in kept}
        for members in (kept, absent):
            self.engine.faults.set({"verb": "*", "kind": "patch", "members": members})
            self.assertEqual(self.ask("info", "golem-a")["machine"], machine)
            self.assertEqual(self.listed(), {"golem-a": machine})
        for members in ({"name": 3, "state": "Running"}, {"state": {"absent": True}},
                        {"state": 4}, {"name": {"absent": True}}):
            self.engine.faults.set({"verb": "list", "kind": "patch", "members": members})
            self.refused("unavailable", "list", reason="engine-senseless")

    def test_an_address_is_one_or_none(self):
        made = self.launch("golem-a")
        for told in ([], ["N/A"], ["256.0.0.1"], ["1.2.3.4.5"], [7], "127.0.0.1",
                     # The first is the network's word; the others are the instance's own.
                     ["N/A", "10.0.0.1"]):
            self.engine.faults.set(
                {"verb": "info", "kind": "patch", "members": {"ipv4": told}})
            self.assertEqual(self.ask("info", "golem-a")["machine"], made)

    def test_an_older_version_is_asked_as_it_can_be(self):
        (self.home / "unknown-options").write_text("--no-ipv4 --force")
        machine = self.launch("golem-a")
        self.assertEqual(self.listed(), {"golem-a": machine})
        self.assertEqual(self.ask("stop", "golem-a")["machine"]["state"], "stopped")
        self.assertEqual(self.ask("delete", "golem-a"), {"existed": True})


class Lateness(MultipassCase):
    def late(self, name, **more):
        self.refused("unavailable", "launch", name, reason="late", **more)

    def test_a_launch_that_outlives_its_deadline_turns_up_later_and_is_ours(self):
        self.engine.faults.set({"verb": "launch", "kind": "late"})
        self.late("golem-a", deadline_milliseconds=1000, memory_bytes=4 * GIB)
        self.assertEqual(self.listed(), {})
        self.refused("not-found", "info", "golem-a")
        self.refused("conflict", "launch", "golem-a")
        self.engine.faults.release()
        until(lambda: "golem-a" in self.engine.instances, 10, "it does not come up")
        machine = self.listed()["golem-a"]
        self.assertEqual((machine["state"], machine["memory_bytes"], machine["ssh_port"]),
                         ("running", 4 * GIB, 22))
        self.assertEqual(self.ask("delete", "golem-a"), {"existed": True})
        self.assertEqual(self.store, {})

    def test_one_that_multipass_gives_up_by_itself_is_late_too(self):
        self.engine.faults.set({"verb": "launch", "kind": "late", "says": INITIALIZING})
        self.late("golem-a")
        self.engine.faults.release()
        until(lambda: "golem-a" in self.listed(), 10, "it does not turn up")

    def test_one_whose_daemon_goes_away_over_it_is_late(self):
        self.engine.faults.set({"verb": "launch", "kind": "closes"})
        self.late("golem-a")

    def test_one_that_nobody_wants_any_more_is_still_ours_when_it_comes(self):
        self.engine.faults.set({"verb": "launch", "kind": "late"})
        self.late("golem-a", deadline_milliseconds=1000)
        self.assertEqual(self.ask("delete", "golem-a"), {"existed": False})
        self.open()
        self.engine.faults.release()
        until(lambda: "golem-a" in self.listed(), 10, "it does not turn up")
        self.assertEqual(self.ask("delete", "golem-a"), {"existed": True})
        self.assertEqual((self.store, list(self.engine.instances)), ({}, [STRANGER]))

    def test_one_that_runs_is_not_deleted_by_another(self):
        self.engine.faults.set({"verb": "launch", "kind": "late"})
        launching = threading.Thread(target=self.launch, args=("golem-a",))
        launching.start()
        until(lambda: ["launch", "golem-a"] in self.engine.asked, 10, "it is not launched")
        self.refused("unavailable", "delete", "golem-a", reason="launching")
        self.engine.faults.release()
        launching.join()
        self.assertEqual(self.ask("delete", "golem-a"), {"existed": True})

    def test_what_a_launch_that_failed_has_left_is_removed(self):
        real = self.engine.do

        def half_done(verb, options, names):
            answer = real(verb, options, names)
            return [2, "", "launch failed: the disk broke\n"] if verb == "launch" else answer
        self.engine.do = half_done
        self.refused("unavailable", "launch", "golem-a", reason="engine-failed")
        self.assertEqual((self.store, list(self.engine.instances)), ({}, [STRANGER]))


class Behind(MultipassCase):
    def test_one_that_somebody_removed_is_gone(self):
        for operation in ("info", "start", "stop"):
            self.launch("golem-a")
            self.engine.vanish("golem-a")
            self.assertEqual(self.listed(), {})
            self.refused("not-found", operation, "golem-a")
            self.assertEqual(self.store, {})
        self.launch("golem-a")
        self.engine.vanish("golem-a")
        self.assertEqual(self.ask("delete", "golem-a"), {"existed": False})

    def test_one_that_goes_between_two_questions_is_gone(self):
        for verb in ("start", "stop", "delete"):
            self.launch("golem-a")
            self.engine.change("golem-a", state="Running" if verb == "stop" else "Stopped")
            real = self.engine.faults.around

            def vanish(asked, names, do, verb=verb, real=real):
                if asked == verb and "golem-a" in self.engine.instances:
                    self.engine.vanish("golem-a")
                return real(asked, names, do)
            self.engine.faults.around = vanish
            if verb == "delete":
                self.assertEqual(self.ask(verb, "golem-a"), {"existed": False})
            else:
                self.refused("not-found", verb, "golem-a")
            self.engine.faults.around = real

    def test_one_that_somebody_deleted_and_did_not_purge_is_deleted_for_good(self):
        self.launch("golem-a")
        self.engine.change("golem-a", state="Deleted")
        self.engine.put("golem-stranger", "Deleted")
        self.assertEqual(self.ask("info", "golem-a")["machine"]["state"], "deleted")
        self.assertEqual(self.ask("stop", "golem-a")["machine"]["state"], "deleted")
        self.assertIn("multipass recover golem-a", self.refused("unavailable", "start", "golem-a"))
        self.assertEqual(self.ask("delete", "golem-a"), {"existed": True})
        self.assertEqual(set(self.engine.instances), {STRANGER, "golem-stranger"})

    def test_a_suspended_one_is_started_left_and_deleted(self):
        self.launch("golem-a")
        self.engine.change("golem-a", state="Suspended")
        self.assertEqual(self.ask("stop", "golem-a")["machine"]["state"], "suspended")
        self.assertEqual(self.ask("start", "golem-a")["machine"]["state"], "running")
        # Some versions delete none that is.
        self.engine.change("golem-a", state="Suspended", is_stubborn=True)
        self.assertEqual(self.ask("delete", "golem-a"), {"existed": True})
        self.assertIn(["stop", "golem-a"], self.engine.asked)
        self.assertEqual(self.store, {})

    def test_one_that_does_not_stop_by_itself_is_stopped_by_force(self):
        self.launch("golem-a")
        self.engine.faults.set({"verb": "stop", "kind": "exit", "exit": 2, "times": 1,
                                "says": "stop failed: it does not want to\n"})
        self.assertEqual(self.ask("stop", "golem-a")["machine"]["state"], "stopped")
        self.assertIn("it does not want to", "\n".join(self.backend.lines))
        self.assertEqual([words[1:] for words in self.backend.started if "stop" in words],
                         [["stop", "golem-a"], ["stop", "--force", "golem-a"]])

    def test_a_plugin_that_died_over_a_launch_finds_what_it_began(self):
        """As its record says that it began, and nobody knows how that ended."""
        self.launch("golem-a")
        (key, (value, revision)), = self.store.items()
        self.store[key] = (value.replace(b'"made"', b'"launching"'), revision)
        self.open()
        self.assertEqual(self.listed()["golem-a"]["state"], "running")
        self.store[key] = (b"no JSON", revision)
        self.assertEqual(self.ask("info", "golem-a")["machine"]["state"], "running")
        self.assertEqual(self.ask("delete", "golem-a"), {"existed": True})


if __name__ == "__main__":
    unittest.main()
