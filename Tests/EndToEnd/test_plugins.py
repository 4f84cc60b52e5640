"""Plugins that come, change and go while the node serves, and those that crash in a worker."""

import os
import shutil
import threading
import unittest

from node import ROOT, Node, descendants, is_alive, name_of, send, until
from workshop import SOURCE, Workshop, changing


class PluginCase(unittest.TestCase):
    def setUp(self):
        self.shop = Workshop()
        self.addCleanup(self.shop.close)

    def start(self):
        self.node = Node(tools=self.shop.tools)
        self.addCleanup(self.node.close)
        self.node.start()

    def call(self, name, what="now", wait=20):
        return self.node.execute("s", name, {"what": what}, wait=wait)

    def hold(self, name):
        """A call that runs until `release`."""
        self.assertIn(self.node.upload("s", "gate", b"").status, (200, 201))
        running = self.call(name, "gate", wait=None).json["executionId"]
        until(lambda: self.node.get(f"/executions/{running}").json["status"] == "running", 20,
              "it does not run")
        return running

    def release(self):
        self.assertEqual(self.node.ask("DELETE", "/sessions/s/files/gate").status // 100, 2)

    def plugin(self, name):
        """As GET /plugins has it; None where it is not there."""
        listed = self.node.get("/plugins").json["plugins"]
        found = [one for one in listed if one["file"] == f"{name}.so" and one["state"] != "refused"]
        return found[0] if found else None

    def reload(self):
        answer = self.node.ask("POST", "/plugins/reload")
        self.assertEqual(answer.status, 200, answer)
        return answer.json["plugins"]

    def workers(self):
        return [pid for pid in descendants(self.node.pid) if name_of(pid) == "orien-worker"]


class Reloading(PluginCase):
    def test_what_is_dropped_in_is_there_replaced_and_gone_by_itself(self):
        self.start()
        self.assertEqual(self.node.get("/plugins").json["plugins"], [])
        self.shop.put("tool", 1)
        until(lambda: self.plugin("tool"), 20, "what was dropped in is not seen")
        record = self.call("tool").json
        self.assertEqual((record["output"], record["isolation"]), ("tool 1", "worker"))
        self.assertEqual(self.plugin("tool")["isolation"], "worker")
        self.shop.put("tool", 2)
        until(lambda: self.plugin("tool")["generation"] == 2, 20, "what was replaced is not seen")
        self.assertEqual(self.call("tool").json["output"], "tool 2")
        self.shop.remove("tool")
        until(lambda: not self.plugin("tool"), 20, "what was removed is still there")
        self.assertEqual(self.call("tool").status, 400)
        until(lambda: not self.workers(), 20, "a removed plugin's process is still there")

    def test_a_running_call_ends_on_the_plugin_that_it_began_on(self):
        for isolation in ("node", "worker"):
            with self.subTest(isolation):
                self.shop.put("tool", 1)
                self.shop.manifest("tool", isolation=isolation)
                self.start()
                running = self.hold("tool")
                self.shop.put("tool", 2)
                self.assertEqual(self.reload()[0]["generation"], 2)
                self.assertEqual(self.call("tool").json["output"], "tool 2")
                self.release()
                record = self.node.final(running)
                self.assertEqual((record["output"], record["generation"]), ("tool 1", 1))
                self.node.close()

    def test_a_worse_one_does_not_take_the_place_of_what_serves(self):
        self.shop.put("tool", 1)
        self.start()
        (self.shop.home / "passing").write_bytes(b"\x7fELF and no more")
        (self.shop.home / "passing").rename(self.shop.tools / "tool.so")
        listed = self.reload()
        self.assertEqual([one["state"] for one in listed], ["ready", "refused"])
        self.assertIn("generation 1 serves on", listed[1]["reason"])
        self.assertEqual(self.call("tool").json["output"], "tool 1")
        self.shop.put("tool", 3)
        self.assertEqual([one["generation"] for one in self.reload()], [2])

    def test_a_manifest_that_changes_makes_a_generation_and_one_that_disables_ends_it(self):
        self.shop.put("tool", 1)
        self.start()
        self.shop.manifest("tool", price={"currency": "USD", "perCall": 7})
        self.assertEqual([one["generation"] for one in self.reload()], [2])
        self.assertEqual(self.call("tool").json["cost"]["microUnits"], 7)
        self.shop.manifest("tool", enabled=False)
        self.assertEqual([one["state"] for one in self.reload()], ["refused"])
        self.assertEqual(self.call("tool").status, 400)

    def test_a_folder_that_always_changes_is_looked_at_all_the_same(self):
        self.start()
        over = threading.Event()

        def scribble():
            while not over.wait(0.01):
                (self.shop.tools / ".swap").write_text("x")

        scribbler = threading.Thread(target=scribble)
        scribbler.start()
        try:
            self.shop.put("tool", 1)
            until(lambda: self.plugin("tool"), 20, "what was dropped in is not seen")
        finally:
            over.set()
            scribbler.join()

    def test_no_call_is_lost_whatever_changes(self):
        """The short form of what `make soak` does for longer."""
        seen = changing(self.shop, self.start, lambda: self.node, seconds=8)
        self.assertEqual(seen.wrong, [])
        self.assertGreater(seen.changes, 8)
        self.assertGreater(len(seen.said), 6, "no generation followed another")
        self.assertGreater(seen.done, 160)


class Crashing(PluginCase):
    def setUp(self):
        super().setUp()
        self.shop.put("tool", 1)
        self.shop.put("other", 1)
        self.start()

    def test_a_crash_is_told_free_and_nobody_elses(self):
        other = self.hold("other")
        record = self.call("tool", "crash").json
        self.assertEqual((record["status"], record["reason"]), ("failed", "plugin-crash"))
        self.assertIn("died of SIG", record["message"])
        self.assertEqual(record.get("cost", {}).get("microUnits", 0), 0)
        self.assertEqual(self.call("tool").json["output"], "tool 1")
        self.release()
        self.assertEqual(self.node.final(other)["output"], "other 1")

    def test_a_handler_that_does_not_return_is_ended_with_its_process(self):
        spinning = self.call("tool", "spin", wait=None).json["executionId"]
        until(self.workers, 20, "no worker runs")
        self.node.ask("DELETE", f"/executions/{spinning}")
        self.assertEqual(self.node.final(spinning)["status"], "cancelled")
        self.assertEqual(self.call("tool").json["output"], "tool 1")
        self.assertEqual(self.plugin("tool")["state"], "ready")

    def test_what_only_crashes_is_started_no_more_until_somebody_says_so(self):
        def quarantined():
            self.call("tool", "crash")
            return "orien plugin restart tool" in self.plugin("tool").get("reason", "")
        until(quarantined, 60, "it is started again and again")
        answer = self.call("tool")
        self.assertEqual((answer.status, answer.json["code"]), (503, "quarantined"))
        self.assertIn("quarantined", self.node.get("/health").body.decode() + answer.json["code"])
        self.assertEqual(self.node.command("plugin", "restart", "tool").stdout, "tool: ready\n")
        self.assertEqual(self.call("tool").json["output"], "tool 1")
        self.assertEqual(self.node.command("plugin", "restart", "toool").returncode, 66)

    def test_a_worker_that_is_killed_costs_its_calls_alone_and_dies_with_the_node(self):
        running = self.hold("tool")
        until(self.workers, 20, "no worker runs")
        send(self.workers()[0])
        record = self.node.final(running)
        self.assertEqual(record["reason"], "plugin-crash")
        self.assertEqual(self.call("tool").json["output"], "tool 1")
        self.hold("tool")
        until(self.workers, 20, "no worker runs")
        workers = self.workers()
        self.node.kill()
        until(lambda: not any(map(is_alive, workers)), 5, "a worker outlived its node")


class Walled(PluginCase):
    """What a worker sees of the machine, as a hostile plugin would look."""

    def test_it_sees_its_own_folder_and_nothing_of_the_nodes(self):
        (self.shop.home / "tool.c").write_text("#include <sys/stat.h>\n#include <fcntl.h>\n" +
            SOURCE.replace("  char text[64];", """
  struct stat status;
  char seen[256];
  int own = open("kept", O_CREAT | O_RDWR, 0600);
  snprintf(seen, sizeof seen, "%d %d %d %d %s", getuid() == 0, stat("/root", &status) == 0,
           stat(what, &status) == 0, own >= 0, call->host->folder);
  if (!strncmp(what, "/", 1))
    return call->emit(call, ORIEN_OUTPUT, (orien_bytes){(uint8_t *)seen, strlen(seen)});
  char text[64];"""))
        self.shop.put("tool", 1)
        self.start()
        level = self.node.get("/health").json["isolation"]
        said = self.call("tool", str(self.shop.home)).json["output"]
        # Neither root, nor its home, nor the tests' folder; but a folder of its own.
        self.assertEqual(said, "0 0 0 1 /workspace" if level.startswith("root") else
                         f"{int(os.geteuid() == 0)} 0 0 1 /workspace")
        kept = list((self.node.state / "plugins" / "data" / "test.tool").iterdir())
        self.assertEqual([file.name for file in kept], ["kept"])


class SafeMode(PluginCase):
    def test_a_plugin_that_ends_the_start_is_named_and_safe_mode_goes_without_it(self):
        (self.shop.home / "tool.c").write_text(
            SOURCE.replace("static orien_status run", """
static orien_status begin(void **self, orien_call *call) { (void)self, (void)call; abort(); }
static orien_status run""").replace(".handlers = handlers}", """.handlers = handlers,
    .open = (orien_function)begin}"""))
        self.shop.put("tool", 1)
        self.shop.manifest("tool", isolation="node")
        shutil.copy(ROOT / "tools.d" / "echo.so", self.shop.tools)
        self.node = Node(tools=self.shop.tools)
        self.addCleanup(self.node.close)
        for _ in range(2):
            with self.assertRaises(AssertionError):
                self.node.start()
            self.node.process.wait()
        self.node.flags += ["--safe-mode"]
        self.node.start()
        (said, *_) = self.node.said("while tool.so was loaded")
        self.assertIn("--safe-mode", said)
        self.assertEqual(self.node.execute("s", "echo", {"message": "x"}, wait=20).json["status"],
                         "completed")
        listed = {one["file"]: one for one in self.node.get("/plugins").json["plugins"]}
        self.assertEqual(listed["tool.so"]["code"], "safe-mode")
        self.assertEqual(self.node.stop(), 0)
        # A start that came up is forgotten.
        self.node.start()
        self.assertNotIn("did not come up", "\n".join(self.node.lines))


if __name__ == "__main__":
    unittest.main()
