"""Machines that are rented over /api/v1 from a node whose backend is multipass-vm, and a
multipass that is in trouble meanwhile: nothing of anybody's is lost, and nothing is left."""

import json
import pathlib
import shutil
import tempfile
import threading
import unittest

from backend import manifest_of
from multipass_case import KEY as SSH_KEY
from multipass_case import LIBRARY, STRANGER
from multipassd import Multipassd
from node import ROOT, Node, until
from ports import Ports

KEY = "a-key-of-the-renters"


class RentedCase(unittest.TestCase):
    # Where multipass is, in the words of those who have rented machines out before.
    is_named_by_setting = True
    config = {"patience_milliseconds": 2000}
    environment = {"LAUNCH_TIMEOUT_SECONDS": "240", "MAX_VMS": "3"}

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-multipass-", dir="/srv"))
        self.addCleanup(shutil.rmtree, self.home)
        self.engine = Multipassd(self.home).start()
        self.addCleanup(self.engine.close)
        self.engine.put(STRANGER)
        self.tools = self.home / "tools.d"
        self.tools.mkdir(mode=0o755)
        shutil.copy(LIBRARY, self.tools)
        self.configure()
        # So few ports that one which is not given back is missed.
        lent = Ports(3)
        self.addCleanup(lent.close)
        named = {"GOLEM_PROVIDER_MULTIPASS_BINARY_PATH": str(self.engine.program)}
        self.node = Node(state=self.home / "state", tools=self.tools, environment={
            "PROVIDER_API_KEY": KEY, "ROLES_DIR": str(ROOT / "Sources/COrienABI/Roles"),
            "CPU_THRESHOLD": "100", "MEMORY_THRESHOLD": "100", "STORAGE_THRESHOLD": "100"}
            | lent.settings | self.environment | (named if self.is_named_by_setting else {}))
        self.addCleanup(self.node.close)
        self.node.start()

    def configure(self, **config):
        manifest = manifest_of("multipass-vm")
        manifest["config"] = self.config | config
        if not self.is_named_by_setting:
            (program,) = [one for one in manifest["grants"]["programs"]
                          if one["program"] == "multipass"]
            program["path"] = manifest["config"]["binary"] = str(self.engine.program)
        (self.tools / "multipass-vm.json").write_text(json.dumps(manifest))

    def tearDown(self):
        self.assertIn(STRANGER, self.engine.instances)
        self.assertEqual([words for words in self.engine.asked if STRANGER in words], [])

    def ask(self, method, path, body=None, timeout=300):
        return self.node.ask(method, "/api/v1" + path, body, {"Authorization": f"Bearer {KEY}"},
                             timeout=timeout)

    def rent(self, name, query=""):
        return self.ask("POST", "/vms" + query, {
            "name": name, "resources": {"cpu": 1, "memory": 1, "storage": 10}, "ssh_key": SSH_KEY})

    def rented(self, name):
        answer = self.rent(name)
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def look(self, name):
        return self.ask("GET", f"/vms/{name}").json

    def ours(self):
        return set(self.engine.instances) - {STRANGER}


class Renting(RentedCase):
    def test_ports_and_names_are_given_back(self):
        """D-B2-3: with three ports a dozen machines are made and deleted, one after another."""
        for number in range(12):
            machine = self.rented(f"machine-{number}")
            self.assertEqual(self.ours(), {machine["id"]})
            self.assertEqual(self.ask("DELETE", f"/vms/machine-{number}").status, 200)
            self.assertEqual(self.ours(), set())
        self.assertEqual(self.ask("GET", "/vms").json, [])

    def test_a_hiccup_orphans_nothing(self):
        """D-B2-2: while multipass does not answer, machines and ports are what they were."""
        before = self.rented("machine-a")
        for trouble in ({"kind": "hang"}, {"kind": "garbage"}, {"kind": "exit", "exit": 3},
                        {"kind": "exit", "exit": 2, "says": "list failed: try again\n"}):
            self.engine.faults.set({"verb": "*"} | trouble)
            self.assertEqual(self.ask("POST", "/vms/machine-a/stop").status, 503)
            (seen,) = self.ask("GET", "/vms").json
            self.assertEqual((seen["id"], seen["ssh_port"]), (before["id"], before["ssh_port"]))
        self.engine.faults.set()
        until(lambda: self.ask("POST", "/vms/machine-a/stop").status == 200, 60,
              "it is not stopped when all is well")
        self.assertEqual(self.engine.instances[before["id"]]["state"], "Stopped")
        self.assertEqual(self.ask("DELETE", "/vms/machine-a").status, 200)
        self.assertEqual(self.ours(), set())

    def test_what_a_launch_complains_of_reaches_who_asked(self):
        """D-B2-7: in the words of multipass."""
        self.engine.faults.set({"verb": "launch", "kind": "exit", "exit": 2,
                                "says": "launch failed: the bridge is down\n"})
        answer = self.rent("machine-a")
        self.assertEqual(answer.status, 503, answer)
        self.assertIn("the bridge is down", str(answer.body))
        self.assertEqual(self.ours(), set())

    def test_a_name_in_use_is_refused_and_stays(self):
        """D-B2-5: the machine that is there is as it was, whatever becomes of the other."""
        self.rented("machine-a")
        self.assertEqual(self.rent("machine-a").status, 409)
        self.assertEqual((len(self.ours()), self.look("machine-a")["status"]), (1, "running"))

    def test_one_that_somebody_removed_is_over_and_its_port_free(self):
        machine = self.rented("machine-a")
        self.engine.vanish(machine["id"])
        self.assertGreaterEqual(self.ask("POST", "/vms/machine-a/stop").status, 400)
        until(lambda: self.ask("GET", "/vms").json == [], 20, "it is shown for ever")
        self.assertEqual(self.rented("machine-a")["ssh_port"], machine["ssh_port"])


class Late(RentedCase):
    is_named_by_setting = False
    environment = RentedCase.environment | {
        "LAUNCH_TIMEOUT_SECONDS": "1", "CREATE_VM_MAX_RETRIES": "30",
        "CREATE_VM_RETRY_DELAY_SECONDS": "1"}

    def test_one_that_comes_up_late_is_adopted(self):
        self.engine.faults.set({"verb": "launch", "kind": "late"})
        done = []
        renting = threading.Thread(target=lambda: done.append(self.rent("machine-a")))
        renting.start()
        until(lambda: any(words[0] == "info" for words in self.engine.asked), 20,
              "nobody looks whether it has come up")
        self.engine.faults.release()
        renting.join()
        self.assertEqual((done[0].status, done[0].json["status"]), (200, "running"), done)
        self.assertEqual(self.ours(), {done[0].json["id"]})

    def test_one_that_was_given_up_is_deleted_when_it_comes(self):
        self.engine.faults.set({"verb": "launch", "kind": "late"})
        answer = self.rent("machine-a", query="?async=true")
        self.assertEqual(answer.status, 202, answer)
        until(lambda: any(words[0] == "info" for words in self.engine.asked), 20,
              "nobody looks whether it has come up")
        self.ask("DELETE", "/vms/machine-a")
        self.assertEqual(self.ours(), set())
        self.engine.faults.release()
        until(lambda: self.ours(), 20, "it never came")
        # It looks now and then, and where its plugins have changed, at once.
        self.configure(pause_milliseconds=1000)
        self.assertEqual(self.node.command(
            "plugin", "reload", environment={"PROVIDER_API_KEY": KEY}).returncode, 0)
        until(lambda: not self.ours(), 40, "nobody deletes it")


    def test_a_node_that_died_over_a_launch_adopts_what_came_of_it(self):
        self.engine.faults.set({"verb": "launch", "kind": "late"})
        self.assertEqual(self.rent("machine-a", query="?async=true").status, 202)
        until(lambda: any(words[0] == "launch" for words in self.engine.asked), 20,
              "it is not launched")
        self.node.kill()
        self.node.start()
        self.assertEqual(self.look("machine-a")["status"], "creating")
        self.engine.faults.release()
        machine = until(
            lambda: self.look("machine-a") if self.look("machine-a")["status"] == "running"
            else None, 60, lambda: self.look("machine-a"))
        self.assertEqual(self.ours(), {machine["id"]})
        self.assertEqual(len([words for words in self.engine.asked if words[0] == "launch"]), 1)
        # What nobody knew is known, and no later start tells of it again.
        metrics = self.node.ask("GET", "/metrics", None, {"Authorization": f"Bearer {KEY}"})
        self.assertIn("orien_operations_unreconciled 0", metrics.body.decode())


if __name__ == "__main__":
    unittest.main()
