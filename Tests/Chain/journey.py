"""From an account with money to a stream that is paid out, by the client in Swift, on a chain."""

from eth_abi import decode, encode
from eth_hash.auto import keccak

from agree import hexed
from chain import Chain
from probe import Probe, Refused

RATE = 10 ** 12
DEPOSIT = 3600 * RATE
NATIVE = "0x" + "00" * 20
STREAM = ["address", "address", "address", "uint128", "uint128", "uint128", "uint256", "uint256",
          "bool"]


def topic(signature):
    return hexed(keccak(signature.encode()))


def called(signature, *values):
    """A call's data, made without the client."""
    types = [kind for kind in signature[signature.index("(") + 1:-1].split(",") if kind]
    return hexed(keccak(signature.encode())[:4] + encode(types, values))


class Wallet:
    """An account whose transactions the probe signs and sends, priced by the chain's own fees."""

    def __init__(self, chain, probe, account):
        self.chain, self.probe, self.account = chain, probe, account

    @property
    def address(self):
        return self.account["address"]

    def fields(self, to, data, value=0, legacy=False):
        base = int(self.probe.ask("fees", blocks="4")[0][-1])
        fees = ({"gasPrice": str(2 * base + 10 ** 9)} if legacy else
                {"maxPriorityFeePerGas": str(10 ** 9), "maxFeePerGas": str(2 * base + 10 ** 9)})
        return fees | {
            "chainId": str(self.chain.chain_id), "to": to, "value": str(value), "data": data,
            "nonce": self.probe.ask("nonce", address=self.address), "gas": "1000000"}

    def send(self, *what, **how):
        """The receipt of a transaction."""
        self.probe.ask("unlock", key=self.account["key"])
        sent = self.probe.ask("send", transaction=self.fields(*what, **how))
        return self.probe.ask("receipt", hash=sent)


class Journey:
    def __init__(self, chain, probe, contract):
        self.chain, self.probe = chain, probe
        self.contract = chain.contracts[contract]
        self.sender = Wallet(chain, probe, chain.accounts[1])
        self.recipient = Wallet(chain, probe, chain.accounts[2])

    def stream(self, number):
        answer, = self.probe.ask("call", calls=[
            {"to": self.contract, "data": called("streams(uint256)", number)}])
        # What it says has to be in the one layout, by our decoder and theirs.
        ours = self.probe.ask("abi-decode", types=STREAM, bytes=answer)
        theirs = decode(STREAM, bytes.fromhex(answer[2:]))
        assert [str(part).lower() for part in ours] == [str(part).lower() for part in theirs]
        return theirs

    def opened(self, legacy=False):
        receipt = self.sender.send(
            self.contract, called("createStream(address,address,uint256,uint128)", NATIVE,
                                  self.recipient.address, DEPOSIT, RATE), DEPOSIT, legacy=legacy)
        assert receipt["success"], receipt
        log, = receipt["logs"]
        assert log["topics"][0] == topic(
            "StreamCreated(uint256,address,address,address,uint256,uint256,uint256,uint256)")
        return int(log["topics"][1], 16), receipt

    def balance(self, address):
        return int(self.probe.ask("balance", address=address))

    def paid_to_the_wei(self):
        number, receipt = self.opened()
        (token, sender, recipient, start, stop, rate, deposit, withdrawn,
         halted) = self.stream(number)
        assert (sender.lower(), recipient.lower()) == (
            self.sender.address.lower(), self.recipient.address.lower())
        assert (token, rate, deposit, withdrawn, halted) == (NATIVE, RATE, DEPOSIT, 0, False)
        assert stop - start == 3600
        self.chain.ask("evm_increaseTime", 600)
        before = self.balance(self.recipient.address)
        receipt = self.recipient.send(self.contract, called("withdraw(uint256)", number))
        log, = receipt["logs"]
        amount = int(log["data"], 16)
        moment = self.chain.ask("eth_getBlockByNumber", hex(int(receipt["block"])), False)
        assert amount == (int(moment["timestamp"], 16) - start) * RATE
        gas = int(receipt["gasUsed"]) * int(receipt["gasPrice"])
        assert self.balance(self.recipient.address) == before + amount - gas
        assert self.stream(number)[7] == amount

    def legacy(self):
        assert self.opened(legacy=True)[1]["success"]

    def found_in_logs(self):
        first = int(self.probe.ask("head")["number"]) + 1
        number, receipt = self.opened()
        withdraw, created = topic("Withdraw(uint256,address,uint256)"), topic(
            "StreamCreated(uint256,address,address,address,uint256,uint256,uint256,uint256)")
        asked = {"address": self.contract, "from": str(first), "to": receipt["block"]}
        found = self.probe.ask("logs", topics=[withdraw, created], **asked)
        assert found == receipt["logs"], found
        assert self.probe.ask("logs", topics=[withdraw], **asked) == []

    def refusals_have_their_text(self):
        number, _ = self.opened()
        stranger = self.chain.accounts[3]["address"]
        data = called("withdraw(uint256)", number)
        outcomes = self.probe.ask("call", calls=[
            {"to": self.contract, "data": data, "from": stranger},
            {"to": self.contract, "data": called("withdraw(uint256)", 10 ** 6), "from": stranger},
            {"to": self.contract, "data": called("haltStream(uint256)", number)}])
        assert outcomes == [{"reverted": reason} for reason in (
            "not recipient", "no-stream", "not oracle")], outcomes
        try:
            self.probe.ask("estimate", to=self.contract, data=data, value="0", **{"from": stranger})
        except Refused as refused:
            assert refused.kind == "refused" and "not recipient" in refused.text, refused
        else:
            raise AssertionError("what reverts was estimated")

    def failed_on_chain(self):
        receipt = self.sender.send(self.contract, called("withdraw(uint256)", 10 ** 6))
        assert not receipt["success"] and receipt["logs"] == []

    def estimated(self):
        number, _ = self.opened()
        self.chain.ask("evm_increaseTime", 10)
        gas = int(self.probe.ask(
            "estimate", to=self.contract, data=called("withdraw(uint256)", number), value="0",
            **{"from": self.recipient.address}))
        receipt = self.recipient.send(self.contract, called("withdraw(uint256)", number))
        assert 21000 < int(receipt["gasUsed"]) <= gas, (receipt, gas)

    def terminated(self):
        number, _ = self.opened()
        self.chain.ask("evm_increaseTime", 100)
        before = self.stream(number)
        assert self.sender.send(self.contract, called("terminate(uint256)", number))["success"]
        after = self.stream(number)
        if self.contract == self.chain.contracts["StreamPayment"]:
            # As the network has it: only the recipient tells that it is over.
            assert after[2] == NATIVE and after[4] == before[4] and not after[8], after
        else:
            assert after[2] == before[2] and after[4] < before[4] and after[8], after

    def in_tokens(self):
        token, owner = self.chain.contracts["Token"], Wallet(
            self.chain, self.probe, self.chain.accounts[0])
        approve = called("approve(address,uint256)", self.contract, DEPOSIT)
        assert owner.send(token, approve)["success"]
        create = called("createStream(address,address,uint256,uint128)", token,
                        self.recipient.address, DEPOSIT, RATE)
        receipt = owner.send(self.contract, create)
        number = int(next(log for log in receipt["logs"] if log["address"] == self.contract)
                     ["topics"][1], 16)
        self.chain.ask("evm_increaseTime", 3600)
        before = self.tokens(self.recipient.address)
        assert self.recipient.send(self.contract, called("withdraw(uint256)", number))["success"]
        assert self.tokens(self.recipient.address) == before + DEPOSIT
        # Nothing more is allowed: the token says no, and the contract passes that on.
        assert not owner.send(self.contract, create)["success"]

    def tokens(self, address):
        answer, = self.probe.ask("call", calls=[
            {"to": self.chain.contracts["Token"], "data": called("balanceOf(address)", address)}])
        return int(answer, 16)

    def rules(self):
        """What is refused, in the order and the words of the contract."""
        create = "createStream(address,address,uint256,uint128)"
        cases = [
            (create, (NATIVE, NATIVE, 0, 0), "recipient=0"),
            (create, (NATIVE, self.recipient.address, 0, 0), "deposit=0"),
            (create, (NATIVE, self.recipient.address, 1, 0), "rate=0"),
            (create, (NATIVE, self.recipient.address, 1, 2), "duration=0"),
            (create, (NATIVE, self.recipient.address, 2, 2), "value != deposit"),
            ("topUp(uint256,uint256)", (10 ** 6, 1), "no-stream"),
            ("terminate(uint256)", (10 ** 6,), "no-stream"),
            ("haltStream(uint256)", (10 ** 6,), "not oracle")]
        outcomes = self.probe.ask("call", calls=[
            {"to": self.contract, "data": called(signature, *values),
             "from": self.sender.address} for signature, values, _ in cases])
        assert outcomes == [{"reverted": reason} for *_, reason in cases], outcomes

    def halted(self):
        number, _ = self.opened()
        self.chain.ask("evm_increaseTime", 60)
        oracle = Wallet(self.chain, self.probe, self.chain.accounts[-1])
        receipt = oracle.send(self.contract, called("haltStream(uint256)", number))
        assert receipt["logs"][0]["topics"][0] == topic("Halted(uint256)")
        assert oracle.send(self.contract, called("haltStream(uint256)", number))["logs"] == []
        stream = self.stream(number)
        assert stream[8] and stream[4] - stream[3] < 3600, stream
        outcome, = self.probe.ask("call", calls=[
            {"to": self.contract, "data": called("topUp(uint256,uint256)", number, DEPOSIT),
             "from": self.sender.address}])
        assert outcome == {"reverted": "halted"}, outcome

    def a_remainder(self):
        """What of a deposit makes no whole second: it stays locked, or vests at the end."""
        odd = DEPOSIT + RATE - 1
        receipt = self.sender.send(
            self.contract, called("createStream(address,address,uint256,uint128)", NATIVE,
                                  self.recipient.address, odd, RATE), odd)
        number = int(receipt["logs"][0]["topics"][1], 16)
        self.chain.ask("evm_increaseTime", 3601)
        receipt = self.recipient.send(self.contract, called("withdraw(uint256)", number))
        locked = self.contract == self.chain.contracts["StreamPayment"]
        assert int(receipt["logs"][0]["data"], 16) == (DEPOSIT if locked else odd)

    def taken_back(self):
        """A transaction that waits has no receipt; nor has one whose block is gone again."""
        number, _ = self.opened()
        self.chain.ask("evm_increaseTime", 10)
        before = self.stream(number)
        snapshot = self.chain.ask("evm_snapshot")
        self.probe.ask("unlock", key=self.recipient.account["key"])
        fields = self.recipient.fields(self.contract, called("withdraw(uint256)", number))
        self.chain.ask("evm_setAutomine", False)
        try:
            sent = self.probe.ask("send", transaction=fields)
            assert self.probe.ask("receipt", hash=sent) is None
        finally:
            self.chain.ask("evm_setAutomine", True)
        assert self.probe.ask("receipt", hash=sent)["success"]
        assert self.stream(number)[7] > 0
        self.chain.ask("evm_revert", snapshot)
        assert self.probe.ask("receipt", hash=sent) is None
        assert self.stream(number) == before
        # The same bytes are good again, and no others are needed.
        assert self.probe.ask("send", transaction=fields) == sent
        assert self.probe.ask("receipt", hash=sent)["success"]

    def a_pause(self):
        """What a top-up after the end vests of the pause: all of it, or nothing."""
        number, _ = self.opened()
        self.chain.ask("evm_increaseTime", 3600 + 900)
        receipt = self.recipient.send(self.contract, called("withdraw(uint256)", number))
        assert int(receipt["logs"][0]["data"], 16) == DEPOSIT
        assert self.sender.send(
            self.contract, called("topUp(uint256,uint256)", number, DEPOSIT), DEPOSIT)["success"]
        self.chain.ask("evm_increaseTime", 1)
        receipt = self.recipient.send(self.contract, called("withdraw(uint256)", number))
        vested = int(receipt["logs"][0]["data"], 16) // RATE
        pauses = self.contract == self.chain.contracts["StreamPayment"]
        assert vested >= 900 if pauses else vested < 60, vested


def another_chain(chain, probe):
    """A transaction that is signed for another chain is sent and refused; so is a chain that is not
    the one that was asked for."""
    wallet = Wallet(chain, probe, chain.accounts[4])
    fields = wallet.fields(NATIVE, "0x", 1) | {"chainId": "1"}
    probe.ask("unlock", key=wallet.account["key"])
    assert probe.refusal("send", transaction=fields) == "refused"
    probe.ask("connect", urls=[chain.url], chainId="1")
    assert probe.refusal("head") == "wrong-chain"


def run(count):
    with Chain() as chain, Probe() as probe:
        probe.ask("connect", urls=[chain.url], chainId=str(chain.chain_id))
        count.run("the contracts are there", probe_requires, chain, probe)
        for contract in "StreamPayment", "StreamPayment2":
            journey = Journey(chain, probe, contract)
            for step in (journey.paid_to_the_wei, journey.legacy, journey.found_in_logs,
                         journey.refusals_have_their_text, journey.failed_on_chain,
                         journey.estimated, journey.terminated, journey.a_pause, journey.rules,
                         journey.halted, journey.in_tokens, journey.a_remainder,
                         journey.taken_back):
                count.run(f"{contract}: {step.__name__}", step)
        count.run("another chain", another_chain, chain, probe)


def probe_requires(chain, probe):
    probe.ask("require", contracts=list(chain.contracts.values()))
    empty = chain.accounts[0]["address"]
    assert probe.refusal("require", contracts=[empty]) == "malformed"
