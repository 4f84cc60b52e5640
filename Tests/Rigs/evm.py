"""A chain as JSON-RPC has it, on a real EVM: eth-tester's, with what it leaves out.

Where eth-tester answers otherwise than nodes do, its answer is made into theirs: it takes
transactions of other chains, counts a history of fees wrong, and names parts of blocks its own way.
"""

import re

import rlp
import eth_tester.backends.pyevm.main as backend
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_tester import EthereumTester, PyEVMBackend
from eth_tester.exceptions import BlockNotFound, TransactionFailed, TransactionNotFound
from eth_utils import to_checksum_address

PRIORITY_FEE = 10 ** 9
NUMBERS = {"gas", "gasPrice", "value", "nonce", "maxFeePerGas", "maxPriorityFeePerGas"}
BLOCK_NAMES = {"coinbase": "miner"}


class Refusal(Exception):
    """JSON-RPC's error."""

    def __init__(self, code, message, data=None):
        super().__init__(message)
        self.error = {"code": code, "message": message} | ({"data": data} if data else {})


def camel(name):
    return re.sub(r"_(.)", lambda match: match[1].upper(), name)


def snake(name):
    return re.sub(r"([A-Z])", lambda match: "_" + match[1].lower(), name)


def told(value):
    """As JSON-RPC writes it: quantities and data in hexadecimal digits, names in camel case."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return hex(value)
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if hasattr(value, "items"):
        return {camel(name): told(part) for name, part in value.items()}
    return [told(part) for part in value]


class EVM:
    def __init__(self, chain_id, accounts=10, balance=10 ** 24):
        self.chain_id = chain_id
        self.snapshots = {}
        made = backend.setup_tester_chain

        def with_chain_id(*arguments, **options):
            keys, chain = made(*arguments, **options)
            type(chain).chain_id = chain_id
            return keys, chain

        backend.setup_tester_chain = with_chain_id
        try:
            state = PyEVMBackend.generate_genesis_state(
                num_accounts=accounts, overrides={"balance": balance})
            self.backend = PyEVMBackend(genesis_state=state)
        finally:
            backend.setup_tester_chain = made
        self.tester = EthereumTester(self.backend)

    @property
    def accounts(self):
        return [{"address": key.public_key.to_checksum_address(), "key": key.to_hex()}
                for key in self.backend.account_keys]

    def answer(self, method, parameters):
        """What a method gives; raises Refusal."""
        is_one = re.match(r"(eth|evm|net|personal)_[a-zA-Z]+$", method)
        found = getattr(self, method, None) if is_one else None
        if found is None:
            raise Refusal(-32601, f"the method {method} does not exist/is not available")
        try:
            return found(*parameters)
        except Refusal:
            raise
        except TransactionFailed as failed:
            raise self.reverted(failed) from None
        except Exception as fault:  # A node has words of its own for what py-evm refuses.
            raise Refusal(-32000, f"{type(fault).__name__}: {fault}") from None

    @staticmethod
    def reverted(failed):
        said = failed.args[0] if failed.args else ""
        if isinstance(said, bytes):
            said = "0x" + said.hex()
        if isinstance(said, str) and said.startswith("0x"):
            return Refusal(3, "execution reverted", said)
        # eth-tester has read the text already: written as the contract did.
        text = str(said).removeprefix("execution reverted: ").encode()
        padded = text + b"\0" * (-len(text) % 32)
        data = "0x08c379a0" + f"{32:064x}{len(text):064x}" + padded.hex()
        return Refusal(3, f"execution reverted: {text.decode()}", data if text else None)

    # What nodes are asked

    def net_version(self):
        return str(self.chain_id)

    def eth_chainId(self):
        return hex(self.chain_id)

    def eth_accounts(self):
        return list(self.tester.get_accounts())

    def eth_blockNumber(self):
        return hex(self.head)

    def eth_getBalance(self, address, moment="latest"):
        return hex(self.tester.get_balance(to_checksum_address(address), self.moment(moment)))

    def eth_getTransactionCount(self, address, moment="latest"):
        return hex(self.tester.get_nonce(to_checksum_address(address), self.moment(moment)))

    def eth_getCode(self, address, moment="latest"):
        return self.tester.get_code(to_checksum_address(address), self.moment(moment))

    def eth_getStorageAt(self, address, slot, moment="latest"):
        return self.tester.get_storage_at(
            to_checksum_address(address), int(slot, 16), self.moment(moment))

    def eth_gasPrice(self):
        return hex(self.tester.get_block_by_number("pending")["base_fee_per_gas"] + PRIORITY_FEE)

    def eth_maxPriorityFeePerGas(self):
        return hex(PRIORITY_FEE)

    def eth_feeHistory(self, count, newest, percentiles=()):
        count = int(count, 16) if isinstance(count, str) else count
        last = self.tester.get_block_by_number(self.moment(newest))["number"]
        first = max(0, last - count + 1)
        blocks = [self.tester.get_block_by_number(number) for number in range(first, last + 1)]
        after = self.tester.get_block_by_number("pending" if last == self.head else last + 1)
        return {
            "oldestBlock": hex(first),
            "baseFeePerGas": [hex(block["base_fee_per_gas"]) for block in [*blocks, after]],
            "gasUsedRatio": [block["gas_used"] / block["gas_limit"] for block in blocks],
            "reward": [[hex(PRIORITY_FEE)] * len(percentiles) for _ in blocks]}

    def eth_call(self, call, moment="latest"):
        fields = self.fields(call) | {"gas": 30_000_000}
        fields = {name: value for name, value in fields.items() if not name.startswith("max_")}
        return self.tester.call(fields, self.moment(moment))

    def eth_estimateGas(self, call, moment="latest"):
        return hex(self.tester.estimate_gas(self.fields(call), self.moment(moment)))

    def eth_sendRawTransaction(self, raw):
        found = self.chain_of(bytes.fromhex(raw[2:]))
        if found is None:
            raise Refusal(-32000, "only replay-protected (EIP-155) transactions allowed over RPC")
        if found != self.chain_id:
            raise Refusal(
                -32000, f"invalid chain id for signer: have {found} want {self.chain_id}")
        try:
            return self.tester.send_raw_transaction(raw)
        except TransactionFailed:
            raise
        except Exception as fault:
            raise Refusal(-32000, self.in_words_of_nodes(str(fault))) from None

    @staticmethod
    def in_words_of_nodes(said):
        place = re.search(r"nonce: Expected (\d+), but got (\d+)", said)
        if place and int(place[2]) < int(place[1]):
            return f"nonce too low: next nonce {place[1]}, tx nonce {place[2]}"
        if "balance" in said:
            return "insufficient funds for gas * price + value"
        return said

    def eth_sendTransaction(self, call):
        """By an account whose key the chain has, as those for tests have of theirs."""
        return self.tester.send_transaction(self.fields(call))

    def personal_sign(self, text, address):
        """By such an account, as wallets do for whoever asks them."""
        key, = (one["key"] for one in self.accounts if one["address"] == address)
        signed = Account.sign_message(encode_defunct(hexstr=text), key)
        return "0x" + signed.signature.hex()

    def eth_getTransactionReceipt(self, hash):
        try:
            receipt = told(self.tester.get_transaction_receipt(hash))
        except TransactionNotFound:
            return None
        if receipt["blockNumber"] is None:
            return None
        receipt.pop("stateRoot", None)
        receipt["contractAddress"] = receipt["contractAddress"] or None
        receipt["to"] = receipt["to"] or None
        receipt["logs"] = [self.log(log) for log in receipt["logs"]]
        return receipt

    def eth_getTransactionByHash(self, hash):
        try:
            found = told(self.tester.get_transaction_by_hash(hash))
        except TransactionNotFound:
            return None
        return found | {"input": found.pop("data", "0x")}

    def eth_getBlockByNumber(self, moment, whole=False):
        return self.block(self.tester.get_block_by_number, self.moment(moment), whole)

    def eth_getBlockByHash(self, hash, whole=False):
        return self.block(self.tester.get_block_by_hash, hash, whole)

    def eth_getLogs(self, query):
        first, last = query.get("fromBlock", "latest"), query.get("toBlock", "latest")
        address = query.get("address")
        logs = self.tester.get_logs(
            from_block=self.moment(first), to_block=self.moment(last),
            address=to_checksum_address(address) if address else None)
        wanted = query.get("topics") or []
        return [log for log in map(self.log, map(told, logs)) if self.matches(log, wanted)]

    # What a test does to a chain

    def evm_mine(self, count=1):
        self.tester.mine_blocks(int(count, 16) if isinstance(count, str) else count)
        return hex(self.head)

    def evm_increaseTime(self, seconds):
        """The next block's time moves with it, so one is made, and time stands still until then."""
        pending = self.tester.get_block_by_number("pending")["timestamp"]
        self.tester.time_travel(pending + seconds)
        return self.evm_mine()

    def evm_setAutomine(self, does):
        if does:
            self.tester.enable_auto_mine_transactions()
        else:
            self.tester.disable_auto_mine_transactions()
        return True

    def evm_snapshot(self):
        name = hex(len(self.snapshots) + 1)
        self.snapshots[name] = self.tester.take_snapshot()
        return name

    def evm_revert(self, name):
        self.tester.revert_to_snapshot(self.snapshots[name])
        return True

    # What helps

    @property
    def head(self):
        return self.tester.get_block_by_number("latest")["number"]

    @staticmethod
    def moment(text):
        return int(text, 16) if text.startswith("0x") else text

    def fields(self, call):
        fields = {snake(name): int(value, 16) if name in NUMBERS else value
                  for name, value in call.items() if name not in ("type", "chainId", "input")}
        if "input" in call:
            fields["data"] = call["input"]
        return {"from": self.tester.get_accounts()[0]} | fields

    @staticmethod
    def chain_of(raw):
        """The chain that a transaction is for; none where it is for any."""
        if raw[0] < 0x80:
            return int.from_bytes(rlp.decode(raw[1:], strict=False)[0], "big")
        v = int.from_bytes(rlp.decode(raw, strict=False)[6], "big")
        return (v - 35) // 2 if v >= 35 else None

    @staticmethod
    def block(read, which, whole):
        try:
            block = told(read(which, whole))
        except BlockNotFound:
            return None
        block = {BLOCK_NAMES.get(name, name): value for name, value in block.items()}
        return block | {"logsBloom": "0x" + f"{int(block.get('logsBloom', '0x0'), 16):0512x}"}

    @staticmethod
    def log(log):
        return {name: part for name, part in log.items() if name != "type"} | {"removed": False}

    @staticmethod
    def matches(log, wanted):
        if len(wanted) > len(log["topics"]):
            return False
        for topic, allowed in zip(log["topics"], wanted):
            if allowed is not None and topic not in (
                    allowed if isinstance(allowed, list) else [allowed]):
                return False
        return True
