"""Streams by the command line, of a node that answers what a test has it answer."""

import json
import unittest

from streams_cli_case import GLM, MOST, NATIVE, OFF, StreamsCase, stream


class Looking(StreamsCase):
    def test_where_nothing_is_paid_for_every_command_says_so_under_both_names(self):
        for method, path in (("GET", "payments/streams"), ("GET", "vms/web/stream"),
                             ("POST", "payments/collections"), ("GET", "payments/reconciliation")):
            self.node.answers[method, f"/api/v1/{path}"] = OFF
        for words in (("list",), ("show", "web"), ("earnings",), ("withdraw", "--all"),
                      ("withdraw", "--vm-id", "web"), ("reconcile",)):
            for name in ("orien", "golem-provider"):
                with self.subTest(name=name, words=words):
                    done = self.run_as(name, "streams", *words, "--json", status=1)
                    self.assertEqual(json.loads(done.stdout), {"error": "streaming_disabled"})
                    done = self.run_as(name, "streams", *words, status=1)
                    self.assertIn("PAYMENTS_NETWORK", done.stderr)
                    self.assertEqual(done.stdout, "")

    def test_amounts_beyond_64_bits_keep_each_digit(self):
        self.answer("/api/v1/payments/streams", [stream(
            "web", 7, deposit=MOST, stopTime=MOST, vested_wei=10**40 + 1,
            withdrawable_wei=10**40, remaining_seconds=2**63 - 1, withdrawn=1)])
        listed, = self.json("streams", "list")["streams"]
        self.assertEqual(listed, {
            "vm_id": "web", "stream_id": 7, "token": GLM, "recipient": "0x" + "22" * 20,
            "start": 1_700_000_000, "stop": MOST, "rate": 10**12, "deposit": MOST, "withdrawn": 1,
            "remaining": 2**63 - 1, "verified": True, "reason": "ok", "withdrawable": 10**40})
        earned = self.json("streams", "earnings")
        self.assertEqual(earned, {
            "streams": [{"vm_id": "web", "stream_id": 7, "token": GLM, "vested": 10**40 + 1,
                         "withdrawn": 1, "withdrawable": 10**40}],
            "totals": {"vested": 10**40 + 1, "withdrawn": 1, "withdrawable": 10**40}})
        text = self.orien("streams", "list").stdout
        self.assertIn("more than 100 years", text)
        self.assertIn("10000000000000000000000 GLM", text)
        self.assertIn("10000000000000000000000.000000000000000001 GLM",
                      self.orien("streams", "earnings").stdout)

    def test_one_that_nobody_can_read_is_told_and_is_in_no_sum(self):
        lost = stream("db", 8, verified=False, reason="stream lookup failed: no answer",
                      state="unknown", chain=None, computed=None)
        self.answer("/api/v1/payments/streams", [stream("web", 7), lost])
        self.assertEqual(self.json("streams", "list")["streams"][1], {
            "vm_id": "db", "stream_id": 8, "error": "stream lookup failed: no answer"})
        earned = self.json("streams", "earnings")
        self.assertEqual(earned["streams"][1], {
            "vm_id": "db", "stream_id": 8, "error": "stream lookup failed: no answer"})
        self.assertEqual(earned["totals"]["vested"], 36 * 10**14)
        self.assertIn("db, stream 8, is not among them", self.orien("streams", "earnings").stderr)
        self.assertIn("unknown", self.orien("streams", "list").stdout)

    def test_each_token_has_a_sum_of_its_own(self):
        self.answer("/api/v1/payments/streams", [
            stream("a-1", 1), stream("a-2", 2, vested_wei=4 * 10**14),
            stream("b-1", 3, token=NATIVE, vested_wei=5 * 10**18)])
        lines = self.orien("streams", "earnings").stdout.splitlines()
        self.assertRegex(lines[-2], r"^all +0\.004 GLM ")
        self.assertRegex(lines[-1], r"^all +5 ETH ")

    def test_one_is_shown_as_the_node_tells_it(self):
        self.answer("/api/v1/vms/web/stream", stream("web", 7, deposit=MOST))
        self.assertEqual(self.json("streams", "show", "web"), stream("web", 7, deposit=MOST))
        for words in (("streams", "show", "web"), ("vm", "stream", "web")):
            text = self.orien(*words).stdout
            for line in ("for: web", "state: good",
                         "pays: 0.0036 GLM an hour, 1000000000000 wei a second",
                         "remaining: 1 hour", "from: 2023-11-14T22:13:20.000Z",
                         "earned: 0.0036 GLM", "to withdraw: 0.0026 GLM"):
                self.assertIn(line + "\n", text)

    def test_a_machine_without_one_is_an_answer_and_one_that_is_not_there_is_none(self):
        self.answer("/api/v1/vms/web/stream", {
            "detail": "no stream mapped for this VM", "code": "no-stream"}, 404)
        self.answer("/api/v1/vms/gone/stream", {
            "detail": "VM \"gone\" not found", "code": "vm-not-found"}, 404)
        done = self.orien("streams", "show", "web", "--json", status=1)
        self.assertEqual(json.loads(done.stdout), {"error": "no_stream_mapping", "vm_id": "web"})
        self.assertIn("no stream mapped", self.orien("streams", "show", "web", status=1).stderr)
        done = self.orien("streams", "show", "gone", "--json", status=66)
        self.assertIn("not found", done.stderr)

    def test_what_is_no_answer_is_refused(self):
        for content in (b"[1,", b"{}", [{}], [stream("web", 7, deposit=-1)],
                        [stream("web", 7, withdrawn="x")], [stream("web", 7, deposit=MOST + 1)],
                        [stream("web", 7, verified="yes")]):
            with self.subTest(content):
                self.answer("/api/v1/payments/streams", content)
                status = 69 if content == b"[1," else 70
                done = self.orien("streams", "list", "--json", status=status)
                self.assertEqual(done.stdout, "")

    def test_what_others_have_written_moves_no_cursor(self):
        self.answer("/api/v1/payments/streams", [stream(
            "web", 7, verified=False, state="bad", reason="\x1b[2Jbad\u009b")])
        self.answer("/api/v1/vms/web/stream", stream("web", 7, token="\x1b]0;x\x07"))
        for words in (("list",), ("show", "web")):
            text = self.orien("streams", *words).stdout
            self.assertNotIn("\x1b", text)
            self.assertNotIn("\u009b", text)


def amounts(**wei):
    """As the node tells them: as a number, and as text."""
    return {name + "_wei": amount for name, amount in wei.items()} | {
        name: str(amount) for name, amount in wei.items()}


def begun(number, machine, **more):
    collection = {"id": 1, "stream_id": str(number), "state": "sent", "reason": None,
                  "message": None, "transactions": [{"hash": "0x" + "cd" * 32, "nonce": 0}]}
    return {"stream_id": str(number), "vm_id": machine, "begun": True,
            "collection": collection | amounts(expected=MOST) | more}


def refused(number, machine, reason, message):
    return {"stream_id": str(number), "vm_id": machine, "begun": False, "reason": reason,
            "message": message}


def balance(number, withdrawn, collected, agrees=True, cause=None, under_way=0):
    less = withdrawn - collected
    return {"stream_id": str(number), "vm_id": f"golem-{number}", "phase": "active",
            "chain": {"known": True} | amounts(deposit=MOST, vested=1, withdrawn=withdrawn,
                                               withdrawable=0),
            "ledger": {"collections": 1} | amounts(
                collected=collected, under_way=under_way, gas_cost=10**14),
            "agrees": agrees, "cause": cause} | amounts(difference=less)


class Withdrawing(StreamsCase):
    path = "/api/v1/payments/collections"

    def wish(self, *results, status=202):
        self.answer(self.path, {"results": list(results)}, status, "POST")

    def test_what_is_begun_is_told_with_its_amount_and_transaction(self):
        self.wish(begun(7, "golem-web"))
        told = self.json("streams", "withdraw", "--vm-id", "web")
        self.assertEqual(told["results"], [begun(7, "golem-web")])
        self.assertEqual(self.node.asked[-1][3], {"vm_id": "web"})
        done = self.run_as("golem-provider", "streams", "withdraw", "--vm-id", "web")
        self.assertIn("457.584007913129639935 GLM", done.stdout)
        self.assertIn("0x" + "cd" * 32, done.stdout)

    def test_of_all_nothing_to_withdraw_is_as_it_should_be_and_a_refusal_is_not(self):
        empty = refused(8, None, "nothing-to-collect", "there is nothing to collect")
        self.wish(begun(7, "golem-web"), empty)
        self.assertIn("there is nothing to collect",
                      self.orien("streams", "withdraw", "--all").stdout)
        self.assertEqual(self.node.asked[0][3], {"all": True})
        self.wish(empty, refused(9, "golem-db", "too-expensive", "gas costs too much"), status=200)
        done = self.orien("streams", "withdraw", "--all", status=1)
        self.assertRegex(done.stdout, r"9 +golem-db +not begun .*gas costs too much")
        self.assertEqual(len(self.json("streams", "withdraw", "--all", status=1)["results"]), 2)
        self.wish(status=200)
        self.assertEqual(self.orien("streams", "withdraw", "--all").stdout,
                         "there are no streams\n")

    def test_a_machine_without_a_stream_is_an_answer(self):
        self.answer(self.path, {"detail": "no stream mapped for VM web", "code": "no-stream"},
                    404, "POST")
        done = self.orien("streams", "withdraw", "--vm-id", "web", "--json", status=1)
        self.assertEqual(json.loads(done.stdout), {"error": "no_stream_mapping", "vm_id": "web"})

    def test_which_has_to_be_said(self):
        for words in ((), ("--all", "--vm-id", "web"), ("--vm-id",), ("web",)):
            self.orien("streams", "withdraw", *words, status=64)
        self.assertEqual(self.node.asked, [])


class Reconciling(StreamsCase):
    def compare(self, *balances, **options):
        content = {"agrees": all(one["agrees"] for one in balances), "streams": list(balances),
                   "block": {"number": 12, "hash": "0x1", "time": 1}}
        self.answer("/api/v1/payments/reconciliation", content)
        self.assertEqual(self.json("streams", "reconcile", **options), content)
        return self.orien("streams", "reconcile", **options).stdout

    def test_where_they_agree_it_is_said_at_which_block(self):
        said = self.compare(balance(7, MOST, MOST), balance(8, 5, 0, cause="paid-at-end"),
                            balance(9, 10**18, 0, cause="under-way", under_way=10**18))
        self.assertIn("ledger and chain agree at block 12\ngas has cost 0.0003 ETH\n", said)
        self.assertIn("paid when it ended", said)
        self.assertIn("not certain yet", said)
        self.assertIn("agree\n", self.compare().replace(" at block 12", ""))

    def test_where_they_do_not_it_is_said_by_how_much_and_in_which_stream(self):
        said = self.compare(balance(7, 3, 3), balance(8, 10**18 + 1, 1, agrees=False),
                            balance(9, 1, 2 * 10**18 + 1, agrees=False), status=1)
        self.assertRegex(said, r"8 +golem-8 .* \+1 GLM +withdrawn by somebody else")
        self.assertRegex(said, r"9 +golem-9 .* -2 GLM +not in the chain")
        self.assertIn("disagree at block 12, in 2 of 3 streams", said)

    def test_a_chain_that_does_not_answer_is_no_verdict(self):
        self.answer("/api/v1/payments/reconciliation",
                    {"detail": "no endpoint answers", "code": "no-endpoint"}, 503)
        self.assertIn("no endpoint answers", self.orien("streams", "reconcile", status=69).stderr)


if __name__ == "__main__":
    unittest.main()
