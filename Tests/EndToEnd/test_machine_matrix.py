"""Machines for rent from their making to a login and their end, by each backend that makes them
and each proxy that lends their ports: real ones, that boot, and the key that the node hands out."""

import contextlib
import pathlib
import shutil
import tempfile
import unittest

import machines
from node import ROOT, Node, until
from ports import Ports, holders, listeners, until_nobody_listens
from renting import MultipassMachines, NginxPorts, OwnPorts, QemuMachines, open_rentals

KEY = "a-key-of-the-operator"
SIZE = {"cpu": 1, "memory": 1, "storage": 10}
PORTS, START_SECONDS, CLOSING_SECONDS = 3, 60, 20


class Matrix(unittest.TestCase):
    @contextlib.contextmanager
    def renting(self, backend, proxy):
        """A node that rents machines so; whatever a failure leaves of it goes."""
        with contextlib.ExitStack() as opened:
            home = pathlib.Path(tempfile.mkdtemp(prefix="orien-matrix-"))
            opened.callback(shutil.rmtree, home)
            self.backend, self.proxy = backend(), proxy()
            opened.callback(self.proxy.close)
            opened.callback(self.backend.close)
            tools = home / "tools.d"
            tools.mkdir(mode=0o755)
            self.backend.install(tools)
            self.proxy.install(tools)
            self.ports = opened.enter_context(Ports(PORTS))
            self.node = Node(state=home / "state", tools=tools, environment={
                "ROLES_DIR": str(ROOT / "Sources/COrienABI/Roles"), "PROVIDER_API_KEY": KEY,
                "CPU_THRESHOLD": "100", "MEMORY_THRESHOLD": "100", "STORAGE_THRESHOLD": "100",
                "PUBLIC_IP": "127.0.0.1", "LAUNCH_TIMEOUT_SECONDS": "500"}
                | self.ports.settings | self.backend.settings | self.proxy.settings)
            opened.callback(self.node.close)
            self.backend.prepare(self.node)
            self.node.start()
            yield home

    def vm(self, method, path="", body=None):
        return self.node.ask(method, f"/api/v1/vms{path}", body,
                             {"Authorization": f"Bearer {KEY}"}, timeout=530)

    def rent(self, name):
        """Once the node has looked at what it rents out by."""
        def answered():
            answer = self.vm("POST", body={"name": name, "resources": SIZE})
            return answer if answer.status != 503 else None
        return until(answered, START_SECONDS, lambda: self.node.lines[-20:])

    def test_each_machine_is_logged_in_to_by_the_key_handed_out_and_leaves_nothing(self):
        for backend in QemuMachines, MultipassMachines:
            for proxy in NginxPorts, OwnPorts:
                with self.subTest(backend=backend.plugin, proxy=proxy.listener), \
                        self.renting(backend, proxy) as home:
                    self.live(home / "key")

    def live(self, key):
        """One machine's whole life."""
        made = self.rent("web-1")
        self.assertEqual((made.status, made.json.get("status")), (200, "running"), made)
        access = self.vm("GET", "/web-1/access").json
        key.touch(0o600)
        key.write_text(access["ssh_key"]["private_key"])
        way = key, access["ssh_host"], access["ssh_port"]
        said = machines.ssh(*way, "hostname; id -u")
        self.assertEqual(said.stdout, "web-1\n0\n", (said, self.node.lines[-20:]))
        self.assertEqual(self.listening(access["ssh_port"]), {self.proxy.listener})

        deleted = self.vm("DELETE", "/web-1")
        self.assertEqual(deleted.status, 200, deleted)
        self.assertEqual(machines.ssh(*way, "true").returncode, 255)
        self.assertEqual(self.vm("GET").json, [])
        until_nobody_listens(self.ports.range, CLOSING_SECONDS, "there is still open:")
        self.assertEqual(
            (open_rentals(self.node), self.backend.left(), self.proxy.left()), ([], [], []))

    def listening(self, port):
        """The names of the programs that have the port."""
        return {name.split()[0] for inode in listeners([port]).values() for name in holders(inode)}


if __name__ == "__main__":
    unittest.main()
