"""What a manifest lets scripts reach: nothing, themselves, what it names; and devices."""

import contextlib
import http.server
import json
import os
import pathlib
import shutil
import stat
import tempfile
import threading
import unittest

from node import ROOT, Node

ASK = """
import os, socket, urllib.request
# What is asked for is where the program itself is, but for its name.
for name in ("no_proxy", "NO_PROXY"):
    os.environ.pop(name, None)
def tried(what):
    try:
        return what()
    except OSError as error:
        return type(error).__name__
def itself():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()):
            return "itself"
def fetched():
    url = "http://127.0.0.1:%d/page"
    ways = {"http": os.environ.get("http_proxy", "")}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler(ways if ways["http"] else {}))
    return opener.open(url, timeout=10).read().decode()
print(tried(itself), tried(fetched))
"""


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"page")

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def node_with(manifest):
    with tempfile.TemporaryDirectory(prefix="orien-network-") as home:
        tools = pathlib.Path(home) / "tools.d"
        tools.mkdir()
        shutil.copy(ROOT / "tools.d" / "python_script.so", tools)
        (tools / "python_script.json").write_text(json.dumps(manifest))
        with Node(tools=tools) as node:
            yield node


class NetworkTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.port = cls.server.server_address[1]

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def asked(self, manifest):
        with node_with(manifest) as node:
            return node.python("s", ASK % self.port).json

    def test_by_default_there_is_no_network(self):
        self.assertEqual(self.asked({})["output"], "OSError URLError\n")

    def test_loopback_is_its_own(self):
        record = self.asked({"network": "loopback"})
        self.assertEqual(record["output"], "itself URLError\n")

    def test_what_is_named_is_reached_by_the_proxy_and_billed(self):
        record = self.asked({"network": {"allow": [f"127.0.0.1:{self.port}"]}})
        self.assertEqual(record["output"], "itself page\n")
        units = record["usage"]["units"]
        self.assertGreater(units["networkSentBytes"], 20)
        self.assertGreater(units["networkReceivedBytes"], 20)

    def test_what_is_not_named_is_not(self):
        record = self.asked({"network": {"allow": ["example.org:443"]}})
        self.assertEqual(record["output"], "itself HTTPError\n")

    def test_a_list_that_nobody_understands_makes_its_tools_unavailable(self):
        with node_with({"network": {"allow": ["no port"]}}) as node:
            tool = node.get("/tools/python_script").json
            self.assertFalse(tool["available"])
            self.assertIn("manifest.network.allow", tool["unavailableReason"])
            self.assertEqual(node.python("s", "print(1)").status, 503)


class DeviceTests(unittest.TestCase):
    def test_a_device_is_there_for_who_was_granted_it(self):
        # Zeros under a name that only this test has, for root alone on the machine.
        device = f"/dev/orien-test-{os.getpid()}"
        os.mknod(device, stat.S_IFCHR | 0o600, os.makedev(1, 5))
        self.addCleanup(os.unlink, device)
        read = f"print(open({device!r}, 'r+b', 0).read(3))"
        with node_with({"devices": [device]}) as node:
            self.assertEqual(node.python("s", read).json["output"], "b'\\x00\\x00\\x00'\n")
        with node_with({}) as node:
            self.assertIn("FileNotFoundError", node.python("s", read).json["error"])

    def test_a_device_that_is_missing_makes_its_tools_unavailable(self):
        with node_with({"devices": ["/dev/none-such"]}) as node:
            tool = node.get("/tools/python_script").json
            self.assertEqual((tool["available"], tool["unavailableReason"]),
                             (False, "this machine has no device /dev/none-such"))
