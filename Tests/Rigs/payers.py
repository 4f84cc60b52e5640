"""Who opens streams on the rig's chain, and what becomes of them there: accounts that the chain
signs for, as those for tests do."""

NATIVE = "0x" + "00" * 20
SELECTORS = {
    "createStream": "506efe70", "withdraw": "2e1a7d4d", "terminate": "7a828b28",
    "haltStream": "0b3f8976", "topUp": "de643a71", "nextStreamId": "1e99d569",
    "approve": "095ea7b3", "balanceOf": "70a08231", "transfer": "a9059cbb"}


def word(value):
    """A number, or an address, as an argument."""
    return f"{int(value, 16) if isinstance(value, str) else value:064x}"


def called(name, *arguments):
    return "0x" + SELECTORS[name] + "".join(map(word, arguments))


class Payers:
    """The first account deploys, the second opens streams, the third is paid, the last halts."""

    def __init__(self, chain, contract="StreamPayment"):
        self.chain, self.contract = chain, chain.contracts[contract]
        self.sender, self.recipient = chain.accounts[1], chain.accounts[2]
        self.oracle = chain.accounts[-1]

    def send(self, account, to, data="0x", value=0):
        """The receipt of a transaction, which must not have failed."""
        hash = self.chain.ask("eth_sendTransaction", {
            "from": account["address"], "to": to, "data": data, "value": hex(value),
            "gas": hex(1_000_000), "maxFeePerGas": hex(10 ** 11),
            "maxPriorityFeePerGas": hex(10 ** 9)})
        receipt = self.chain.ask("eth_getTransactionReceipt", hash)
        if receipt and receipt["status"] != "0x1":
            raise RuntimeError(f"failed: {receipt}")
        return receipt

    def open(self, rate=10 ** 12, seconds=3600, token=NATIVE, recipient=None, deposit=None):
        """The new stream's number."""
        deposit = rate * seconds if deposit is None else deposit
        if token != NATIVE:
            self.send(self.chain.accounts[0], token,
                      called("transfer", self.sender["address"], deposit))
            self.send(self.sender, token, called("approve", self.contract, deposit))
        recipient = recipient or self.recipient["address"]
        self.send(self.sender, self.contract,
                  called("createStream", token, recipient, deposit, rate),
                  deposit if token == NATIVE else 0)
        return self.count()

    def count(self):
        return int(self.chain.ask(
            "eth_call", {"to": self.contract, "data": called("nextStreamId")}, "latest"), 16)

    def terminate(self, number):
        return self.send(self.sender, self.contract, called("terminate", number))

    def halt(self, number):
        return self.send(self.oracle, self.contract, called("haltStream", number))

    def top_up(self, number, amount):
        return self.send(self.sender, self.contract, called("topUp", number, amount), amount)

    def withdraw(self, number):
        return self.send(self.recipient, self.contract, called("withdraw", number))

    def sign(self, text, account=None):
        """As the sender of all that is opened here, or as another of the chain's accounts."""
        return self.chain.ask(
            "personal_sign", "0x" + text.encode().hex(), (account or self.sender)["address"])

    def pass_time(self, seconds):
        self.chain.ask("evm_increaseTime", seconds)

    def mine(self, blocks=1):
        self.chain.ask("evm_mine", blocks)
