"""What the plugin stream-payments signs and sends, and what it says came of it."""

import json
import unittest

from chain import Chain
from liar import changed
from payers import Payers
from streams_case import ORDER, UNKNOWN, StreamsCase

RATE = 10 ** 12
ORDERED = {"nonce": 0, "gas": 100_000, "max_fee": "2000000000", "priority_fee": "1"}


def refusal(message, code=-32000):
    """A pool that takes nothing, and hands nothing on."""
    def lie(body, forward):
        asked = json.loads(body)
        chain, = json.loads(forward(json.dumps(asked[:1]).encode()))
        said = {"code": code, "message": message}
        return 200, json.dumps(
            [chain, {"jsonrpc": "2.0", "id": asked[1]["id"], "error": said}]).encode()
    return lie


class Collecting(StreamsCase):
    def setUp(self):
        super().setUp()
        self.number = self.kept(self.payers.open(RATE))
        self.payers.pass_time(100)

    def sent(self, signed):
        self.assertEqual(self.ask("send", transaction=signed["transaction"]),
                         {"hash": signed["hash"]})
        return signed["hash"]

    def outcome(self, hash):
        told, = self.ask("outcome", hashes=[hash])["transactions"]
        return told

    def balance(self):
        return int(self.chain.ask("eth_getBalance", self.payers.recipient["address"], "latest"), 16)

    def test_what_is_collected_is_told_to_the_wei(self):
        quote = self.ask("quote", stream=str(self.number))
        before = self.balance()
        self.assertEqual(quote["balance"], str(before))
        self.assertGreaterEqual(int(quote["amount"]), 100 * RATE)
        hash = self.sent(self.signed(self.number))
        told = self.outcome(hash)
        self.assertEqual((told["state"], told["confirmations"]), ("included", 1))
        self.assertGreaterEqual(int(told["amount"]), int(quote["amount"]))
        self.assertEqual(self.balance(), before + int(told["amount"]) - int(told["cost"]))
        self.assertLessEqual(int(told["cost"]), quote["gas"] * int(quote["max_fee"]))
        self.payers.mine(4)
        self.assertEqual(self.outcome(hash)["confirmations"], 5)
        self.assertEqual(self.ask("outcome", hashes=[])["next_nonce"], quote["next_nonce"] + 1)
        self.assertEqual(self.reading(self.number)["withdrawn"], told["amount"])

    def test_only_what_is_kept_is_signed(self):
        other = self.payers.open()
        for number in (other, UNKNOWN):
            self.refused("denied", "sign", stream=str(number), **ORDERED)
            self.refused("denied", "quote", stream=str(number))
        self.ask("keep", stream=str(self.number))
        self.assertEqual(self.ask("drop", stream=str(self.number)), {"existed": True})
        self.assertEqual(self.ask("drop", stream=str(self.number)), {"existed": False})
        self.refused("denied", "sign", stream=str(self.number), **ORDERED)
        # Of another contract it is another stream.
        self.kept(self.number)
        self.open(contract=self.chain.contracts["StreamPayment2"])
        self.refused("denied", "sign", stream=str(self.number), **ORDERED)
        self.open()
        self.ask("sign", stream=str(self.number), **ORDERED)

    def test_without_a_key_nothing_is_signed(self):
        self.open(key_file="", recipient=self.payers.recipient["address"])
        self.assertIsNone(self.fault(self.number))
        self.refused("denied", "sign", "no-key", stream=str(self.number), **ORDERED)
        self.refused("denied", "quote", "no-key", stream=str(self.number))

    def test_the_same_order_is_the_same_transaction(self):
        first = self.ask("sign", stream=str(self.number), **ORDERED)
        self.open()
        self.assertEqual(self.ask("sign", stream=str(self.number), **ORDERED), first)
        self.assertNotEqual(
            self.ask("sign", stream=str(self.number), **ORDERED | {"nonce": 1}), first)

    def test_no_more_is_offered_than_the_operator_pays(self):
        for order in ({"gas": 300_001}, {"max_fee": "100000000001"}):
            self.refused("limited", "sign", "too-expensive", stream=str(self.number),
                         **ORDERED | order)
        for order in ({"priority_fee": "2000000001"}, {"max_fee": "x"}, {"nonce": -1}):
            self.refused("invalid", "sign", stream=str(self.number), **ORDERED | order)
        self.open(max_fee="1000")
        self.assertIn("max_fee", self.refused(
            "limited", "quote", "too-expensive", stream=str(self.number)))
        self.open(max_gas=30_000)
        self.assertIn("max_gas", self.refused(
            "limited", "quote", "too-expensive", stream=str(self.number)))
        # Less than twice the base fee is offered where more is not paid.
        base = int(self.chain.ask("eth_feeHistory", "0x1", "latest", [])["baseFeePerGas"][-1], 16)
        self.open(max_fee=str(base + 10 ** 9 + 1))
        self.assertEqual(self.ask("quote", stream=str(self.number))["max_fee"],
                         str(base + 10 ** 9 + 1))

    def test_what_cannot_be_collected_is_told_before_it_costs(self):
        self.payers.terminate(self.number)
        self.assertIn("not recipient", self.refused(
            "conflict", "quote", "reverted", stream=str(self.number)))
        fresh = self.kept(self.payers.open())
        self.refused("conflict", "quote", "nothing-to-collect", stream=str(fresh))

    def test_pay_16_what_reverts_is_told_with_what_it_cost(self):
        signed = self.signed(self.number)
        self.payers.terminate(self.number)
        before = self.balance()
        told = self.outcome(self.sent(signed))
        self.assertEqual((told["state"], told["amount"]), ("reverted", "0"))
        self.assertEqual(self.balance(), before - int(told["cost"]))

    def test_pay_13_places_are_those_of_the_chain(self):
        signed = self.signed(self.number)
        # The wallet is used elsewhere.
        self.payers.send(self.payers.recipient, self.payers.sender["address"], value=1)
        self.refused("conflict", "send", "nonce-used", transaction=signed["transaction"])
        self.assertEqual(self.outcome(signed["hash"])["state"], "absent")
        again = self.signed(self.number)
        self.sent(again)
        # Its place is its own: it was taken before.
        self.sent(again)

    def test_pay_13_what_waits_is_seen(self):
        self.chain.ask("evm_setAutomine", False)
        self.addCleanup(self.chain.ask, "evm_setAutomine", True)
        signed = self.signed(self.number)
        hash = self.sent(signed)
        told = self.ask("outcome", hashes=[hash])
        self.assertEqual(told["transactions"], [{"hash": hash, "state": "absent"}])
        self.payers.mine()
        self.assertEqual(self.outcome(hash)["state"], "included")

    def test_pay_13_refusals_of_pools_are_told_apart(self):
        liar = self.lying()
        signed = self.signed(self.number)
        for message, reason in (
                ("nonce too low: next nonce 9, tx nonce 1", "nonce-used"),
                ("OldNonce", "nonce-used"),
                ("replacement transaction underpriced", "underpriced"),
                ("transaction underpriced: tip needed 1, tip permitted 0", "underpriced"),
                ("insufficient funds for gas * price + value: balance 1", "no-funds"),
                ("InsufficientFunds, Account balance: 1", "no-funds"),
                ("intrinsic gas too low", "refused")):
            with self.subTest(message):
                liar.tell(self.pool(refusal(message)))
                self.assertIn(message, self.refused(
                    "conflict", "send", reason, transaction=signed["transaction"]))
        for message in ("already known", "AlreadyKnown", "known transaction: 12ab"):
            liar.tell(self.pool(refusal(message)))
            self.sent(signed)
        for lie in (refusal("busy", -32005), lambda body, forward: (502, b"")):
            liar.tell(self.pool(lie))
            self.refused("unavailable", "send", transaction=signed["transaction"])

    @staticmethod
    def pool(lie):
        return lambda body, forward: (
            lie(body, forward) if b"eth_sendRawTransaction" in body else (200, forward(body)))

    def test_pay_11_what_was_taken_back_is_sent_again_as_it_was(self):
        snapshot = self.chain.ask("evm_snapshot")
        signed = self.signed(self.number)
        self.assertEqual(self.outcome(self.sent(signed))["state"], "included")
        self.chain.ask("evm_revert", snapshot)
        self.open()
        told = self.ask("outcome", hashes=[signed["hash"]])
        self.assertEqual(told["transactions"][0]["state"], "absent")
        self.sent(signed)
        self.assertEqual(self.outcome(signed["hash"])["state"], "included")

    def test_pay_14_it_is_of_no_use_on_another_chain(self):
        signed = self.signed(self.number)
        with Chain("--chain-id", "17000") as chain:
            other = Payers(chain)
            self.assertEqual(other.contract, self.payers.contract)
            with self.assertRaisesRegex(RuntimeError, "chain id"):
                chain.ask("eth_sendRawTransaction", signed["transaction"])
            self.open(urls=[chain.url], chain="17000")
            self.refused("conflict", "send", "refused", transaction=signed["transaction"])

    def test_pay_20_a_signature_has_one_form(self):
        signed = self.signed(self.number)["transaction"]
        head, parity, r, s = (signed[:-134], signed[-134:-132], signed[-132:-66], signed[-66:])
        self.assertIn(parity, ("80", "01"))
        self.assertEqual((r[:2], s[:2]), ("a0", "a0"))
        self.assertLessEqual(int(s[2:], 16), ORDER // 2)
        turned = {"80": "01", "01": "80"}[parity]
        high = f"a0{ORDER - int(s[2:], 16):064x}"
        for name, other in {
                "of the other half": head + turned + r + high, "r of 0": head + parity + "80" * 33
                + s, "parity of 2": head + "02" + r + s, "cut short": signed[:-2],
                "of somebody else": head + turned + r + s, "nothing": "0x02"}.items():
            with self.subTest(name):
                self.refused("conflict", "send", "refused", transaction=other)

    def test_an_amount_is_what_the_contract_says_of_this_stream(self):
        liar = self.lying()
        hash = self.sent(self.signed(self.number))
        amount = self.outcome(hash)["amount"]
        self.assertNotEqual(amount, "0")
        receipt = self.chain.ask("eth_getTransactionReceipt", hash)
        log, = receipt["logs"]
        stranger = "0x" + "00" * 12 + self.chain.accounts[3]["address"][2:].lower()
        for name, logs in {
                "of another contract": [log | {"address": self.chain.contracts["Token"]}],
                "of another stream": [log | {"topics": [log["topics"][0], "0x" + "00" * 32,
                                                        log["topics"][2]]}],
                "to somebody else": [log | {"topics": log["topics"][:2] + [stranger]}],
                "of another event": [log | {"topics": ["0x" + "11" * 32] + log["topics"][1:]}],
                "twice": [log, log], "none": []}.items():
            with self.subTest(name):
                liar.tell(self.receipts({"logs": logs}))
                self.assertEqual(self.outcome(hash)["amount"], "0")
        for name, members in {
                "of another transaction": {"transactionHash": "0x" + "11" * 32},
                "of no status": {"status": "0x2"}, "of a block ahead": {"blockNumber": "0xffffff"},
                "dearer than there is money": {"effectiveGasPrice": "0x" + "f" * 64}}.items():
            with self.subTest(name):
                liar.tell(self.receipts(members))
                self.refused("unavailable", "outcome", hashes=[hash])
        liar.tell(None)
        self.assertEqual(self.outcome(hash)["amount"], amount)

    @staticmethod
    def receipts(members):
        return changed(lambda method, one: one | {"result": one["result"] | members}
                       if method == "eth_getTransactionReceipt" else None)

    def test_hashes_that_are_none_are_refused(self):
        for text in ("0x12", "", "11" * 32):
            self.refused("invalid", "outcome", hashes=[text])


if __name__ == "__main__":
    unittest.main()
