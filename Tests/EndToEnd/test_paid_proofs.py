"""Whose a stream is says who signs for it: whoever reads the chain knows its number, and has
nothing for it."""

import json
import time
import unittest

from node import until
from paid_case import OPERATOR, RATE, SECONDS, PaidCase
from streams_case import write_key

LIFETIME = 600


class Proofs(PaidCase):
    def needed(self, number, name="paid"):
        """What whoever orders by a stream without a proof is told."""
        answer = self.order(number, name)
        self.refused(answer, 402, "proof-needed")
        return answer

    def until_it_rents(self):
        until(lambda: self.ask("GET", "/vms", token=OPERATOR).status == 200, SECONDS,
              "it rents nothing")

    def signed_as(self, told, **changes):
        """A proof of the text with other lines than the node wants."""
        text = told.json["proof"]["text"]
        for name, value in changes.items():
            lines = [f"{name}: {value}" if line.startswith(f"{name}: ") else line
                     for line in text.splitlines()]
            self.assertNotEqual(lines, text.splitlines())
            text = "\n".join(lines)
        return {"signed_at": told.json["proof"]["signed_at"],
                "signature": self.payers.sign(text)}

    def test_a_stranger_who_names_anothers_stream_has_nothing_for_it(self):
        number = self.payers.open(RATE)
        told = self.needed(number, "stolen")
        self.assertIn("stream_proof", told.json["message"])
        self.assertEqual(told.json["proof"]["signer"], self.payers.sender["address"])
        stranger = self.chain.accounts[5]
        refusal = self.refused(
            self.order(number, "stolen", stream_proof=self.signed(told, stranger)),
            403, "proof-wrong")
        self.assertIn(stranger["address"], refusal)
        self.assertEqual(self.engine.instances, {})
        # It is still its sender's to use.
        token = self.rented(number)
        self.assertEqual(self.machine(token)["status"], "running")

    def test_what_was_signed_for_something_else_is_of_no_use_here(self):
        number, other = self.payers.open(RATE), self.payers.open(RATE)
        told = self.needed(number)
        info = self.ask("GET", "/provider/info").json
        self.assertEqual(info["stream_proof"], "needed")
        self.assertIn(f"Node: {info['node_key']}\n", told.json["proof"]["text"])
        for changes in (
                {"Stream": other}, {"Chain": 1}, {"Node": "00" * 32},
                {"Contract": self.chain.contracts["Token"]},
                {"Recipient": self.payers.sender["address"]},
                {"Signed at": "2026-11-27T20:48:47.000Z"}):
            with self.subTest(changes):
                self.refused(self.order(number, stream_proof=self.signed_as(told, **changes)),
                             403, "proof-wrong")
        proof = self.signed(told)
        self.refused(self.order(number, "another-name", stream_proof=proof), 403, "proof-wrong")
        self.refused(self.order(other, stream_proof=proof), 403, "proof-wrong")
        for bad in ("x", {}, {"signed_at": "now", "signature": proof["signature"]},
                    {"signed_at": proof["signed_at"], "signature": "0x12"},
                    proof | {"more": 1}):
            with self.subTest(bad):
                self.assertEqual(self.order(number, stream_proof=bad).status, 422)
        self.refused(
            self.order(number, stream_proof=proof | {"signature": "0x" + "00" * 65}),
            400, "invalid-proof")
        self.assertEqual(self.engine.instances, {})

    def test_a_proof_is_good_for_ten_minutes(self):
        number = self.payers.open(RATE)
        told = self.needed(number)
        old = time.gmtime(time.time() - LIFETIME - 60)
        moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", old)
        proof = self.signed_as(told, **{"Signed at": moment}) | {"signed_at": moment}
        answer = self.order(number, stream_proof=proof)
        self.refused(answer, 402, "proof-expired")
        # The refusal has what is to be signed instead.
        self.assertEqual(
            self.order(number, stream_proof=self.signed(answer)).status, 200, answer)

    def test_who_has_seen_a_proof_has_nothing_for_it_once_the_machine_came_to_nothing(self):
        number = self.payers.open(RATE)
        proof = self.signed(self.needed(number))
        self.engine.faults.set({"verb": "launch", "kind": "exit", "exit": 2, "times": 1,
                                "says": "launch failed: there is no such image\n"})
        self.assertGreaterEqual(self.order(number, stream_proof=proof).status, 500)
        self.refused(self.order(number, stream_proof=proof), 409, "proof-used")
        self.node.kill()
        self.node.start()
        self.until_it_rents()
        self.refused(self.order(number, stream_proof=proof), 409, "proof-used")
        self.assertEqual(self.engine.instances, {})
        self.rented(number)

    def test_the_operator_needs_none(self):
        asked = {"name": "own", "stream_id": self.payers.open(RATE)}
        self.assertEqual(self.ask("POST", "/vms", asked, OPERATOR).status, 200)

    def test_who_has_a_key_has_no_more_of_anothers_stream_than_who_has_none(self):
        key = self.orien("key", "new", "alice", "--state", self.home / "st/orien").stdout.strip()
        self.node.stop()
        self.node.start()
        self.until_it_rents()
        asked = {"name": "hers", "stream_id": self.payers.open(RATE)}
        told = self.ask("POST", "/vms", asked, key)
        self.refused(told, 402, "proof-needed")
        answer = self.ask("POST", "/vms", asked | {"stream_proof": self.signed(told)}, key)
        self.assertEqual(answer.status, 200, answer)
        # Its owner is who has the key.
        self.assertNotIn("access_token", answer.json)


class TakenProofs(PaidCase):
    settings = {"STREAM_PROOF": "taken"}

    def test_where_none_is_needed_a_wrong_one_is_refused_all_the_same(self):
        number = self.payers.open(RATE)
        info = self.ask("GET", "/provider/info").json
        self.assertEqual(info["stream_proof"], "taken")
        moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        wrong = {"signed_at": moment, "signature": self.payers.sign("something else")}
        self.refused(self.order(number, stream_proof=wrong), 403, "proof-wrong")
        self.assertEqual(self.order(number).status, 200)
        # Nobody has it so without hearing what it means.
        renters, = [one for one in self.json("doctor")["checks"]
                    if one["name"] == "who may rent"]
        self.assertEqual(renters["state"], "weak", renters)
        self.assertIn("STREAM_PROOF=needed", str(renters))


class WithoutKey(PaidCase):
    """A node that only reads, whose plugin has signed nothing and has no key to."""

    @property
    def settings(self):
        return {"ETHEREUM_KEY_DIR": str(self.home / "none"),
                "PAYMENTS_RECIPIENT": self.payers.recipient["address"]}

    def test_who_has_signed_is_known_without_a_key_of_ones_own(self):
        number = self.payers.open(RATE)
        told = self.order(number)
        self.refused(
            self.order(number, stream_proof=self.signed(told, self.chain.accounts[5])),
            403, "proof-wrong")
        self.rented(number)


class ProvenByCommands(PaidCase):
    """The command line of a stream's sender, who has no key of the node's."""

    def setUp(self):
        super().setUp()
        self.wallets = self.home / "wallets"
        self.wallets.mkdir(mode=0o700)

    def surroundings(self):
        return {name: value for name, value in super().surroundings().items()
                if name != "PROVIDER_API_KEY"}

    def wallet(self, account):
        return write_key(self.wallets / f"{account['address']}.json", account)

    def create(self, name, *words, **options):
        return self.orien("vm", "create", name, *words, **options)

    def test_its_sender_orders_in_one_line_and_nobody_else_does(self):
        number = self.payers.open(RATE)
        told = self.create("web", "--stream", number, status=77)
        self.assertIn("stream_proof", told.stderr)
        stranger = self.wallet(self.chain.accounts[5])
        told = self.create("web", "--stream", number, "--wallet", stranger, status=77)
        self.assertIn(self.chain.accounts[5]["address"], told.stderr)
        self.assertEqual(self.engine.instances, {})
        own = self.wallet(self.payers.sender)
        self.assertIn("running", self.create(
            "web", "--stream", number, "--wallet", own).stdout)
        self.assertIn("--stream", self.create("web", "--wallet", own, status=64).stderr)

    def test_what_another_wallet_has_signed_goes_with_it(self):
        number = self.payers.open(RATE)
        asked = self.json("streams", "prove", number, "--vm", "web")
        self.assertIn(f"\nSigned at: {asked['signed_at']}", asked["text"])
        self.assertEqual(asked["text"].splitlines()[0],
                         self.needed_text(number).splitlines()[0])
        file = self.wallets / "proof.json"
        file.write_text(json.dumps(asked | {"signature": self.payers.sign(asked["text"])}))
        self.create("web", "--stream", number, "--proof", file)
        second = self.payers.open(RATE)
        made = self.json("streams", "prove", second, "--vm", "second", "--wallet",
                         self.wallet(self.payers.sender))
        self.assertEqual(made["signature"], self.payers.sign(made["text"]))
        file.write_text(json.dumps(made))
        self.create("second", "--stream", second, "--proof", file)
        file.write_text("{}")
        self.assertIn("signed_at", self.create(
            "more", "--stream", second, "--proof", file, status=65).stderr)

    def needed_text(self, number):
        return self.order(number, "web").json["proof"]["text"]

    def test_what_is_to_be_proven_has_to_be_said(self):
        for words in (("x", "--vm", "web"), ("1",), ("1", "--vm", "a", "--session", "b"),
                      ("1", "--session", "a/b"), ("1", "--vm", "web", "--password-file", "x")):
            with self.subTest(words):
                self.orien("streams", "prove", *words, status=64)


if __name__ == "__main__":
    unittest.main()
