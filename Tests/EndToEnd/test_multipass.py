"""Machines by multipass, from launch to deletion, against a stand-in that keeps the real one's
contract."""

import unittest

from multipass_case import GIB, KEY, STRANGER, MultipassCase
from multipass_words import told_states

# What each word of multipass' is in vm/1.
STATES = {"Running": "running", "Stopped": "stopped", "Deleted": "deleted", "Starting": "starting",
          "Restarting": "starting", "Delayed Shutdown": "stopping", "Suspending": "stopping",
          "Suspended": "suspended", "Unavailable": "unknown", "Unknown": "unknown"}
SIZES = ("cpu", "memory_bytes", "disk_bytes", "image")


class Life(MultipassCase):
    def test_says_which_multipass_answers(self):
        told = self.ask("probe")
        self.assertEqual((told["engine"], told["version"], told["available"], told["path"]),
                         ("multipass", "1.16.1", True, str(self.engine.program)))
        self.assertIn("24.04", told["images"])

    def test_launches_stops_starts_and_deletes(self):
        machine = self.launch("golem-a", cpu=2, image="22.04")
        self.assertEqual(machine, self.listed()["golem-a"])
        self.assertEqual(machine, self.ask("info", "golem-a")["machine"])
        self.assertEqual(
            [machine[name] for name in ("state", "ssh_host", "ssh_port", "image")],
            ["running", self.engine.instances["golem-a"]["address"], 22, "22.04"])
        stopped = self.ask("stop", "golem-a")["machine"]
        self.assertEqual(stopped["state"], "stopped")
        self.assertNotIn("ssh_host", stopped)
        self.assertEqual(self.ask("stop", "golem-a")["machine"], stopped)
        # Another time it may have another.
        self.engine.change("golem-a", address="127.91.9.9")
        self.assertEqual(self.ask("start", "golem-a")["machine"],
                         machine | {"address": "127.91.9.9", "ssh_host": "127.91.9.9"})
        self.assertEqual(self.ask("start", "golem-a")["machine"]["state"], "running")
        self.assertEqual(self.ask("delete", "golem-a"), {"existed": True})
        self.assertEqual(self.ask("delete", "golem-a"), {"existed": False})
        self.refused("not-found", "info", "golem-a")

    def test_is_told_what_it_is_to_become(self):
        self.launch("golem-a", packages=["htop"], upgrade=True, hostname="my-host")
        seed = self.engine.instances["golem-a"]["seed"]
        self.assertTrue(seed.startswith("#cloud-config\n"))
        for part in (f'"{KEY}"', '"my-host"', '"htop"', "package_upgrade: true"):
            self.assertIn(part, seed)
        self.refused("invalid", "launch", "golem-b", keys=["ssh-ed25519 no\nruncmd: [reboot]"])
        self.assertNotIn("golem-b", self.engine.instances)

    def test_no_file_is_needed_and_one_is_used_where_that_is_wanted(self):
        folder = self.home / "common"
        self.backend.grants.programs += [
            {"program": "tee", "path": "/usr/bin/tee",
             "arguments": [[f"{folder}/[a-z0-9-]+\\.yaml"]]},
            {"program": "rm", "path": "/usr/bin/rm",
             "arguments": [["-f", f"{folder}/[a-z0-9-]+\\.yaml"]]}]
        for one in self.backend.grants.programs:
            one["arguments"] += [[word if word != "-" else f"{folder}/.*" for word in form]
                                 for form in one["arguments"] if "--cloud-init" in form]
        grants = self.backend.grants
        self.launch("golem-a")
        self.assertEqual(list(folder.iterdir()), [])
        self.open(cloud_init_folder=str(folder)).grants = grants
        self.launch("golem-b")
        self.assertIn(KEY, self.engine.instances["golem-b"]["seed"])
        self.assertEqual(list(folder.iterdir()), [])

    def test_names_of_images_are_the_operators(self):
        self.assertEqual(self.launch("golem-a", image="ubuntu:22.04")["image"], "22.04")
        for image in ("file:///etc/shadow", "https://example.org/x.img", "--name", "18.04"):
            self.refused("invalid", "launch", "golem-b", image=image, reason="image-not-allowed")
        self.assertEqual([words for words in self.engine.asked if words[0] == "launch"],
                         [["launch", "golem-a"]])

    def test_what_was_launched_before_is_known_to_whoever_opens_it_next(self):
        machine = self.launch("golem-a")
        self.open()
        self.assertEqual(self.listed(), {"golem-a": machine})


class Defects(MultipassCase):
    """What the adapters before this one did wrong, each by its number."""

    def test_a_state_that_nobody_has_heard_of_is_unknown(self):
        """D-B2-1: any state is told, and none is a failure."""
        self.launch("golem-a")
        self.assertEqual(set(STATES), set(told_states))
        for word, state in [*STATES.items(), ("Hibernating", "unknown"), ("", "unknown")]:
            with self.subTest(word):
                self.engine.change("golem-a", state=word)
                self.assertEqual(self.ask("info", "golem-a")["machine"]["state"], state)
                self.assertEqual(self.listed()["golem-a"]["state"], state)

    def test_trouble_is_not_absence(self):
        """D-B2-2: what cannot be told now is unavailable; gone is what multipass says is gone."""
        self.launch("golem-a")
        troubles = [
            {"kind": "exit", "exit": 2, "says": "info failed: cannot connect to the instance\n"},
            {"kind": "exit", "exit": 3, "says": "cannot connect to the multipass socket\n"},
            {"kind": "exit", "exit": 2,
             "says": 'info failed: instance "golem-ab" does not exist\n'},
            {"kind": "exit", "exit": 2,
             "says": 'instance "golem-a" does not exist\ncannot connect to the vault\n'},
            {"kind": "exit", "exit": 1, "says": 'instance "golem-a" does not exist\n'},
            {"kind": "garbage"}, {"kind": "partial"}, {"kind": "closes"}]
        for trouble in troubles:
            with self.subTest(trouble):
                self.engine.faults.set({"verb": "*"} | trouble)
                for operation in ("info", "start", "stop", "delete"):
                    self.refused("unavailable", operation, "golem-a")
                self.refused("unavailable", "list")
        self.engine.faults.set()
        self.assertEqual(self.listed()["golem-a"]["state"], "running")

    def test_nothing_is_left_of_what_was_deleted(self):
        """D-B2-3: machines made and deleted one after another leave no name and no record."""
        for number in range(20):
            self.launch(f"golem-{number}")
            self.assertEqual(self.ask("delete", f"golem-{number}"), {"existed": True})
        self.assertEqual((self.store, list(self.engine.instances)), ({}, [STRANGER]))

    def test_a_stopped_one_has_the_sizes_that_it_was_given(self):
        """D-B2-4: multipass tells none of it, and none is made up."""
        made = self.launch("golem-a", cpu=4, memory_bytes=8 * GIB, disk_bytes=40 * GIB)
        for state in ("Stopped", "Suspended", "Deleted", "Unknown"):
            self.engine.change("golem-a", state=state)
            for told in (self.ask("info", "golem-a")["machine"], self.listed()["golem-a"]):
                self.assertEqual([told[size] for size in SIZES], [made[size] for size in SIZES])
        self.assertEqual([made[size] for size in SIZES], [4, 8 * GIB, 40 * GIB, "24.04"])

    def test_a_name_that_is_taken_costs_nobody_anything(self):
        """D-B2-5: the second launch is a conflict, and what is there stays as it is."""
        first = self.launch("golem-a")
        self.refused("conflict", "launch", "golem-a", memory_bytes=4 * GIB)
        self.assertEqual(self.listed(), {"golem-a": first})
        self.refused("conflict", "launch", STRANGER)
        self.assertEqual(self.listed(), {"golem-a": first})
        self.assertEqual(self.ask("delete", STRANGER), {"existed": False})

    def test_a_name_that_somebody_takes_meanwhile_is_theirs(self):
        """D-B2-5: also where multipass is the first to know."""
        self.engine.faults.set(
            {"verb": "launch", "kind": "exit", "exit": 2,
             "says": 'launch failed: instance "golem-a" already exists\n'})
        self.refused("conflict", "launch", "golem-a")
        self.assertEqual((self.listed(), self.store), ({}, {}))
        self.engine.put("golem-a")
        self.refused("not-found", "info", "golem-a")
        self.assertEqual(self.ask("delete", "golem-a"), {"existed": False})
        self.assertIn("golem-a", self.engine.instances)

    def test_no_size_is_rounded(self):
        """D-B2-6: 32 and 64 GiB are that, though the guest sees less of it."""
        for gib in (1, 31, 32, 64):
            machine = self.launch(f"golem-{gib}", memory_bytes=gib * GIB,
                                  disk_bytes=gib * GIB + 4096)
            told = self.ask("info", f"golem-{gib}")["machine"]
            given = self.engine.instances[f"golem-{gib}"]
            for one in (machine, told, given | {"memory_bytes": given["memory"],
                                                "disk_bytes": given["disk"]}):
                self.assertEqual((one["memory_bytes"], one["disk_bytes"]),
                                 (gib * GIB, gib * GIB + 4096))

    def test_what_multipass_complains_of_is_told(self):
        """D-B2-7: the first lines of it, without what ornaments them."""
        long = "\n".join(f"\x1b[31mline {number} {'x' * 400}\x1b[0m" for number in range(40))
        self.engine.faults.set({"verb": "launch", "kind": "exit", "exit": 2,
                                "says": f"launch failed: the bridge is down\n{long}\n"})
        said = self.refused("unavailable", "launch", "golem-a")
        self.assertIn("launch failed: the bridge is down line 0 xxx", said)
        self.assertNotIn("\x1b", said)
        self.assertNotIn("line 20", said)
        self.assertLess(len(said), 2000)
        self.engine.faults.set()
        said = self.refused("invalid", "launch", "golem-a", memory_bytes=GIB // 4)
        self.assertIn("Invalid memory size value supplied: 268435456.", said)
        self.engine.faults.set({"verb": "launch", "kind": "exit", "exit": 2,
                                "says": "launch failed: No space left on device\n"})
        self.refused("limited", "launch", "golem-a")
        self.assertEqual((self.store, list(self.engine.instances)), ({}, [STRANGER]))


if __name__ == "__main__":
    unittest.main()
