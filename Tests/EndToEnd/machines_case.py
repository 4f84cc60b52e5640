"""A node that rents machines of a backend which only remembers them."""

import contextlib
import http.client
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from node import BINARIES, ROOT, Node, until
from ports import Ports

KEY = "a-key-of-the-operator"
ROLES = ROOT / "Sources/COrienABI/Roles"


class MachinesCase(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-machines-"))
        self.addCleanup(shutil.rmtree, self.home)
        self.tools = self.home / "tools.d"
        self.tools.mkdir(mode=0o755)
        self.install("vm_backend")
        shutil.copy(ROOT / "tools.d" / "echo.json", self.tools)
        shutil.copy(BINARIES / "libecho.so", self.tools / "echo.so")

    def install(self, plugin):
        shutil.copy(BINARIES / f"lib{plugin}.so", self.tools / f"{plugin}.so")

    def start(self, ports=4, **environment):
        lent = Ports(ports)
        self.addCleanup(lent.close)
        self.range = lent.range
        node = Node(state=self.home / "state", tools=self.tools, environment={
            "PROVIDER_API_KEY": KEY, "PROVIDER_ID": "provider-7", "ROLES_DIR": str(ROLES),
            "CPU_THRESHOLD": "100", "MEMORY_THRESHOLD": "100", "STORAGE_THRESHOLD": "100",
            "PUBLIC_IP": "127.0.0.1", "LOG_LEVEL": "debug"} | lent.settings | environment)
        self.addCleanup(node.close)
        self.node = node.start()
        until(lambda: self.ask("GET", "/summary").status == 200, 20, "it rents nothing")
        return node

    def ask(self, method, path, body=None, key=KEY):
        return self.node.ask(method, "/api/v1" + path, body, {"Authorization": f"Bearer {key}"})

    def rent(self, name):
        return self.ask("POST", "/vms", {"name": name, "size": "small"})

    def rented(self, name):
        """Rents it once the node is ready to."""
        def made():
            answer = self.rent(name)
            return answer if answer.status != 503 else None
        answer = until(made, 20, lambda: str(self.rent(name)))
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def ports(self):
        answer = self.ask("GET", "/provider/ports")
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def advert(self):
        return self.ask("GET", "/summary").json["advert"]

    def executes(self):
        """Something else that the node does, and does all the same."""
        done = self.node.execute("s", "echo", {"message": "x"}, wait=20,
                                 headers={"Authorization": f"Bearer {KEY}"})
        self.assertEqual((done.status, done.json["status"]), (200, "completed"), done)


class PortChecker:
    """`orien port-check serve` as its operator has it; use it with `with`."""

    def __init__(self, **environment):
        self.process = subprocess.Popen(
            [BINARIES / "orien", "port-check", "serve"], stderr=subprocess.PIPE, text=True,
            env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent",
                 "PORT_CHECKER_HOST": "127.0.0.1", "PORT_CHECKER_PORT": "0"} | environment)
        for line in self.process.stderr:
            if found := re.search(r"checking ports on (http://127\.0\.0\.1:(\d+))", line):
                self.url, self.port = found.group(1), int(found.group(2))
                break

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def ask(self, ports, host="127.0.0.1", body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            sent = body if body is not None else json.dumps({"provider_ip": host, "ports": ports})
            connection.request("POST", "/check-ports", sent)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)
        self.process.stderr.close()
