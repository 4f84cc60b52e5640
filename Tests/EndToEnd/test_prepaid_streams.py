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


class PrepaidCase(unittest.TestCase):
    settings = {}

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
            "STREAM_GRACE_SECONDS": "0"} | self.settings)
        self.node.start()
        self.addCleanup(self.node.close)

    def pay(self, session, stream=None, key=None, **more):
        body = {"sessionId": session, "toolId": "echo", "args": {"message": "x"}}
        if stream is not None:
            body["payment"] = {"streamId": str(stream)} | more
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return self.node.ask("POST", "/execute?wait=20", body, headers, timeout=60)


class PrepaidStreams(PrepaidCase):
    """On a node of one's own, where the caller is the operator."""

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


class ProvenSessions(PrepaidCase):
    """On a node with keys, whose callers read the chain as everybody does."""

    settings = {"PROVIDER_API_KEY": "an-operators-key"}

    def setUp(self):
        super().setUp()
        self.keys = {}
        for name in "alice", "mallory":
            made = self.node.command("key", "new", name, "--state", self.node.state)
            self.assertEqual(made.returncode, 0, made)
            self.keys[name] = made.stdout.strip()
        self.node.stop()
        self.node.start()

    def signed(self, told, account=None):
        asked = told.json["proof"]
        return {"signedAt": asked["signedAt"],
                "signature": self.payers.sign(asked["text"], account)}

    def test_a_stream_pays_for_the_session_that_its_sender_has_signed_for(self):
        number = self.payers.open(RATE)
        self.payers.pass_time(60)
        alice, mallory = self.keys["alice"], self.keys["mallory"]
        # A plugin that is still starting can say nothing.
        stolen = until(lambda: (told := self.pay("s", number, mallory)).status != 503 and told,
                       30, "nobody knows")
        self.assertEqual((stolen.status, stolen.json["code"]), (402, "proof-needed"), stolen)
        self.assertIn("payment.proof", stolen.json["message"])
        self.assertEqual((stolen.json["required"], stolen.json["available"]), (1, 0))
        forged = self.pay("s", number, mallory,
                          proof=self.signed(stolen, self.chain.accounts[5]))
        self.assertEqual((forged.status, forged.json["code"]), (403, "proof-wrong"), forged)
        proof = self.signed(self.pay("job", number, alice))
        other = self.pay("other", number, alice, proof=proof)
        self.assertEqual((other.status, other.json["code"]), (403, "proof-wrong"), other)
        self.assertEqual(self.pay("job", number, alice, proof=proof).status, 200)
        # From then on the session has its stream, and nobody signs again.
        self.assertEqual(self.pay("job", None, alice).status, 200)
        self.assertEqual(self.pay("job", number, alice).status, 200)
        taken = self.pay("job", number, mallory, proof=proof)
        self.assertEqual((taken.status, taken.json["code"]), (409, "stream-in-use"), taken)

    def test_what_is_no_proof_is_said_so(self):
        number = self.payers.open(RATE)
        for proof, place in (({}, "/payment/proof/signedAt"), (7, "/payment/proof"),
                             ({"signedAt": "2026-11-27T20:48:47.000Z", "signature": "0x"},
                              "/payment/proof/signature")):
            answer = self.pay("s", number, self.keys["alice"], proof=proof)
            self.assertEqual(answer.status, 400, answer)
            self.assertEqual(answer.json["errors"][0]["pointer"], place)


if __name__ == "__main__":
    unittest.main()
