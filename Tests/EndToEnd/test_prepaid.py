"""Sessions that are paid for ahead, with a budget: what is let in, what it costs, and that who pays
and who is paid count the same, whatever happens meanwhile."""

import concurrent.futures
import json
import tempfile
import unittest

from case import KEY, NodeCase
from node import Node, until

SLEEPER = "import time\nopen('runs', 'w').close()\ntime.sleep(1000)\n"


class Prepaid(NodeCase):
    def pay(self, session, payment, tool="echo", arguments=None, wait=20, headers=None, **more):
        body = {"sessionId": session, "toolId": tool, "args": arguments or {"message": "x"}} | more
        if payment is not None:
            body["payment"] = payment
        query = f"?wait={wait}" if wait else ""
        return self.ask("POST", "/execute" + query, body, headers, timeout=wait + 20)

    def account(self, session):
        answer = self.get(f"/sessions/{session}")
        self.assertEqual(answer.status, 200, answer)
        return answer.json["account"]

    def receipt(self, execution):
        """The record that the receipt proves, once the receipt is seen to hold."""
        receipt = self.get(f"/executions/{execution}/receipt")
        self.assertEqual(receipt.status, 200, receipt)
        with tempfile.NamedTemporaryFile() as file:
            file.write(receipt.body)
            file.flush()
            verified = self.node.command("receipt", "verify", file.name)
        self.assertEqual(verified.returncode, 0, verified)
        return json.loads(receipt.json["record"])

    def agree(self, session):
        """The receipts of a session that is at rest come to what its account says."""
        records = [self.receipt(one["executionId"]) for one in
                   self.get(f"/executions?session={session}&limit=1000").json["executions"]]
        records = [record for record in records if "payment" in record]
        account = self.account(session)
        self.assertEqual(sum(record["cost"]["microUnits"] for record in records),
                         account["spentMicroUnits"])
        self.assertEqual(account["reservedMicroUnits"], 0)
        self.assertEqual(account["openExecutions"], 0)
        for record in records:
            self.assertEqual(record["payment"]["amountMicroUnits"], record["cost"]["microUnits"])
        if records:
            self.assertEqual(max(record["payment"]["spentMicroUnits"] for record in records),
                             account["spentMicroUnits"])
        return account

    def test_calls_are_let_in_while_the_budget_lasts(self):
        session = self.session()
        for spent in 1, 2, 3:
            answer = self.pay(session, {"budgetMicroUnits": 3} if spent == 1 else None)
            self.assertEqual(answer.status, 200, answer)
            self.assertEqual(answer.json["payment"], {
                "kind": "budget", "amountMicroUnits": 1, "budgetMicroUnits": 3,
                "spentMicroUnits": spent})
        accepted = self.accepted()
        refused = self.refused(self.pay(session, None), 402)
        self.assertEqual((refused["required"], refused["available"]), (1, 0))
        self.assertEqual(refused["code"], "unpaid")
        self.assertEqual(self.accepted(), accepted)
        self.assertEqual(self.pay(session, {"budgetMicroUnits": 4}).status, 200)
        self.assertEqual(self.agree(session)["budgetMicroUnits"], 4)

    def test_a_session_without_an_account_has_none(self):
        session = self.session()
        record = self.execute(session, "echo", {"message": "x"}, wait=20).json
        self.assertNotIn("payment", record)
        shown = self.get(f"/sessions/{session}").json
        self.assertEqual(set(shown), {"sessionId", "createdAt", "lastUsedAt"})
        self.refused(self.get("/sessions/never-was"), 404)
        self.refused(self.get("/sessions/.."), 404, 400)

    def test_what_a_program_may_cost_is_set_aside_and_what_it_cost_is_charged(self):
        session = self.session()
        self.upload(session, "main.py", b"sum(range(3_000_000))\n")
        limits = {"wallMilliseconds": 4000, "cpuMilliseconds": 2000, "memoryBytes": 1 << 28}
        short = self.refused(self.pay(
            session, {"budgetMicroUnits": 10}, "python_script", {"script": "main.py"},
            limits=limits), 402)
        # 10 a call, 20 a second of two, 5 a GiB-second of a quarter for four.
        self.assertEqual((short["required"], short["available"]), (55, 10))
        answer = self.pay(session, {"budgetMicroUnits": 55}, "python_script",
                          {"script": "main.py"}, limits=limits)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json["status"], "completed", answer)
        account = self.agree(session)
        self.assertEqual(account["spentMicroUnits"], answer.json["cost"]["microUnits"])
        self.assertEqual(account["availableMicroUnits"], 55 - account["spentMicroUnits"])

    def test_of_fifty_at_once_as_many_are_let_in_as_are_paid_for(self):
        session = self.session()
        self.upload(session, "main.py", SLEEPER.encode())
        limits = {"wallMilliseconds": 1000, "cpuMilliseconds": 500, "memoryBytes": 1 << 28}
        price = 10 + 10 + 1

        def call(_):
            return self.pay(session, {"budgetMicroUnits": 10 * price}, "python_script",
                            {"script": "main.py"}, wait=0, limits=limits)
        with concurrent.futures.ThreadPoolExecutor(25) as pool:
            answers = list(pool.map(call, range(50)))
        admitted = [answer.json["executionId"] for answer in answers if answer.status == 202]
        refused = [answer for answer in answers if answer.status != 202]
        # Some may have ended, for less than was set aside, before others came.
        self.assertGreaterEqual(len(admitted), 10)
        for answer in refused:
            body = self.refused(answer, 402)
            self.assertGreater(body["required"], body["available"])
        for execution in admitted:
            self.assertEqual(self.final(execution, 60)["status"], "timeout")
        account = self.agree(session)
        self.assertLessEqual(account["spentMicroUnits"], 10 * price)

    def test_a_request_that_is_sent_again_is_charged_once(self):
        session = self.session()
        headers = {"Idempotency-Key": "prepaid-" + session}
        first = self.pay(session, {"budgetMicroUnits": 1}, headers=headers)
        again = self.pay(session, {"budgetMicroUnits": 1}, headers=headers)
        self.assertEqual(again.json["executionId"], first.json["executionId"])
        self.assertEqual(again.status, 200)
        self.refused(self.pay(session, {"budgetMicroUnits": 2}, headers=headers), 422)
        self.assertEqual(self.agree(session)["spentMicroUnits"], 1)

    def test_what_pays_is_named_in_one_of_two_ways(self):
        session = self.session()
        for payment, pointer in (
                ({}, "/payment"), ("42", "/payment"), (None, None),
                ({"streamId": "1", "budgetMicroUnits": 1}, "/payment"),
                ({"budgetMicroUnits": 0}, "/payment/budgetMicroUnits"),
                ({"budgetMicroUnits": -1}, "/payment/budgetMicroUnits"),
                ({"budgetMicroUnits": 1.5}, "/payment/budgetMicroUnits"),
                ({"budgetMicroUnits": 1 << 53}, "/payment/budgetMicroUnits"),
                ({"budgetMicroUnits": "1"}, "/payment/budgetMicroUnits"),
                ({"streamId": 42}, "/payment/streamId"), ({"streamId": "042"}, "/payment/streamId"),
                ({"streamId": "x"}, "/payment/streamId"),
                ({"streamId": str(1 << 256)}, "/payment/streamId"),
                ({"budget/~": 1}, "/payment/budget~1~0")):
            if pointer:
                self.refused(self.pay(session, payment), 400, pointer=pointer)
        # This node takes no streams.
        refused = self.refused(self.pay(session, {"streamId": "42"}), 400,
                               pointer="/payment/streamId")
        self.assertEqual(refused["code"], "no-streams")
        self.assertEqual(self.get(f"/sessions/{session}").status, 404)

    def test_less_than_was_spent_is_no_budget(self):
        session = self.session()
        for _ in range(3):
            self.pay(session, {"budgetMicroUnits": 10})
        self.assertEqual(self.refused(self.pay(session, {"budgetMicroUnits": 2}), 409)["code"],
                         "budget-spent")
        held = self.refused(self.pay(session, {"budgetMicroUnits": 3}), 402)
        self.assertEqual(held["available"], 0)
        self.assertEqual(self.account(session)["availableMicroUnits"], 7)

    def test_an_account_ends_with_its_session(self):
        session = self.session()
        self.pay(session, {"budgetMicroUnits": 1})
        self.refused(self.pay(session, None), 402)
        self.ask("DELETE", f"/sessions/{session}/workspace")
        self.refused(self.get(f"/sessions/{session}"), 404)
        self.assertNotIn("payment", self.execute(session, "echo", {"message": "x"}, wait=20).json)

    def test_run_pays_too(self):
        session = self.session()
        environment = {"PROVIDER_API_KEY": KEY}
        run = ("run", "echo", "message=x", "--session", session)
        done = self.node.command(*run, "--budget", 1, environment=environment)
        self.assertEqual((done.returncode, done.stdout), (0, "x\n"), done)
        refused = self.node.command(*run, environment=environment)
        self.assertEqual(refused.returncode, 77, refused)
        self.assertIn("this one may cost 1", refused.stderr)
        for wrong in (("--budget", "0"), ("--stream", "x"), ("--budget", "1", "--stream", "1")):
            self.assertEqual(
                self.node.command(*run, *wrong, environment=environment).returncode, 64)
        self.assertEqual(
            self.node.command(*run, "--stream", "42", environment=environment).returncode, 65)


class AfterDeath(unittest.TestCase):
    def test_what_is_lost_is_free_and_no_longer_set_aside(self):
        with Node() as node:
            node.upload("s", "main.py", SLEEPER.encode())
            limits = {"wallMilliseconds": 60000, "cpuMilliseconds": 1000, "memoryBytes": 1 << 26}
            body = {"sessionId": "s", "toolId": "echo", "args": {"message": "x"},
                    "payment": {"budgetMicroUnits": 100}}
            self.assertEqual(node.ask("POST", "/execute?wait=20", body).status, 200)
            body |= {"toolId": "python_script", "args": {"script": "main.py"}, "limits": limits}
            sleeping = node.ask("POST", "/execute", body).json["executionId"]
            until(lambda: node.get("/sessions/s/files/runs").status == 200, 20, "it does not run")
            before = node.get("/sessions/s").json["account"]
            self.assertEqual((before["spentMicroUnits"], before["reservedMicroUnits"]), (1, 48))
            self.assertEqual(before["availableMicroUnits"], 51)
            self.assertEqual(node.ask("POST", "/execute", body | {"limits": {}}).status, 402)
            node.kill()
            node.start()
            lost = node.final(sleeping)
            self.assertEqual(lost["status"], "lost")
            self.assertEqual(lost["payment"]["amountMicroUnits"], 0)
            after = node.get("/sessions/s").json["account"]
            self.assertEqual((after["spentMicroUnits"], after["reservedMicroUnits"]), (1, 0))
            self.assertEqual(after["availableMicroUnits"], 99)
            chain = node.command("receipt", "verify", "--chain", "--state", node.state)
            self.assertEqual(chain.returncode, 0, chain)


if __name__ == "__main__":
    unittest.main()
