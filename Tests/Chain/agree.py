"""Random values, transactions and damage: what the client makes of each is what eth-account,
eth-abi, rlp and eth-hash make of it, byte for byte."""

import json
import random
import string

import eth_abi
import rlp
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_hash.auto import keccak
from eth_utils import to_checksum_address

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
WORD = 1 << 256
TYPES = ["uint256", "uint128", "uint8", "address", "bool", "bytes32", "string", "bytes",
         "uint256[]", "address[]", "bool[]", "bytes32[]"]


def hexed(data):
    return "0x" + bytes(data).hex()


class Agreement:
    """One subject after the other, on one seed."""

    def __init__(self, probe, seed):
        self.probe = probe
        self.random = random.Random(seed)

    def number(self, bits=256):
        """Of any length, and often at an edge."""
        edge = self.random.choice([0, 1, 127, 128, 255, 256, (1 << bits) - 1, (1 << bits) - 2])
        chosen = self.random.getrandbits(self.random.randint(1, bits))
        return edge % (1 << bits) if self.random.random() < 0.2 else chosen

    def data(self, most=200):
        return self.random.randbytes(self.random.choice([0, 1, 31, 32, 33, 55, 56, 57,
                                                         self.random.randint(0, most)]))

    def address(self):
        return to_checksum_address(self.random.randbytes(20))

    def key(self):
        return self.random.randint(1, ORDER - 1).to_bytes(32, "big")

    # Each returns nothing, and raises where the two differ.

    def arithmetic(self):
        a, b = self.number(), self.number()
        fits = [a + b if a + b < WORD else None, a - b if a >= b else None,
                a * b if a * b < WORD else None, a // b if b else None, a % b if b else None]
        expected = [None if value is None else str(value) for value in fits] + [a < b]
        same(self.probe.ask("arithmetic", a=str(a), b=str(b)), expected)
        same(self.probe.ask("quantity", value=str(a)), hex(a))

    def hashes(self):
        data = self.data(600)
        same(self.probe.ask("keccak", bytes=hexed(data)), hexed(keccak(data)))
        address = self.random.randbytes(20)
        same(self.probe.ask("checksum", address=hexed(address)), to_checksum_address(address))

    def rlp(self):
        def item(depth):
            if depth == 0 or self.random.random() < 0.6:
                return self.data()
            return [item(depth - 1) for _ in range(self.random.randint(0, 5))]

        def spelt(value):
            return hexed(value) if isinstance(value, bytes) else [spelt(part) for part in value]

        value = item(4)
        encoded = rlp.encode(value)
        same(self.probe.ask("rlp-encode", item=spelt(value)), hexed(encoded))
        same(self.probe.ask("rlp-decode", bytes=hexed(encoded)), spelt(value))
        damaged = self.damaged(encoded)
        try:
            theirs = spelt(rlp.decode(damaged))
        except rlp.exceptions.DecodingError:
            theirs = None
        same(self.outcome("rlp-decode", "bad-rlp", bytes=hexed(damaged)), theirs)

    def abi(self):
        types = [self.random.choice(TYPES) for _ in range(self.random.randint(0, 6))]
        ours, theirs = zip(*map(self.value, types)) if types else ((), ())
        encoded = eth_abi.encode(types, theirs)
        same(self.probe.ask("abi-encode", types=types, values=ours), hexed(encoded))
        same(self.probe.ask("abi-decode", types=types, bytes=hexed(encoded)), list(ours))
        # Theirs takes more layouts than the one; whatever ours takes is that one.
        damaged = self.damaged(encoded)
        again = self.outcome("abi-again", "bad-abi", types=types, bytes=hexed(damaged))
        assert again in (None, hexed(damaged)), f"{types}: {damaged.hex()} has two layouts"

    def value(self, kind):
        """A value as a line has it, and as eth-abi has it."""
        if kind.endswith("[]"):
            pairs = [self.value(kind[:-2]) for _ in range(self.random.randint(0, 5))]
            return [ours for ours, _ in pairs], [theirs for _, theirs in pairs]
        if kind.startswith("uint"):
            number = self.number(int(kind[4:]))
            return str(number), number
        if kind == "address":
            address = self.address()
            return address, address
        if kind == "bool":
            return (self.random.random() < 0.5,) * 2
        if kind == "string":
            letters = string.printable + "äß€𝄞"
            return ("".join(self.random.choices(letters, k=self.random.randint(0, 70))),) * 2
        data = self.random.randbytes(32) if kind == "bytes32" else self.data()
        return hexed(data), data

    def selectors(self):
        name = "".join(self.random.choices(string.ascii_letters, k=self.random.randint(1, 20)))
        types = [self.random.choice(TYPES) for _ in range(self.random.randint(0, 6))]
        same(self.probe.ask("selector", name=name, types=types),
             hexed(keccak(f"{name}({','.join(types)})".encode())[:4]))

    def transactions(self):
        key = self.key()
        account = Account.from_key(key)
        dynamic = self.random.random() < 0.6
        to = self.address() if self.random.random() < 0.9 else None
        fields = {
            "chainId": self.random.choice([1, 31337, self.number(52) or 1]),
            "nonce": min(self.number(64), (1 << 64) - 2), "gas": self.number(64),
            "value": self.number(), "data": hexed(self.data(400))}
        if dynamic:
            priority, maximum = sorted([self.number(), self.number()])
            fields |= {"maxPriorityFeePerGas": priority, "maxFeePerGas": maximum}
        else:
            fields["gasPrice"] = self.number()
        accesses = [{"address": self.address(),
                     "storageKeys": [hexed(self.random.randbytes(32)) for _ in range(
                         self.random.randint(0, 3))]}
                    for _ in range(self.random.choice([0, 0, 1, 2]) if dynamic else 0)]
        theirs = fields | ({"to": to} if to else {}) | (
            {"type": 2, "accessList": accesses} if dynamic else {})
        signed = account.sign_transaction(theirs)
        ours = {name: str(value) if isinstance(value, int) else value
                for name, value in (fields | {"to": to, "accessList": accesses}).items()}
        raw = bytes(signed.raw_transaction)
        expected = {"raw": hexed(raw), "hash": hexed(signed.hash), "sender": account.address}
        same(self.probe.ask("sign", key=hexed(key), transaction=ours), expected)
        same(self.probe.ask("read", bytes=hexed(raw)), expected)
        # Of a damaged one nobody may take the sender to be who signed the whole one.
        try:
            read = self.probe.ask("read", bytes=hexed(self.damaged(raw)))
        except Exception as refused:
            if getattr(refused, "kind", "") not in (
                    "bad-rlp", "bad-transaction", "bad-signature"):
                raise
        else:
            assert read["sender"] != account.address, f"a damaged {raw.hex()} has its sender"

    def texts(self):
        key, text = self.key(), self.value("string")[0]
        account = Account.from_key(key)
        signed = account.sign_message(encode_defunct(text=text))
        whole = bytes(signed.signature)
        same(self.probe.ask("sign-text", key=hexed(key), text=text), hexed(whole))
        parity = whole[64] - 27
        compact = whole[:32] + bytes([whole[32] | parity << 7]) + whole[33:64]
        forms = {whole, whole[:64] + bytes([parity]), compact}
        for form in sorted(forms):
            same(self.probe.ask("signer", text=text, signature=hexed(form)), account.address)
        # Of another text, or damaged, it is nobody's, or another's; another form is no damage.
        pairs = [(text + "x", whole), (text, self.damaged(whole))]
        for other, form in pairs:
            if other == text and form in forms:
                continue
            signer = self.outcome("signer", "bad-signature", text=other, signature=hexed(form))
            assert signer != account.address, f"{form.hex()} of {other!r} has its signer"

    def keystores(self):
        key, password = self.key(), "".join(self.random.choices(string.printable + "ß€", k=12))
        address = Account.from_key(key).address
        ours = json.loads(self.probe.ask("seal", key=hexed(key), password=password))
        same(hexed(Account.decrypt(ours, password)), hexed(key))
        theirs = Account.encrypt(key, password, kdf="scrypt", iterations=1024)
        same(self.probe.ask("unseal", file=json.dumps(theirs), password=password), address)
        same(self.probe.refusal("unseal", file=json.dumps(theirs), password=password + "x"),
             "wrong-password")

    def outcome(self, act, refusal, **members):
        try:
            return self.probe.ask(act, **members)
        except Exception as refused:
            if getattr(refused, "kind", None) != refusal:
                raise
            return None

    def damaged(self, data):
        """One byte more, less or other."""
        place = self.random.randint(0, len(data))
        kind = self.random.randint(0, 2)
        byte = bytes([self.random.choice([0, 1, 0x80, 0xB8, 0xC0, self.random.randint(0, 255)])])
        if kind == 0:
            return data[:place] + byte + data[place:]
        if kind == 1 and place < len(data):
            return data[:place] + data[place + 1:]
        flip = bytes([data[place] ^ 1 << self.random.randint(0, 7)]) if place < len(data) else byte
        return data[:place] + flip + data[place + 1:]


def same(ours, theirs):
    assert ours == theirs, f"ours {ours!r}\ntheirs {theirs!r}"


def edges(probe):
    """Transactions and keys that no chain takes: what is tried, and the refusal it must have."""
    fields = {"chainId": "1", "nonce": "0", "gas": "21000", "value": "0", "data": "0x",
              "to": "0x" + "00" * 19 + "01", "maxPriorityFeePerGas": "1", "maxFeePerGas": "1"}
    key = "0x" + "00" * 31 + "01"
    raw = bytes.fromhex(probe.ask("sign", key=key, transaction=fields)["raw"][2:])
    parts = rlp.decode(raw[1:])

    def altered(**changes):
        changed = list(parts)
        for place, value in changes.items():
            changed[int(place[1:])] = value
        return {"act": "read", "bytes": hexed(b"\x02" + rlp.encode(changed))}

    high = (ORDER - int.from_bytes(parts[11], "big")).to_bytes(32, "big")
    sign = {"act": "sign", "key": key}
    unprotected = rlp.encode([b"", b"\x01", b"\x52\x08", b"\x01" * 20, b"", b"", b"\x1b",
                              parts[10], parts[11]])
    return [
        ("a high s", altered(p11=high), "bad-signature"),
        ("r of zero", altered(p10=b""), "bad-signature"),
        ("s of zero", altered(p11=b""), "bad-signature"),
        ("r beyond the order", altered(p10=b"\xff" * 32), "bad-signature"),
        ("a parity of 2", altered(p9=b"\x02"), "bad-transaction"),
        ("a nonce with a zero in front", altered(p1=b"\x00\x01"), "bad-transaction"),
        ("a nonce of 65 bits", altered(p1=b"\x01" + b"\x00" * 8), "bad-transaction"),
        ("a recipient of 19 bytes", altered(p5=b"\x01" * 19), "bad-transaction"),
        ("a value of 33 bytes", altered(p6=b"\x01" * 33), "bad-transaction"),
        ("an access list that is bytes", altered(p8=b"\x01"), "bad-transaction"),
        ("chain 0", altered(p0=b""), "bad-transaction"),
        ("another type", {"act": "read", "bytes": hexed(b"\x03" + raw[1:])}, "bad-rlp"),
        ("no chain at all", {"act": "read", "bytes": hexed(unprotected)}, "bad-transaction"),
        ("a priority above the maximum", sign | {
            "transaction": fields | {"maxPriorityFeePerGas": "2"}}, "bad-transaction"),
        ("the last nonce", sign | {
            "transaction": fields | {"nonce": str((1 << 64) - 1)}}, "bad-transaction"),
        ("a key of zero", sign | {"key": "0x" + "00" * 32, "transaction": fields}, "bad-key"),
        ("the order as a key", sign | {"key": hex(ORDER), "transaction": fields}, "bad-key"),
        ("a short key", sign | {"key": "0x01", "transaction": fields}, "bad-key"),
    ]
