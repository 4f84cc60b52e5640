"""The plugin stream-payments before a server that lies, hangs or changes its mind: nothing is said
of any stream."""

import json
import unittest

from liar import changed, error, member, result, whole
from payers import NATIVE
from streams_case import StreamsCase, of_streams, struct

HOUR = 3600


def blocks(change):
    """A lie about each block that is told."""
    return changed(lambda method, one: one | {"result": change(dict(one["result"]))}
                   if method == "eth_getBlockByNumber" and one.get("result") else None)


class Lies(StreamsCase):
    def setUp(self):
        super().setUp()
        self.number = self.payers.open()
        self.liar = self.lying(patience_milliseconds=2000)
        self.assertIsNone(self.fault(self.number))

    def believed_again(self):
        self.liar.tell(None)
        self.assertIsNone(self.fault(self.number))

    def test_whatever_is_out_of_order_nothing_is_said(self):
        whats = {
            "web server": lambda body, forward: (503, b"busy"),
            "too often": lambda body, forward: (429, b"[]"),
            "no json": lambda body, forward: (200, b"<html>"),
            "silence": lambda body, forward: (200, None),
            "no batch": lambda body, forward: (200, json.dumps(json.loads(forward(body))[0])
                                               .encode()),
            "one is missing": whole(lambda answers: answers[:-1]),
            "one is twice": whole(lambda answers: answers[:-1] + answers[:1]),
            "limit": error(-32005), "internal": error(-32603), "archive": error(-32000),
            "eth_call alone": of_streams(
                {"error": {"code": -32000, "message": "missing trie node"}}),
            "reverts": of_streams({"error": {"code": 3, "message": "execution reverted"}}),
            "null": of_streams(None), "number": of_streams(7)}
        for name, lie in whats.items():
            with self.subTest(name):
                self.liar.tell(lie)
                self.unread(self.number)
                self.believed_again()

    def test_pay_19_what_is_no_struct_is_none(self):
        good = struct(recipient=self.payers.recipient["address"])
        for name, said in {
                "nothing": "0x", "short": good[:-2], "shorter": good[:-64], "long": good + "00",
                "a word more": good + "00" * 32, "no digits": good[:-1] + "x",
                "address with more": "0x01" + good[4:],
                "bool of 2": good[:-1] + "2", "time of 129 bits": good[:2 + 64 * 3] + "0" * 31 + "1"
                + "0" * 32 + good[2 + 64 * 4:]}.items():
            with self.subTest(name):
                self.liar.tell(of_streams(said))
                self.unread(self.number, "chain-malformed")
        self.believed_again()

    def test_pay_10_another_chain_after_the_start(self):
        self.liar.tell(result("eth_chainId", "0x1"))
        self.assertIn("chain 1", self.unread(self.number, "chain-wrong"))
        self.refused("unavailable", "outcome", "chain-wrong", hashes=["0x" + "11" * 32])
        self.believed_again()

    def test_pay_10_a_huge_answer(self):
        self.liar.tell(lambda body, forward: (200, b"[" + b" " * (9 << 20) + b"]"))
        self.assertIn("answer-too-large", self.unread(self.number, "chain-unreachable"))
        self.believed_again()

    def test_pay_10_a_head_that_goes_back(self):
        self.open(urls=[self.liar.url], confirmations=2)
        self.payers.mine(5)
        head = self.inspect()["block"]["head"]
        at = self.chain.ask("eth_getBlockByNumber", hex(head - 3), False)

        def latest(block):
            def lie(body, forward):
                asked = {call["id"]: call for call in json.loads(body)}
                return 200, json.dumps([
                    one | {"result": block} if asked[one["id"]]["params"][:1] == ["latest"]
                    and one["result"].get("number") else one
                    for one in json.loads(forward(body))]).encode()
            return lie
        self.liar.tell(latest(at))
        self.assertIn(str(head), self.unread(self.number, "chain-went-back"))
        # As far as chains do.
        self.liar.tell(latest(self.chain.ask("eth_getBlockByNumber", hex(head - 2), False)))
        self.assertEqual(self.inspect()["block"]["head"], head - 2)

    def test_pay_10_a_block_of_another_time(self):
        self.open(urls=[self.liar.url], clock_skew_seconds=HOUR)
        # The chain's own clock, by the tests before this one, may be ahead.
        now = int(self.chain.ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
        for by, reason in ((2 * HOUR, "chain-ahead"), (-(now // 2), "chain-behind")):
            self.liar.tell(blocks(lambda block, by=by: block | {"timestamp": hex(now + by)}))
            self.unread(self.number, reason)

    def test_pay_10_answers_of_two_moments(self):
        self.liar.tell(self.another_hash())
        self.unread(self.number, "chain-reorganised")
        self.liar.tell(member("eth_getBlockByNumber", "number", "0x1"))
        self.unread(self.number)
        self.liar.tell(result("eth_getBlockByNumber", None))
        self.unread(self.number)
        self.believed_again()

    @staticmethod
    def another_hash():
        """The block that is asked for with streams is another one each time."""
        def lie(body, forward):
            asked = json.loads(body)
            answers = json.loads(forward(body))
            if any(call["method"] == "eth_call" for call in asked):
                answers[-1]["result"]["hash"] = "0x" + "ab" * 32
            return 200, json.dumps(answers).encode()
        return lie

    def test_pay_10_several_have_to_say_the_same(self):
        def open_both(**config):
            self.open(urls=[self.liar.url, self.chain.url], **config)
        open_both(quorum=2)
        self.assertIsNone(self.fault(self.number))
        self.liar.tell(of_streams(struct(recipient=NATIVE)))
        self.unread(self.number, "chain-disagreement")
        # The first that answers counts, and the other where it does not.
        open_both()
        self.assertEqual(self.fault(self.number), "terminated")
        self.liar.tell(of_streams("0x"))
        self.assertIsNone(self.fault(self.number))
        self.liar.tell(lambda body, forward: (500, b""))
        self.assertIsNone(self.fault(self.number))

    def test_pay_11_what_a_reorganisation_takes_back(self):
        snapshot = self.chain.ask("evm_snapshot")
        self.open(confirmations=8)
        self.payers.mine(8)
        gone = self.payers.open()
        self.payers.mine(8)
        name = "{number}:{hash}".format(**self.inspect(gone)["block"])
        self.assertIsNone(self.fault(gone))
        self.assertEqual(len(self.inspect(gone, block=name)["streams"]), 1)
        self.chain.ask("evm_revert", snapshot)
        # Deeper than is ever waited for: until there is more of the new chain nobody knows.
        self.unread(gone, "chain-went-back")
        self.payers.mine(30)
        self.refused("conflict", "inspect", "reorganised", streams=[str(gone)], block=name)
        self.assertEqual(self.fault(gone), "unknown-stream")


if __name__ == "__main__":
    unittest.main()
