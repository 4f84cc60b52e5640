"""Sessions that a stream pays for, on a real chain: what may be had is what has vested, and what
was had is told to the wei."""

import json
import pathlib
import shutil
import tempfile
import unittest

from chain import Chain
from liar import Liar
from node import ROOT, Node, until
from payers import Payers
from streams_case import write_key

RATE = 10 ** 12
# A call of echo costs one micro unit: what a stream here pays in ten seconds.
MICRO_UNIT_WEI = 10 * RATE


class PrepaidStreams(unittest.TestCase):
    def setUp(self):
        self.chain = Chain()
        self.chain.__enter__()
        self.addCleanup(self.chain.__exit__)
        self.payers = Payers(self.chain)
        self.liar = Liar(self.chain)
        self.liar.__enter__()
        self.addCleanup(self.liar.__exit__)
        home = pathlib.Path(tempfile.mkdtemp(prefix="orien-prepaid-"))
        self.addCleanup(shutil.rmtree, home)
        tools, keys = home / "tools.d", home / "keys"
        tools.mkdir(mode=0o755)
        for name in "echo", "stream-payments":
            for ending in "so", "json":
                shutil.copy(ROOT / "tools.d" / f"{name}.{ending}", tools)
        keys.mkdir(mode=0o700)
        write_key(keys / "provider_key.json", self.payers.recipient)
        self.node = Node(state=home / "state", tools=tools, environment={
            "PAYMENTS_NETWORK": "dev", "POLYGON_RPC_URL": self.liar.url.rsplit("/", 1)[0],
            "STREAM_PAYMENT_ADDRESS": self.payers.contract, "ETHEREUM_KEY_DIR": str(keys),
            "MICRO_UNIT_WEI": str(MICRO_UNIT_WEI), "STREAM_MONITOR_INTERVAL_SECONDS": "1",
            "STREAM_GRACE_SECONDS": "0"})
        self.node.start()
        self.addCleanup(self.node.close)

    def pay(self, session, stream=None):
        body = {"sessionId": session, "toolId": "echo", "args": {"message": "x"}}
        if stream is not None:
            body["payment"] = {"streamId": str(stream)}
        return self.node.ask("POST", "/execute?wait=20", body, timeout=60)

    def paid(self, session, stream=None):
        """An answer once there are funds; what lacks before is told."""
        def settled():
            answer = self.pay(session, stream)
            self.assertIn(answer.status, (200, 402), answer)
            if answer.status == 402:
                body = answer.json
                self.assertEqual(body["required"], 1)
                self.assertEqual(body["requiredWei"], str(MICRO_UNIT_WEI))
                self.assertLess(int(body["availableWei"]), MICRO_UNIT_WEI)
            return answer.status == 200 and answer.json
        return until(settled, 30, "nothing vests")

    def spend(self, session):
        """As many calls as there are funds for."""
        count = 0
        while (answer := self.pay(session)).status == 200:
            count += 1
        self.assertEqual((answer.status, answer.json["code"]), (402, "unpaid"), answer)
        return count

    def test_what_has_vested_pays_and_no_more_and_the_receipts_say_so_to_the_wei(self):
        number = self.payers.open(RATE)
        self.payers.pass_time(40)
        record = self.paid("s", number)
        contract = self.payers.contract
        name = record["payment"]["stream"]
        self.assertTrue(name.lower().endswith(f":{contract.lower()}:{number}"), record)
        self.assertEqual(record["payment"], {
            "kind": "stream", "stream": name, "amountMicroUnits": 1,
            "amountWei": str(MICRO_UNIT_WEI)})
        count = 1 + self.spend("s")
        self.assertGreaterEqual(count, 2)
        self.payers.pass_time(40)
        self.paid("s")
        count += 1 + self.spend("s")

        account = self.node.get("/sessions/s").json["account"]
        self.assertEqual(
            (account["kind"], account["stream"], account["microUnitWei"]),
            ("stream", name, str(MICRO_UNIT_WEI)))
        self.assertEqual(account["spentWei"], str(count * MICRO_UNIT_WEI))
        records = [json.loads(self.node.get(f"/executions/{one['executionId']}/receipt")
                              .json["record"])
                   for one in self.node.get("/executions?session=s").json["executions"]]
        amounts = [int(one["payment"]["amountWei"]) for one in records]
        self.assertEqual(sum(amounts), int(account["spentWei"]))
        self.assertEqual(len(amounts), count)
        self.reconciled(number, count)

        taken = self.pay("other", number)
        self.assertEqual((taken.status, taken.json["code"]), (409, "stream-in-use"), taken)
        second = self.payers.open(RATE)
        other = self.pay("s", second)
        self.assertEqual((other.status, other.json["code"]), (409, "paid-otherwise"), other)
        self.node.ask("DELETE", "/sessions/s/workspace")
        again = self.pay("s", number)
        self.assertEqual((again.status, again.json["code"]), (409, "stream-in-use"), again)
        # The name is free for another stream.
        self.payers.pass_time(40)
        self.paid("s", second)

    def reconciled(self, number, count):
        """What the receipts come to is what the node has charged, and no more than is paid."""
        balances = self.node.get("/api/v1/payments/reconciliation").json
        self.assertTrue(balances["agrees"], balances)
        balance, = balances["streams"]
        self.assertEqual(balance["stream_id"], str(number))
        sessions = balance["sessions"]
        self.assertEqual(sessions["executions"], count)
        self.assertEqual(sessions["receipts"], sessions["charged"])
        self.assertEqual(int(sessions["receipts"]), count * MICRO_UNIT_WEI)
        self.assertLessEqual(int(sessions["charged"]), int(balance["chain"]["vested"]))
        self.assertTrue(sessions["covered"] and sessions["all_receipts_kept"], sessions)

    def test_each_fault_has_its_name_and_silence_is_none(self):
        ended, halted, terminated = (self.payers.open(RATE, seconds=5), self.payers.open(RATE),
                                     self.payers.open(RATE))
        self.payers.pass_time(20)
        self.payers.halt(halted)
        self.payers.terminate(terminated)
        wrong = self.payers.open(RATE, recipient=self.chain.accounts[4]["address"])
        for number, fault in ((ended, "ended"), (halted, "halted"), (terminated, "terminated"),
                              (wrong, "wrong-recipient"), (10 ** 6, "unknown-stream")):
            answer = self.pay("s", number)
            self.assertEqual((answer.status, answer.json["code"]), (402, fault), answer)
            self.assertEqual((answer.json["required"], answer.json["available"]), (1, 0))
        self.liar.server.lie = lambda body, forward: (503, b"")
        answer = self.pay("s", self.payers.open(RATE))
        self.assertEqual((answer.status, answer.json["code"]), (503, "stream-unknown"), answer)

    def test_a_node_that_is_killed_knows_what_pays_and_what_was_had(self):
        number = self.payers.open(RATE)
        self.payers.pass_time(30)
        self.paid("s", number)
        self.spend("s")
        self.node.kill()
        self.node.start()
        # Its backend may still be starting: nobody can say then.
        until(lambda: self.pay("s").status in (200, 402), 30, "nobody knows what it has")
        self.spend("s")
        count = len(self.node.get("/executions?session=s").json["executions"])
        account = self.node.get("/sessions/s").json["account"]
        self.assertEqual(account["spentWei"], str(count * MICRO_UNIT_WEI))
        self.payers.pass_time(30)
        self.paid("s")


if __name__ == "__main__":
    unittest.main()
