"""What can be found out of a node without running anything: its tools in others' words, how its
plugins are, and what changes among them."""

import contextlib
import http.client
import json
import socket
import subprocess
import threading
import unittest

from node import ROOT, Node, descendants, name_of, until
from workshop import Workshop


class Follower:
    """A client of /events: what has come, and the id to come back with."""

    def __init__(self, port, last=None):
        self.events = []
        self.is_over = False
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.request("GET", "/events", headers={"Last-Event-ID": last} if last else {})
        self.answer = self.connection.getresponse()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        event = {}
        for line in self.answer:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name in ("id", "event", "data"):
                event[name] = value
            elif not name and not value and event:
                self.events.append((event["id"], event["event"], json.loads(event["data"])))
                event = {}
        self.is_over = True

    def wait(self, count):
        until(lambda: len(self.events) >= count, 20, f"there are only {self.events}")
        return self.events

    def close(self):
        with contextlib.suppress(OSError):
            self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.reader.join()
        self.connection.close()


class Discovery(unittest.TestCase):
    def setUp(self):
        self.shop = Workshop()
        self.addCleanup(self.shop.close)
        self.shop.put("tool", 1)
        self.node = Node(tools=self.shop.tools)
        self.addCleanup(self.node.close)
        self.node.start()

    def plugin(self):
        return self.node.get("/plugins").json["plugins"][0]

    def test_calls_are_counted_over_generations_and_a_process_has_its_memory(self):
        self.assertEqual(self.plugin()["use"], {"calls": 0, "failures": 0, "wallMicroseconds": 0})
        self.assertNotIn("residentBytes", self.plugin())
        for what in ("now", "crash", "now"):
            self.node.execute("s", "tool", {"what": what}, wait=20)
        (worker,) = [pid for pid in descendants(self.node.pid) if name_of(pid) == "orien-worker"]
        with open(f"/proc/{worker}/status") as status:
            kibibytes = [int(line.split()[1]) for line in status if line.startswith("VmRSS:")][0]
        # It says so beside its calls.
        told = until(lambda: self.plugin().get("residentBytes"), 20, self.plugin)
        self.assertLess(abs(told - (kibibytes << 10)), 4 << 20)
        self.shop.put("tool", 2)
        (plugin,) = self.node.ask("POST", "/plugins/reload").json["plugins"]
        self.assertEqual(plugin["generation"], 2)
        self.node.execute("s", "tool", {"what": "now"}, wait=20)
        for use in (self.plugin()["use"], self.node.get("/tools/tool").json["use"]):
            self.assertEqual((use["calls"], use["failures"]), (4, 1))
            self.assertGreaterEqual(use["wallMicroseconds"], use["lastWallMicroseconds"])
            self.assertIn("lastEndedAt", use)

    def test_each_format_lists_the_tool_and_is_sent_once(self):
        for query in ("", "?format=openai", "?format=openai&strict=1", "?format=anthropic",
                      "?format=mcp", "?format=jsonschema"):
            with self.subTest(query):
                answer = self.node.get("/tools" + query)
                self.assertEqual(answer.status, 200)
                listed = answer.json.get("tools") or [{"name": one} for one in answer.json]
                tool = listed[0].get("function", listed[0])
                self.assertEqual(tool.get("id", tool["name"]), "tool")
                again = self.node.ask(
                    "GET", "/tools" + query, headers={"If-None-Match": answer.headers["ETag"]})
                self.assertEqual((again.status, again.body), (304, b""))
        refused = self.node.get("/tools?format=openia")
        self.assertEqual(refused.status, 400)
        self.assertIn("did you mean openai?", refused.json["detail"])

    def test_what_changes_is_told_to_who_follows_and_to_who_comes_back(self):
        follower = Follower(self.node.port)
        self.addCleanup(follower.close)
        follower.wait(1)
        self.shop.put("tool", 2)
        changed = follower.wait(2)[1]
        self.assertEqual([one["generation"] for one in changed[2]["changed"]], [2])
        # The list that is asked for then is the one that was told of.
        self.assertEqual(self.node.get("/tools").json["tools"][0]["generation"], 2)
        self.shop.put("other", 1)
        self.assertEqual(follower.wait(3)[2][2]["added"][0]["tools"], ["other"])
        self.shop.remove("other")
        gone = {"file": "other.so", "id": "test.other"}
        self.assertEqual(follower.wait(4)[3][2]["removed"], [gone])
        back = Follower(self.node.port, changed[0])
        self.addCleanup(back.close)
        self.assertEqual(back.wait(2), follower.events[2:])
        # Who follows does not hold up the end.
        self.assertEqual(self.node.stop(), 0)
        until(lambda: follower.is_over and back.is_over, 5, "a stream outlived its node")

    def test_a_plugin_that_only_crashes_is_told_with_what_lifts_that(self):
        follower = Follower(self.node.port)
        self.addCleanup(follower.close)

        def state():
            self.node.execute("s", "tool", {"what": "crash"}, wait=20)
            return self.plugin()["state"] == "quarantined"
        until(state, 60, "it is started again and again")

        def told(state):
            return [event for event in follower.events
                    if [one["state"] for one in event[2].get("states", [])] == [state]]
        until(lambda: told("quarantined"), 20, "that is not told")
        (plugin,) = told("quarantined")[-1][2]["states"]
        self.assertIn("orien plugin restart tool", plugin["reason"])
        self.assertIn("plugin tool is quarantined", self.node.get("/health").json["problems"][0])
        self.assertEqual(self.node.get("/tools?format=mcp").json["tools"], [])
        self.assertEqual(len(self.node.get("/tools?format=mcp&all=1").json["tools"]), 1)
        self.assertIn("quarantined", self.node.command("plugins").stdout)
        self.node.command("plugin", "restart", "tool")
        until(lambda: follower.events[-1] in told("ready"), 20, "that it is lifted is not told")

    def test_the_command_line_shows_all_of_it(self):
        for words in (["openai"], ["openai", "--strict"], ["anthropic"], ["mcp"], ["jsonschema"]):
            done = self.node.command("tools", "--format", *words)
            self.assertEqual(done.returncode, 0, done.stderr)
            query = words[0] + ("&strict=1" if "--strict" in words else "")
            self.assertEqual(
                json.loads(done.stdout), self.node.get("/tools?format=" + query).json)
        wrong = self.node.command("tools", "--format", "opnai")
        self.assertIn("did you mean openai?", wrong.stderr)
        self.assertEqual(self.node.command("tools", "--strict").returncode, 64)
        follower = subprocess.Popen(
            [self.node.binaries / "orien", "plugins", "--follow", "--url",
             f"http://127.0.0.1:{self.node.port}"], stdout=subprocess.PIPE, text=True,
            env={"HOME": str(self.node.state.parent)})
        self.addCleanup(follower.wait)
        self.addCleanup(follower.stdout.close)
        self.addCleanup(follower.kill)
        self.assertIn("PLUGIN", follower.stdout.readline())
        self.assertIn("tool.so", follower.stdout.readline())
        # Behind a blank line, the roles, of which none has a backend here.
        self.assertEqual(follower.stdout.readline(), "\n")
        self.assertIn("ROLE", follower.stdout.readline())
        pages = sorted((ROOT / "Sources/COrienABI/Roles").glob("*.json"))
        told = [follower.stdout.readline().split()[0] for _ in pages]
        self.assertEqual(told, [json.loads(page.read_text())["role"] for page in pages])
        self.shop.put("tool", 2)
        self.assertEqual(follower.stdout.readline(), "tool.so: changed\n")
