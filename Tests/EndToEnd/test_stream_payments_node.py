"""The plugin stream-payments as a node has it: in a jail, where it reaches the chain and nothing
else, and where its key is nobody else's."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import unittest

from backend import page_of
from chain import Chain
from multipass_case import KEY
from node import BINARIES, ROOT, descendants, name_of
from payers import Payers
from streams_case import LIBRARY, write_key
from vm_case import ROLES, VMCase

MANIFEST = ROOT / "tools.d" / "stream-payments.json"


class InNode(VMCase):
    @classmethod
    def setUpClass(cls):
        cls.chain = Chain()
        cls.chain.__enter__()
        cls.addClassCleanup(cls.chain.__exit__)
        cls.payers = Payers(cls.chain)

    def setUp(self):
        super().setUp()
        for file in (LIBRARY, MANIFEST):
            shutil.copy(file, self.tools)
        self.keys = self.home / "wallet"
        self.keys.mkdir(mode=0o700)
        self.payments = {
            "PAYMENTS_NETWORK": "dev", "POLYGON_RPC_URL": f"{self.chain.url}/a-key-of-somebodys",
            "STREAM_PAYMENT_ADDRESS": self.chain.contracts["StreamPayment"],
            "PRICE_GLM_PER_CORE_MONTH": "1", "PRICE_GLM_PER_GB_RAM_MONTH": "0.1",
            "PRICE_GLM_PER_GB_STORAGE_MONTH": "0.01", "ETHEREUM_KEY_DIR": str(self.keys),
            "LOG_LEVEL": "debug"}

    def put_key(self):
        write_key(self.keys / "provider_key.json", self.payers.recipient)

    def rent(self, stream, name="shed"):
        return self.node.ask("POST", "/api/v1/vms", {
            "name": name, "ssh_key": KEY, "stream_id": stream,
            "resources": {"cpu": 1, "memory": 1, "storage": 10}}, timeout=60)

    def worker(self):
        found = [pid for pid in descendants(self.node.pid) if "stream-payments" in command_of(pid)]
        self.assertEqual(len(found), 1)
        return found[0]

    def backend_row(self):
        rows = self.node.get("/plugins").json["backends"]
        return next(row for row in rows if row["role"] == "payments/1")

    def test_keeps_to_the_page_of_its_role(self):
        done = subprocess.run(
            [BINARIES / "orien", "plugin", "check", self.tools / LIBRARY.name,
             "--role", "payments/1"], capture_output=True, text=True, timeout=60,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.home), "ROLES_DIR": str(ROLES)})
        self.assertEqual(done.returncode, 0, done)
        checks = json.loads(page_of("payments/1").read_text())["checks"]
        self.assertEqual(len(done.stdout.splitlines()), len(checks) + 1, done)

    def test_reads_the_chain_by_the_one_way_that_it_has(self):
        self.put_key()
        self.start(**self.payments)
        plugin = next(one for one in self.node.get("/plugins").json["plugins"]
                      if one["id"] == "orien.stream-payments")
        self.assertEqual(plugin["grants"], [
            f"folder:{self.keys}", f"network:127.0.0.1:{self.chain.port}"])
        stream = self.payers.open()
        answer = self.rent(stream)
        self.assertIn(answer.status, (200, 201, 202), answer)
        told, = self.node.get("/api/v1/payments/streams").json
        self.assertEqual(told["stream_id"], str(stream), told)
        info = self.node.get("/api/v1/provider/info").json
        self.assertEqual(info["payments_recipient"], self.payers.recipient["address"])
        self.assertEqual(self.rent(10 ** 9, "other").status, 402)

    def test_what_the_manifest_does_not_allow_is_not_reached(self):
        self.put_key()
        manifest = {"isolation": "worker", "config": {
            "network": "dev", "urls": [self.chain.url], "key_file": str(self.keys) +
            "/provider_key.json", "contract": self.payers.contract},
            "grants": {"folders": [{"path": str(self.keys)}]}}
        (self.tools / "stream-payments.json").write_text(json.dumps(manifest))
        # The node holds machines to streams, and says nothing to the plugin.
        self.start(**self.payments | {"POLYGON_RPC_URL": "http://127.0.0.1:9"})
        answer = self.rent(self.payers.open())
        self.assertEqual(answer.status, 503, answer)

    def test_is_off_where_nobody_asks_for_payments(self):
        self.start()
        answer = self.node.ask("POST", "/api/v1/vms", {
            "name": "free", "ssh_key": KEY, "resources": {"cpu": 1, "memory": 1, "storage": 10}},
            timeout=60)
        self.assertIn(answer.status, (200, 201, 202), answer)
        self.assertEqual(self.node.get("/health").json["status"], "ok")
        plugin = next(one for one in self.node.get("/plugins").json["plugins"]
                      if one["id"] == "orien.stream-payments")
        self.assertEqual(plugin["grants"], [])

    def test_without_a_key_it_says_what_to_do(self):
        self.start(**self.payments)
        answer = self.rent(self.payers.open())
        self.assertEqual(answer.status, 503, answer)
        self.assertIn("orien wallet new", answer.json["message"])

    def test_a_deployment_says_where_the_contract_is(self):
        self.put_key()
        deployments = self.home / "deployments"
        deployments.mkdir()
        del self.payments["STREAM_PAYMENT_ADDRESS"]
        (deployments / "dev.json").write_text(json.dumps({
            "network": "dev", "timestamp": 0, "StreamPayment": {
                "address": self.payers.contract, "oracle": "0x0", "glmToken": "0x0"}}))
        self.start(**self.payments, GOLEM_DEPLOYMENTS_DIR=str(deployments))
        self.assertIn(self.rent(self.payers.open()).status, (200, 201, 202))

    def test_the_key_is_in_nothing_that_the_node_writes_or_tells(self):
        # That of the chain's accounts is nearly all zeros, which stand everywhere.
        made = self.orien("wallet", "new", **self.payments)
        address = made.stdout.split()[0]
        key = json.loads((self.keys / "provider_key.json").read_text())["private_key"][2:]
        self.start(**self.payments)
        answer = self.rent(self.payers.open(recipient=address))
        self.assertIn(answer.status, (200, 201, 202), answer)
        told = [self.node.get(path).body for path in (
            "/plugins", "/health", "/metrics", "/api/v1/payments/streams", "/api/v1/provider/info",
            "/executions")]
        told += [made.stdout.encode(), made.stderr.encode()]
        for words in (["config", "show"], ["wallet", "show"], ["wallet", "show", "--json"]):
            told.append(self.orien(*words, **self.payments).stdout.encode())
        told.append("\n".join(self.node.lines).encode())
        for one in told:
            self.assertNotIn(b"a-key-of-somebodys", one)
        worker = self.worker()
        for pid in (self.node.pid, worker):
            for part in ("environ", "cmdline"):
                told.append(pathlib.Path(f"/proc/{pid}/{part}").read_bytes())
        core = pathlib.Path(f"/proc/{worker}/limits").read_text()
        soft, hard = next(line for line in core.splitlines() if "core file" in line).split()[4:6]
        # With at most a byte no program is given the dump either.
        self.assertTrue(int(soft) <= 1 and int(hard) <= 1, (soft, hard))
        self.node.stop()
        files = [file for file in self.home.rglob("*")
                 if file.is_file() and self.keys not in file.parents]
        self.assertGreater(len(files), 5)
        for form in (key.encode(), key.upper().encode(), bytes.fromhex(key)):
            self.assertEqual([one[:80] for one in told if form in one], [])
            self.assertEqual([file for file in files if is_in(form, file)], [])

    def test_nothing_of_it_is_left_with_the_node(self):
        self.put_key()
        self.start(**self.payments)
        self.rent(self.payers.open())
        worker = self.worker()
        self.assertEqual(name_of(worker), "orien-worker")
        self.node.stop()
        self.assertFalse(pathlib.Path(f"/proc/{worker}").exists())


def is_in(form, file):
    """Whether it stands in what was ever written to a file, which may have holes."""
    with file.open("rb") as opened, contextlib.suppress(OSError):
        at = 0
        while True:
            at = os.lseek(opened.fileno(), at, os.SEEK_DATA)
            end = os.lseek(opened.fileno(), at, os.SEEK_HOLE)
            if form in os.pread(opened.fileno(), end - at, at):
                return True
            at = end
    return False


def command_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


if __name__ == "__main__":
    unittest.main()
