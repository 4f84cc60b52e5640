"""What the plugin stream-payments says of streams, on a real chain with both of the contracts."""

import unittest

from payers import NATIVE
from streams_case import LAST, StreamsCase, of_streams, struct, write_key

RATE = 10 ** 12


class Reading(StreamsCase):
    def test_a_stream_that_pays_is_told_whole(self):
        number = self.payers.open(RATE, 3600)
        before = self.reading(number)
        self.payers.pass_time(100)
        self.payers.withdraw(number)
        self.payers.pass_time(50)
        after = self.reading(number)
        self.assertNotIn("fault", after)
        start, now = int(after["start"]), self.inspect()["block"]["time"]
        self.assertEqual(int(after["stop"]) - start, 3600)
        self.assertEqual(after["remaining_seconds"], start + 3600 - now)
        self.assertEqual(int(after["vested"]), (now - start) * RATE)
        self.assertEqual(int(after["withdrawable"]),
                         int(after["vested"]) - int(after["withdrawn"]))
        self.assertGreater(int(after["withdrawn"]), 0)
        self.assertEqual(before["withdrawn"], "0")
        self.assertEqual((after["rate"], after["deposit"]), (str(RATE), str(3600 * RATE)))
        self.assertEqual((after["token"], after["sender"], after["recipient"]),
                         (NATIVE, self.payers.sender["address"], self.payers.recipient["address"]))

    def test_pay_01_whom_it_has_to_pay_is_compared_by_bytes(self):
        number = self.payers.open()
        other = self.payers.open(recipient=self.chain.accounts[3]["address"])
        self.assertIsNone(self.fault(number))
        self.assertEqual(self.fault(other), "wrong-recipient")
        address = self.payers.recipient["address"]
        for written in (address.lower(), "0x" + address[2:].upper()):
            self.open(key_file="", recipient=written)
            self.assertIsNone(self.fault(number), written)
            self.assertFalse(self.ask("probe")["can_collect"])
        # One letter of the other case, as a typing error would be.
        place = next(at for at, one in enumerate(address) if at > 1 and one.isalpha())
        self.open(key_file="", recipient=address[:place] + address[place].swapcase()
                  + address[place + 1:])
        self.assertIn("checksum", self.ask("probe")["reason"])

    def test_pay_02_what_does_not_pay_is_told_why(self):
        halted, ended = self.payers.open(), self.payers.open(seconds=5)
        self.payers.halt(halted)
        self.payers.pass_time(10)
        terminated = self.payers.open()
        self.payers.terminate(terminated)
        self.assertEqual(self.fault(10 ** 9), "unknown-stream")
        self.assertEqual(self.fault(halted), "halted")
        self.assertEqual(self.fault(ended), "ended")
        self.assertEqual(self.fault(terminated), "terminated")
        token = self.payers.open(token=self.chain.contracts["Token"])
        self.assertEqual(self.fault(token), "wrong-token")
        self.open(token=self.chain.contracts["Token"])
        self.assertIsNone(self.fault(token))

    def test_pay_02_and_08_what_no_honest_contract_says(self):
        ours = self.payers.recipient["address"]
        liar = self.lying()
        for said, wanted in (
                ({}, None), ({"deposit": 0}, "no-deposit"), ({"start": LAST}, "not-started"),
                ({"withdrawn": 2 ** 255 + 1}, "inconsistent"), ({"rate": 0}, "inconsistent"),
                ({"start": 9, "stop": 8}, "inconsistent"), ({"halted": 1}, "halted"),
                ({"sender": NATIVE}, "unknown-stream"), ({"recipient": NATIVE}, "terminated"),
                ({"stop": 1}, "ended"),
                # Its end is far away, and its deposit has been used up for long.
                ({"deposit": 2 ** 20}, "ended")):
            with self.subTest(said):
                liar.tell(of_streams(struct(**{"recipient": ours} | said)))
                self.assertEqual(self.fault(7), wanted)

    def test_pay_07_numbers_end_where_they_end(self):
        liar = self.lying()
        full = {"recipient": self.payers.recipient["address"]}
        for said, remaining in (
                ({"deposit": 2 ** 256 - 1}, 2 ** 63 - 1), ({"rate": LAST}, None),
                ({"rate": LAST, "deposit": 2 ** 256 - 1, "withdrawn": 2 ** 256 - 1}, None)):
            with self.subTest(said):
                liar.tell(of_streams(struct(**full | said)))
                reading = self.reading(1)
                vested, deposit = int(reading["vested"]), int(reading["deposit"])
                self.assertTrue(0 <= int(reading["withdrawable"]) <= vested <= deposit)
                if remaining:
                    self.assertEqual(reading["remaining_seconds"], remaining)

    def test_pay_17_time_is_the_chains(self):
        number = self.payers.open(RATE, 7200)
        self.payers.pass_time(3000)
        reading, block = self.reading(number), self.inspect()["block"]
        self.assertEqual(reading["remaining_seconds"], int(reading["stop"]) - block["time"])
        self.assertLessEqual(reading["remaining_seconds"], 4200)

    def test_a_thousand_are_read_at_one_block_and_in_few_requests(self):
        self.payers.open()
        liar = self.lying()
        self.inspect(1)
        liar.tell(lambda body, forward: (200, forward(body)))
        answer = self.inspect(*range(1, 1001))
        self.assertEqual([one["stream"] for one in answer["streams"]],
                         [str(number) for number in range(1, 1001)])
        batches = liar.server.asked
        self.assertLessEqual(len(batches), 12)
        self.assertLessEqual(max(map(len, batches)), 200)
        moments = {call["params"][1] for batch in batches for call in batch
                   if call["method"] == "eth_call"}
        self.assertEqual(moments, {hex(answer["block"]["number"])})

    def test_it_is_read_as_deep_as_is_wanted(self):
        self.open(confirmations=3)
        number = self.payers.open()
        self.assertEqual(self.fault(number), "unknown-stream")
        self.payers.mine(3)
        self.assertIsNone(self.fault(number))
        block = self.inspect()["block"]
        self.assertEqual(block["head"] - block["number"], 3)
        self.assertLess(block["time"], block["head_time"])

    def test_a_number_that_is_none_is_refused(self):
        for text in ("", "-1", "0x1", "01", "1 ", str(2 ** 256)):
            self.refused("invalid", "inspect", streams=[text])
        for text in ("1", "1:0x", "x:" + "0x" + "00" * 32):
            self.refused("invalid", "inspect", streams=["1"], block=text)


class SecondContract(StreamsCase):
    contract = "StreamPayment2"

    def test_what_is_over_says_so_and_all_of_it_has_vested(self):
        # A deposit that makes no whole number of seconds.
        ended = self.payers.open(rate=1000, deposit=5999)
        terminated = self.payers.open()
        self.payers.terminate(terminated)
        self.payers.pass_time(10)
        reading = self.reading(ended)
        self.assertEqual(reading["fault"], "ended")
        self.assertEqual(reading["withdrawable"], "5999")
        over = self.reading(terminated)
        self.assertEqual(over["fault"], "halted")
        self.assertEqual(over["recipient"], self.payers.recipient["address"])
        quote = self.ask("quote", stream=str(self.kept(ended)))
        self.assertEqual(quote["amount"], "5999")


class SetUp(StreamsCase):
    """What is wrong is told as it is, and nothing is said of any stream for it."""

    def says(self, *words, **config):
        self.open(**config)
        answer = self.ask("probe")
        self.assertFalse(answer["available"], answer)
        for one in words:
            self.assertIn(one, answer["reason"])
        self.unread()
        return answer

    def test_off_is_said(self):
        answer = self.says("off", network="off", key_file="")
        self.assertEqual(set(answer), {"engine", "available", "reason"})
        self.assertEqual(self.ask("drop", stream="1"), {"existed": False})
        self.refused("denied", "sign", stream="1", nonce=0, gas=21000, max_fee="1",
                     priority_fee="1")
        self.assertEqual(self.backend.probe().reason, "payments-off")

    def test_pay_05_contracts_and_chain_are_looked_at(self):
        stranger = self.chain.accounts[3]["address"]
        self.says("no contract at", stranger, contract=stranger)
        self.says("no contract at", stranger, token=stranger)
        self.says("streams(0)", contract=self.chain.contracts["Token"])
        self.says("chain 31337", "chain 17000", chain="17000")
        self.says("127.0.0.1:9", "no-connection", urls=["http://127.0.0.1:9/secret"])
        self.assertNotIn("secret", self.ask("probe")["reason"])

    def test_settings_that_make_no_sense_are_told(self):
        here = self.chain.url
        self.says("l2.holesky, mainnet, dev", network="mainet")
        self.says("chain", network="l2.holesky")
        self.says("urls", network="mainnet", urls=[], chain="1")
        self.says("token", network="mainnet", chain="1")
        self.says("machine", urls=["http://10.0.0.1:8545"])
        self.says("confirmations", network="l2.holesky", chain="1", confirmations=0)
        self.says("quorum", quorum=2)
        self.says("contract", contract="0x12")
        self.says("contract", contract="")
        self.says("http://HOST", urls=["http:/x"], network="mainnet", chain="1", token="0x0")
        self.says("recipient", recipient=self.chain.accounts[3]["address"])
        self.says("orien wallet new", key_file="")
        self.says("orien wallet new", key_file="/nonexistent/provider_key.json")
        self.open(urls=[here])
        self.assertTrue(self.ask("probe")["available"])

    def test_a_key_that_others_read_is_none(self):
        open_key = write_key(self.folder / "open.json", self.payers.recipient, 0o640)
        self.says("chmod", key_file=str(open_key))
        link = self.folder / "link.json"
        link.symlink_to(self.key_file)
        self.says("link", key_file=str(link))
        bad = self.folder / "bad.json"
        bad.write_text('{"private_key": "0x12"}')
        bad.chmod(0o600)
        answer = self.says("32 bytes", key_file=str(bad))
        self.assertNotIn("0x12", answer["reason"])


if __name__ == "__main__":
    unittest.main()
