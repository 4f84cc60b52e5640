"""From an empty chain to money in the wallet, over HTTP; and what machines have of a chain that
does not answer, and of streams that are not what they should be."""

import concurrent.futures
import unittest

from node import until
from paid_case import OPERATOR, RATE, SECONDS, PaidCase


class PaidMachines(PaidCase):
    word_of_terminated = "terminated"

    def test_from_an_empty_chain_to_money_in_the_wallet(self):
        info = self.ask("GET", "/provider/info").json
        number = self.payers.open(RATE, seconds=3600)
        token = self.rented(number)
        info = self.ask("GET", "/provider/info").json
        self.assertEqual(
            (info["stream_payment_address"], info["payments_recipient"]),
            (self.payers.contract, self.payers.recipient["address"]))
        status = self.wait_for_stream(token, "good")
        self.assertEqual(status["text"]["deposit"], str(3600 * RATE))
        self.assertEqual(status["chain"]["deposit"], 3600 * RATE)

        # Nearly over, and it runs; over, and it is stopped, not deleted.
        self.payers.pass_time(3500)
        until(lambda: 0 < self.stream(token)["computed"]["remaining_seconds"] <= 100, SECONDS,
              lambda: f"time stands still: {self.stream(token)}")
        self.assertEqual(self.machine(token)["status"], "running")
        self.payers.pass_time(200)
        self.wait_for(token, "stopped", "ended")
        self.assertEqual(self.engine.instances[self.machine(token)["id"]]["state"], "Stopped")
        self.refused(self.ask("POST", "/vms/paid/start", token=token), 402, "ended")

        self.payers.top_up(number, 7200 * RATE)
        self.wait_for(token, "running")

        before = self.balance()
        begun = self.ask("POST", "/payments/collections", {"vm_id": "paid"}, OPERATOR)
        self.assertIn(begun.status, (200, 202), begun)
        done = until(self.collected, SECONDS, lambda: f"there is {self.collections()}")
        self.assertEqual(self.balance(), before + int(done["amount"]) - int(done["gas_cost"]))
        self.assertGreaterEqual(int(done["amount"]), 3600 * RATE)
        sums = self.ask("GET", "/payments/reconciliation", token=OPERATOR).json
        self.assertTrue(all(one["agrees"] for one in sums["streams"]), sums)
        self.assertEqual(self.ask("DELETE", "/vms/paid", token=token).status, 200)
        # One stream never pays twice, also not once its machine is gone.
        self.refused(self.rent(number, "again"), 409, "stream-in-use")

    def collections(self):
        return self.ask("GET", "/payments/collections", token=OPERATOR).json

    def collected(self):
        ended = [one for one in self.collections()["collections"] if one["state"] == "confirmed"]
        return ended[0] if ended else None

    def test_each_reason_has_its_name(self):
        good = self.payers.open(RATE)
        self.assertEqual(self.ask("POST", "/vms", {"name": "unpaid"}).status, 400)
        token = self.chain.contracts["Token"]
        terminated = self.payers.open(RATE)
        self.payers.terminate(terminated)
        halted = self.payers.open(RATE)
        self.payers.halt(halted)
        ended = self.payers.open(RATE, seconds=5)
        self.payers.pass_time(10)
        for number, code in (
                (10 ** 6, "unknown-stream"), (2 ** 256 - 1, "unknown-stream"),
                (self.payers.open(RATE, recipient=self.chain.accounts[4]["address"]),
                 "wrong-recipient"),
                (self.payers.open(RATE, token=token), "wrong-token"),
                (self.payers.open(RATE - 1), "rate-too-low"), (ended, "ended"),
                (terminated, self.word_of_terminated), (halted, "halted")):
            with self.subTest(code):
                answer = self.rent(str(number))
                self.assertIn("invalid stream", self.refused(answer, 402, code))
        self.assertEqual(self.rent("-1").status, 422)
        self.assertEqual(self.engine.instances, {})
        token = self.rented(good)
        self.refused(self.rent(good, "other"), 409, "stream-in-use")
        # A token opens one machine, and neither others nor the operator's.
        other = self.rented(self.payers.open(RATE), "other")
        self.assertEqual(self.ask("DELETE", "/vms/other", token=token).status, 404)
        self.assertEqual([one["name"] for one in self.ask("GET", "/vms", token=other).json],
                         ["other"])
        self.assertEqual(self.ask("GET", "/vms").status, 401)
        self.assertEqual(
            self.ask("POST", "/payments/collections", {"all": True}, token).status, 403)

    def test_what_is_ended_by_its_sender_does_not_run_on(self):
        number = self.payers.open(RATE)
        token = self.rented(number)
        self.payers.terminate(number)
        self.wait_for(token, "stopped", self.word_of_terminated)

    def test_many_at_once_by_one_stream_have_one_machine(self):
        number = self.payers.open(RATE)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(
                lambda one: self.rent(number, f"racing-{one}"), range(8)))
        # Who comes while the others have taken this machine's room hears of that.
        statuses = sorted(one.status for one in answers)
        self.assertEqual((statuses[0], set(statuses[1:]) - {409, 503}), (200, set()), answers)
        self.assertEqual(len(self.engine.instances), 1)


class SilentChain(PaidCase):
    settings = {"STREAM_DELETE_ON_EXHAUSTED": "true"}

    def test_a_chain_that_does_not_answer_costs_nobody_a_machine(self):
        token = self.rented(self.payers.open(RATE, seconds=10 ** 6))
        self.wait_for_stream(token, "good")
        self.silence()
        self.wait_for_stream(token, "unknown")
        self.refused(self.rent(self.payers.open(RATE), "other"), 503, "payments-unknown")
        # Not even where the node begins anew meanwhile.
        self.node.kill()
        self.node.start()
        until(lambda: self.ask("GET", "/vms", token=token).status == 200, SECONDS,
              "it rents nothing")
        self.wait_for_stream(token, "unknown")
        self.assertEqual(self.machine(token)["status"], "running")
        self.speak()
        self.wait_for_stream(token, "good")
        self.assertEqual(self.machine(token)["status"], "running")
        self.assertEqual(len(self.engine.instances), 1)

    def test_what_the_operator_wants_deleted_goes_at_its_end_and_not_before(self):
        number = self.payers.open(RATE, seconds=1000)
        token = self.rented(number)
        self.wait_for_stream(token, "good")
        self.payers.pass_time(2000)
        until(lambda: not self.engine.instances, SECONDS, lambda: f"it is {self.machine(token)}")


class ShortGrace(PaidCase):
    settings = {"STREAM_GRACE_SECONDS": "2", "STREAM_DELETE_ON_EXHAUSTED": "true"}

    def test_after_the_grace_it_stops_and_goes_on_once_somebody_knows(self):
        token = self.rented(self.payers.open(RATE, seconds=10 ** 6))
        self.wait_for_stream(token, "good")
        self.silence()
        self.wait_for(token, "stopped", "payments-unknown")
        self.refused(self.ask("POST", "/vms/paid/start", token=token), 503, "payments-unknown")
        self.assertEqual(len(self.engine.instances), 1)
        self.speak()
        self.wait_for(token, "running")


class SecondContract(PaidMachines):
    contract = "StreamPayment2"
    # Which keeps its recipient, for what is left to be collected.
    word_of_terminated = "halted"


if __name__ == "__main__":
    unittest.main()
