"""`orien wallet faucet-l2`: a captcha and a faucet, honest and not."""

import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

from faucet import Faucet
from node import BINARIES

ADDRESS = "0x52908400098527886E0F7030069857D2E4169EE7"
ENOUGH = 10**16


class FaucetCase(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.TemporaryDirectory()
        self.addCleanup(self.home.cleanup)
        self.faucet = self.enterContext(Faucet())

    def orien(self, *words, name="orien", **environment):
        program = BINARIES / "orien"
        if name != "orien":
            program = pathlib.Path(self.home.name) / name
            if not program.exists():
                os.symlink(BINARIES / "orien", program)
        settings = {"PAYMENTS_NETWORK": "dev"} | self.faucet.settings() | environment
        return subprocess.run(
            [program, "wallet", "faucet-l2", *words], capture_output=True, text=True, timeout=120,
            stdin=subprocess.DEVNULL, cwd=self.home.name,
            env={"PATH": "/usr/bin:/bin", "HOME": self.home.name} | settings)

    def ask(self, *words, **environment):
        return self.orien("--address", ADDRESS, "--rpc", self.faucet.url + "/rpc", *words,
                          **environment)


class Honest(FaucetCase):
    def test_who_has_too_little_gets_some(self):
        """B12: the smallest number for each pair, redeemed for what the faucet wants."""
        self.faucet.balances[ADDRESS] = ENOUGH
        done = self.ask("--json")
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(json.loads(done.stdout), {
            "address": ADDRESS, "balance_wei": str(ENOUGH), "tx": "0x" + "ab" * 32})
        self.assertEqual(self.faucet.sent, [ADDRESS])
        text = self.ask(name="golem-provider")
        self.assertEqual(text.returncode, 0, text)
        self.assertIn(f"the faucet sends to {ADDRESS}: 0xabab", text.stdout)

    def test_who_has_more_than_a_hundredth_is_left_alone(self):
        self.faucet.balances[ADDRESS] = ENOUGH + 1
        done = self.ask("--json")
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(json.loads(done.stdout), {
            "address": ADDRESS, "balance_wei": str(ENOUGH + 1), "skipped": True})
        self.assertIn("0.010000000000000001 ETH", self.ask().stdout)
        self.assertEqual(set(self.faucet.paths()), {"/rpc"})

    def test_the_faucet_names_its_transaction_in_any_of_three_ways(self):
        for name in ("txHash", "tx", "hash"):
            self.faucet.script["faucet"] = lambda _, name=name: (200, {name: "0xcd"})
            self.assertEqual(json.loads(self.ask("--json").stdout)["tx"], "0xcd")

    def test_a_balance_that_nobody_says_is_none(self):
        for answer in ((500, {}), (200, {"result": "much"}), (200, b"no JSON")):
            self.faucet.script["rpc"] = lambda _, answer=answer: answer
            done = self.ask("--json")
            self.assertEqual(done.returncode, 0, done)
            self.assertIn("the balance is not known", done.stderr)

    def test_the_plain_names_count_where_no_others_are_set(self):
        settings = {name.removeprefix("L2_"): value
                    for name, value in self.faucet.settings().items()}
        nothing = dict.fromkeys(self.faucet.settings(), "")
        self.assertEqual(self.ask(**nothing, **settings).returncode, 0)
        self.assertEqual(self.faucet.sent, [ADDRESS])


    def test_without_an_address_it_is_the_keys_own(self):
        self.assertEqual(self.orien().returncode, 66)
        keys = pathlib.Path(self.home.name, "keys")
        keys.mkdir(mode=0o700)
        for written in (ADDRESS, ADDRESS[2:].lower()):
            (keys / "provider_key.json").write_text(json.dumps({"address": written, "crypto": {}}))
            done = self.orien("--rpc", self.faucet.url + "/rpc", ETHEREUM_KEY_DIR=str(keys))
            self.assertEqual(done.returncode, 0, done)
        self.assertEqual(self.faucet.sent, [ADDRESS, ADDRESS])


class Refused(FaucetCase):
    def test_money_of_worth_comes_from_no_faucet(self):
        """PAY-23: off on mainnet, whatever is set."""
        for network in ("mainnet", ""):
            done = self.ask(PAYMENTS_NETWORK=network)
            self.assertEqual(done.returncode, 1, done)
            self.assertIn("Faucet is disabled for current payments network.", done.stderr)
            done = self.ask("--json", PAYMENTS_NETWORK=network)
            self.assertEqual((done.returncode, json.loads(done.stdout)),
                             (1, {"error": "faucet_disabled"}))
        self.assertEqual(self.ask(L2_FAUCET_URL="").returncode, 1)
        self.assertEqual(self.faucet.paths(), [])

    def test_what_is_no_address_is_no_address(self):
        for address in ("", "0x1", ADDRESS[2:], ADDRESS + "0", ADDRESS.replace("8", "g"),
                        ADDRESS.replace("FA", "fA").replace("E0F", "e0F")):
            done = self.orien("--address", address)
            self.assertEqual(done.returncode, 64, done)
        self.assertEqual(self.faucet.paths(), [])


class Hostile(FaucetCase):
    """PAY-23: whatever they answer, it ends soon, with a sentence without the captcha's key."""

    def refused(self, path, answer, patience=20):
        self.faucet.script = {path: lambda _: answer}
        began = time.monotonic()
        done = self.ask("--json")
        self.assertLess(time.monotonic() - began, patience, done)
        self.assertGreaterEqual(done.returncode, 1, done)
        self.assertLess(done.returncode, 100, done)
        self.assertTrue(done.stderr.startswith("orien: "), done)
        self.assertLess(len(done.stderr), 1000)
        self.assertNotIn("site-key", done.stderr)
        self.assertNotIn("\x1b", done.stderr)
        self.assertEqual(self.faucet.sent, [])

    def test_the_challenge(self):
        hexes = "ab" * 4
        for answer in (
                (200, {}), (200, []), (200, b""), (200, b"{" * 1000), (500, {"error": "\x1b[2J"}),
                (302, b"http://127.0.0.1:1/"), (200, {"challenge": [], "token": "t"}),
                (200, {"challenge": [["a", "ab"]]}),
                (200, {"challenge": [["a", "ab"]], "token": 7}),
                (200, {"challenge": [["a", "ab"]], "token": "t" * 5000}),
                (200, {"challenge": [["a", hexes]] * 100, "token": "t"}),
                (200, {"challenge": [["a", "ab"]] * 10_000, "token": "t"}),
                (200, {"challenge": [["a" * 10_000, "ab"]], "token": "t"}),
                (200, {"challenge": [["a", "abc"]], "token": "t"}),
                (200, {"challenge": [["a", "ab" * 32]], "token": "t"}),
                (200, b'{"token":"' + b"t" * (1 << 20) + b'"}'),
                (200, b'{"challenge":' + b"[" * 5000)):
            with self.subTest(answer=str(answer)[:80]):
                self.refused("challenge", answer)

    def test_what_it_is_redeemed_for(self):
        for answer in ((200, {}), (403, {"message": "no"}), (200, {"token": None}),
                       (200, {"token": ""}), (200, {"token": "t" * 5000}), (200, b"\xff")):
            with self.subTest(answer=str(answer)[:80]):
                self.refused("redeem", answer)

    def test_the_faucet(self):
        for answer in ((200, {}), (200, {"txHash": ""}), (200, {"tx": {"hash": "0x1"}}),
                       (200, {"hash": "x" * 1000}), (429, {"error": "later"}), (200, b"null")):
            with self.subTest(answer=str(answer)[:80]):
                self.refused("faucet", answer)

    def test_a_name_of_a_transaction_moves_no_cursor(self):
        self.faucet.script["faucet"] = lambda _: (200, {"txHash": "\x1b[2J0xab"})
        done = self.ask()
        self.assertEqual(done.returncode, 0, done)
        self.assertNotIn("\x1b", done.stdout)

    def test_silence_ends_after_a_minute(self):
        self.refused("challenge", None, patience=75)


if __name__ == "__main__":
    unittest.main()
