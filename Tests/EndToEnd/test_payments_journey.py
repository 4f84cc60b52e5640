"""From nothing to money in the wallet, by the lines of the README: a real node with its plugin, a
real chain, and a stand-in for what makes machines."""

import json
import os
import re
import shutil
import subprocess
import unittest

from chain import Chain
from node import BINARIES, ROOT, until
from payers import Payers
from ports import free_port
from vm_case import VMCase

SECTION = re.compile(r"^## Payments$(.*?)^## ", re.M | re.S)
FENCE = re.compile(r"^```text\n(.*?)^```$", re.M | re.S)


def lines():
    section = SECTION.search((ROOT / "README.md").read_text())[1]
    return FENCE.search(section)[1].splitlines()


class Journey(VMCase):
    def setUp(self):
        super().setUp()
        shutil.copy(ROOT / "tools.d" / "stream-payments.so", self.tools)
        shutil.copy(ROOT / "tools.d" / "stream-payments.json", self.tools)
        self.chain = Chain()
        self.chain.__enter__()
        self.addCleanup(self.chain.__exit__)
        self.payers = Payers(self.chain)
        (self.home / "chain.json").write_text(json.dumps({
            "url": self.chain.url, "chainId": self.chain.chain_id,
            "accounts": self.chain.accounts, "contracts": self.chain.contracts}))
        (self.home / "Tests").symlink_to(ROOT / "Tests")
        self.environment |= {"POLYGON_RPC_URL": self.chain.url, "PORT": str(free_port()),
                             "BACKENDS": "vm/1:orien.multipass-vm"}
        self.orien("init")
        self.addCleanup(self.run_as, "orien", "stop")

    def line(self, line):
        """What a line of the README says."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", line], cwd=self.home, capture_output=True,
            text=True, timeout=120, stdin=subprocess.DEVNULL,
            env=self.environment | {"PATH": f"{BINARIES}:{os.environ['PATH']}"})
        self.assertEqual(
            done.returncode, 0, f"{line}\n{done.stdout}{done.stderr}{self.told_by_node()}")
        return done.stdout

    def told_by_node(self):
        log = self.home / "st/orien/provider.log"
        return log.read_text()[-4000:] if log.exists() else ""

    def test_every_line_of_the_readme_works_and_the_money_arrives_to_the_wei(self):
        said = {}
        for line in lines():
            if "chain.py" in line:
                continue
            command = line.split("#")[0].strip()
            if command.startswith("orien streams withdraw"):
                before = self.balance()
            said[command] = self.line(line)
            if command.startswith("orien streams withdraw"):
                self.arrived(before)
            if command.startswith("orien doctor"):
                self.assertRegex(said[command], r"chain +ok +dev, chain 31337")
                self.assertRegex(said[command], r"gas +weak +0 ETH")
        told = said["orien streams list"]
        self.assertRegex(told, r"(?m)^web +1 +good .* ETH +(2 hours|1 hour 59 minutes)")
        self.assertIn("ledger and chain agree", said["orien streams reconcile"])
        status = self.json("status")
        self.assertEqual(status["payments"]["streams"], {"good": 1, "bad": 0, "unknown": 0})
        self.assertEqual(status["payments"]["withdrawals_under_way"], 0)
        self.assertIn("Payments        dev, chain 31337\n", self.orien("status").stdout)
        checks = {one["name"]: one for one in self.json("doctor")["checks"]}
        for name in ("plugin of payments", "wallet", "chain", "contract of streams", "gas",
                     "streams"):
            self.assertEqual(checks[name]["state"], "ok", checks[name])

    def balance(self):
        address = json.loads(self.line("orien wallet show --json"))["address"]
        return int(self.chain.ask("eth_getBalance", address, "latest"), 16)

    def arrived(self, before):
        """What the ledger says has come, less what it says that gas has cost."""
        self.payers.mine(3)

        def over():
            balances = self.json("streams", "reconcile")
            stream, = balances["streams"]
            return stream if stream["ledger"]["collections"] else None
        stream = until(over, 60, "nothing is withdrawn")
        collected = int(stream["ledger"]["collected"])
        self.assertGreater(collected, 600 * 5 * 10**12 - 1)
        self.assertEqual(self.balance(), before + collected - int(stream["ledger"]["gas_cost"]))


if __name__ == "__main__":
    unittest.main()
