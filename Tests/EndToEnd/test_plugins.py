"""Plugins that come, change and go while the node serves, and those that crash in their own process."""

import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import threading
import unittest

from node import ROOT, Node, descendants, is_alive, name_of, send, until

# Says which version it is of, once a file of the session's is gone where one is named; or dies.
SOURCE = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "orien_plugin.h"

static orien_status run(void *self, orien_call *call, const char *what) {
  (void)self;
  if (!strcmp(what, "crash")) abort();
  if (!strcmp(what, "spin")) for (volatile int i = 0;; i++) {}
  for (int i = 0; !strncmp(what, "/", 1) && access(what, F_OK) == 0 && !call->cancelled(call); i++)
    usleep(1000);
  if (what[0] >= '0' && what[0] <= '9') usleep(atoi(what) * 1000);
  char text[64];
  int size = snprintf(text, sizeof text, "%s %d", NAME, VERSION);
  return call->emit(call, ORIEN_OUTPUT, (orien_bytes){(const uint8_t *)text, (size_t)size});
}

static const orien_arg what = {.size = sizeof what, .type = ORIEN_TEXT, .flags = ORIEN_REQUIRED,
    .name = "what"};
static const orien_arg *const args[] = {&what, NULL};
static const orien_handler handler = {.size = sizeof handler, .name = NAME, .args = args,
    .run = (orien_function)run};
static const orien_handler *const handlers[] = {&handler, NULL};
static const orien_plugin plugin = {.size = sizeof plugin, .id = "test." NAME,
    .version = "1.0.0", .handlers = handlers};
const orien_plugin *orien_plugin_v1(void) { return &plugin; }
"""


class Workshop:
    """A `tools.d` of its own, and what is built for it."""

    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-plugins-"))
        self.tools = self.home / "tools.d"
        self.tools.mkdir(mode=0o755)
        (self.home / "tool.c").write_text(SOURCE)

    def close(self):
        shutil.rmtree(self.home)

    def build(self, name, version):
        """The library's path, outside of the node's sight."""
        built = self.home / f"{name}-{version}.built"
        if not built.exists():
            subprocess.run(
                ["cc", "-shared", "-fPIC", "-I", ROOT / "Sources/COrienABI/include",
                 f'-DNAME="{name}"', f"-DVERSION={version}", "-o", built, self.home / "tool.c"],
                check=True)
            built.chmod(0o644)
        return built

    def put(self, name, version):
        """Puts it there whole, by a rename."""
        passing = self.home / "passing"
        shutil.copy(self.build(name, version), passing)
        passing.rename(self.tools / f"{name}.so")

    def manifest(self, name, **members):
        passing = self.home / "passing"
        passing.write_text(json.dumps(members))
        passing.chmod(0o644)
        passing.rename(self.tools / f"{name}.json")

    def remove(self, name):
        (self.tools / f"{name}.so").unlink()


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
        self.assertEqual(self.call("tool").json["output"], "tool 1")
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
                gate = self.shop.home / "gate"
                gate.touch()
                running = self.call("tool", str(gate), wait=None).json["executionId"]
                self.shop.put("tool", 2)
                self.assertEqual(self.reload()[0]["generation"], 2)
                self.assertEqual(self.call("tool").json["output"], "tool 2")
                gate.unlink()
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
        isOver = threading.Event()

        def scribble():
            while not isOver.wait(0.01):
                (self.shop.tools / ".swap").write_text("x")

        scribbler = threading.Thread(target=scribble)
        scribbler.start()
        try:
            self.shop.put("tool", 1)
            until(lambda: self.plugin("tool"), 20, "what was dropped in is not seen")
        finally:
            isOver.set()
            scribbler.join()

    def test_no_call_is_lost_whatever_changes(self):
        """The short form of what `make soak` does for longer."""
        lost = changing(self.shop, self.start, lambda: self.node, seconds=8)
        self.assertEqual(lost, [])


class Crashing(PluginCase):
    def setUp(self):
        super().setUp()
        self.shop.put("tool", 1)
        self.shop.put("other", 1)
        self.start()

    def test_a_crash_is_told_free_and_nobody_elses(self):
        gate = self.shop.home / "gate"
        gate.touch()
        other = self.call("other", str(gate), wait=None).json["executionId"]
        record = self.call("tool", "crash").json
        self.assertEqual((record["status"], record["reason"]), ("failed", "plugin-crash"))
        self.assertIn("died of SIG", record["message"])
        self.assertEqual(record.get("cost", {}).get("microUnits", 0), 0)
        self.assertEqual(self.call("tool").json["output"], "tool 1")
        gate.unlink()
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
        gate = self.shop.home / "gate"
        gate.touch()
        running = self.call("tool", str(gate), wait=None).json["executionId"]
        until(self.workers, 20, "no worker runs")
        until(lambda: self.node.get(f"/executions/{running}").json["status"] == "running", 20,
              "it does not run")
        send(self.workers()[0])
        record = self.node.final(running)
        self.assertEqual(record["reason"], "plugin-crash")
        self.assertEqual(self.call("tool").json["output"], "tool 1")
        self.call("tool", str(gate), wait=None)
        workers = self.workers()
        self.node.kill()
        until(lambda: not any(map(is_alive, workers)), 5, "a worker outlived its node")


def changing(shop, start, node, seconds):
    """Adds, replaces and removes plugins at random while all are called; which calls went wrong."""
    chance = random.Random(seconds)
    names = [f"tool{number}" for number in range(4)]
    for name in names:
        for version in (1, 2, 3):
            shop.build(name, version)
        shop.put(name, 1)
        if name in names[:2]:
            shop.manifest(name, isolation="node")
    start()
    wrong, done = [], []
    isOver = threading.Event()
    # Of these no call may be lost; the last is removed now and then, and then unknown.
    def caller(number):
        session = f"s{number}"
        while not isOver.is_set():
            name = names[(number + len(done)) % 4]
            answer = node().execute(session, name, {"what": str(number % 20 + 1)}, wait=20)
            record = answer.json
            gone = name == names[3] and answer.status == 400 and record["code"] == "unknown-tool"
            fine = record.get("output", "").startswith(name + " ") and \
                record.get("status") == "completed"
            (done if fine or gone else wrong).append(record)

    callers = [threading.Thread(target=caller, args=(number,)) for number in range(16)]
    for thread in callers:
        thread.start()
    timer = threading.Timer(seconds, isOver.set)
    timer.start()
    changes = 0
    while not isOver.wait(0.5):
        name = chance.choice(names)
        if name == names[3] and (shop.tools / f"{name}.so").exists() and chance.random() < 0.5:
            shop.remove(name)
        else:
            shop.put(name, chance.choice((1, 2, 3)))
        changes += 1
    for thread in callers:
        thread.join()
    assert changes and len(done) > 10 * seconds, (changes, len(done))
    return wrong


if __name__ == "__main__":
    unittest.main()
