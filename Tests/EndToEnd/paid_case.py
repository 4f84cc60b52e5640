"""A node whose machines streams pay for, on a real chain: both plugins, and no stand-in but
multipass'."""

import shutil

from chain import Chain
from liar import Liar
from node import ROOT, until
from payers import Payers
from streams_case import write_key
from vm_case import VMCase

RATE = 10 ** 12
OPERATOR = "an-operators-key"
SSH_KEY = ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPUhyVgGIM/UgXJrqQ9a5hX5V0z7sMQ3v6S2sKzI9xQ"
           " somebody")
SECONDS = 60


class PaidCase(VMCase):
    """Who rents has no key of the node's: the stream is what lets in."""

    contract = "StreamPayment"
    settings = {}

    def setUp(self):
        super().setUp()
        self.chain = Chain()
        self.chain.__enter__()
        self.addCleanup(self.chain.__exit__)
        self.payers = Payers(self.chain, self.contract)
        self.liar = Liar(self.chain)
        self.liar.__enter__()
        self.addCleanup(self.liar.__exit__)
        for name in "stream-payments.so", "stream-payments.json":
            shutil.copy(ROOT / "tools.d" / name, self.tools)
        keys = self.home / "keys"
        keys.mkdir(mode=0o700)
        write_key(keys / "provider_key.json", self.payers.recipient)
        self.environment |= {
            "PAYMENTS_NETWORK": "dev", "POLYGON_RPC_URL": self.liar.url.rsplit("/", 1)[0],
            "STREAM_PAYMENT_ADDRESS": self.chain.contracts[self.contract],
            "ETHEREUM_KEY_DIR": str(keys), "VM_ACCESS": "stream", "PROVIDER_API_KEY": OPERATOR,
            "STREAM_MONITOR_INTERVAL_SECONDS": "1", "STREAM_GRACE_SECONDS": "3600",
            # A processor costs as much a second as streams here pay.
            "PRICE_GLM_PER_CORE_MONTH": "2.628"} | self.settings
        self.start()

    # The chain

    def silence(self):
        """From now on no endpoint answers."""
        self.liar.server.lie = lambda body, forward: (503, b"")

    def speak(self):
        self.liar.server.lie = None

    def balance(self):
        return int(self.chain.ask(
            "eth_getBalance", self.payers.recipient["address"], "latest"), 16)

    # The node

    def ask(self, method, path, body=None, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.node.ask(method, "/api/v1" + path, body, headers, timeout=SECONDS)

    def order(self, stream, name="paid", **more):
        """As anybody may order by a stream that they have read of."""
        asked = {"name": name, "ssh_key": SSH_KEY, "stream_id": stream}
        return self.ask("POST", "/vms", asked | more)

    def rent(self, stream, name="paid", **more):
        """As its sender does, who signs what the node asks them to."""
        told = self.order(stream, name, **more)
        if told.status != 402 or told.json["code"] != "proof-needed":
            return told
        return self.order(stream, name, stream_proof=self.signed(told), **more)

    def signed(self, told, account=None):
        """The proof that a refusal asks for, by the streams' sender or somebody else."""
        asked = told.json["proof"]
        return {"signed_at": asked["signed_at"],
                "signature": self.payers.sign(asked["text"], account)}

    def rented(self, stream, name="paid"):
        """The machine's token; it runs."""
        answer = self.rent(stream, name)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json["status"], "running")
        return answer.json["access_token"]

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.json["code"]), (status, code), answer)
        return answer.json["message"]

    def machine(self, token, name="paid"):
        return self.ask("GET", f"/vms/{name}", token=token).json

    def stream(self, token, name="paid"):
        return self.ask("GET", f"/vms/{name}/stream", token=token).json

    def wait_for(self, token, status, pause=None, name="paid"):
        return until(
            lambda: (found := self.machine(token, name))["status"] == status
            and found["pause"] == pause and found,
            SECONDS, lambda: f"it is {self.machine(token, name)}, {self.stream(token, name)}")

    def wait_for_stream(self, token, state, name="paid"):
        return until(
            lambda: (found := self.stream(token, name))["state"] == state and found,
            SECONDS, lambda: f"it is {self.stream(token, name)}")
