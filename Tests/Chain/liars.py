"""Endpoints that lie, in every way that one can: between the client and a real chain stands a proxy
that changes the answers, and the client says what is wrong and believes none of it."""

import json
import socket

from chain import Chain
from journey import Journey, called
from liar import Liar, changed, error, member, result, whole
from probe import Probe

HUGE = b"[" + b"0," * (1 << 20) + b"0]"
HASH = "0x" + "11" * 32
# What is said instead, and how the client has to take it, asked for the head.
LIES = [
    ("is silent", lambda *_: (200, None), "transport"),
    ("sends somewhere else", lambda *_: (302, b""), "transport"),
    ("is overloaded", lambda *_: (503, b""), "transport"),
    ("says more than anyone reads", lambda *_: (200, HUGE), "transport"),
    ("says nothing", lambda *_: (200, b""), "malformed"),
    ("says HTML", lambda *_: (200, b"<html></html>"), "malformed"),
    ("says a number", lambda *_: (200, b"7"), "malformed"),
    ("says nested arrays", lambda *_: (200, b"[" * 5000 + b"]" * 5000), "malformed"),
    ("answers one of a batch", whole(lambda all: all[:1]), "malformed"),
    ("answers one twice", whole(lambda all: [all[0]] * 2), "malformed"),
    ("answers more than was asked", whole(lambda all: all + [all[0] | {"id": 9}]), "malformed"),
    ("answers by texts as ids", whole(lambda all: [one | {"id": str(one["id"])} for one in all]),
     "malformed"),
    ("answers by another protocol", whole(lambda all: [one | {"jsonrpc": "1.0"} for one in all]),
     "malformed"),
    ("says both", whole(lambda all: [one | {"error": {"code": 1, "message": ""}} for one in all]),
     "malformed"),
    ("takes no batch", lambda *_: (200, json.dumps({
        "jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "no batch"}}).encode()),
     "refused"),
    ("answers a batch with one", whole(lambda all: all[0]), "malformed"),
    ("is of another chain", result("eth_chainId", "0x1"), "wrong-chain"),
    ("knows no chain", result("eth_chainId", None), "malformed"),
    ("has no head", result("eth_getBlockByNumber", None), "malformed"),
    ("has a head of decimals", member("eth_getBlockByNumber", "number", "17"), "malformed"),
    ("has a short hash", member("eth_getBlockByNumber", "hash", "0x11"), "malformed"),
    ("has a time that is none", member("eth_getBlockByNumber", "timestamp", "now"), "malformed"),
    ("knows no method", error(-32601), "refused"),
    ("says a code that is none", error("7"), "malformed"),
]


class Lies:
    def __init__(self, chain, probe, liar):
        self.chain, self.probe, self.liar = chain, probe, liar

    def connect(self, *urls, **how):
        self.probe.ask("connect", urls=list(urls), chainId=str(self.chain.chain_id), **how)

    def one(self, lie, kind, how):
        """It alone is asked, and then before an honest one."""
        self.liar.tell(lie)
        self.connect(self.liar.url, **how)
        found = self.probe.refusal("head")
        assert found == kind, f"expected {kind}, found {found}: {self.probe.said}"
        assert self.liar.server.asked, "the liar was not asked"
        self.connect(self.liar.url, self.chain.url, **how)
        truth = int(self.chain.ask("eth_blockNumber"), 16)
        assert int(self.probe.ask("head")["number"]) == truth

    def counted(self, value):
        """A height that is none, where heights are counted."""
        self.liar.tell(result("eth_blockNumber", value))
        self.connect(self.liar.url, quorum="1")
        assert self.probe.refusal("head") == "disagreement"

    def vanished(self):
        """A block that was told of is not there any more, or is another."""
        number = str(int(self.chain.ask("eth_blockNumber"), 16))
        address = self.chain.accounts[5]["address"]
        self.connect(self.liar.url)
        self.liar.tell(result("eth_getBlockByNumber", None))
        assert self.probe.refusal("balance", address=address, block=number) == "reorganised"
        self.liar.tell(member("eth_getBlockByNumber", "number", "0x0"))
        assert self.probe.refusal("balance", address=address, block=number) == "malformed"

    def keys_are_not_told(self):
        self.liar.tell(lambda *_: (503, b""))
        self.connect(self.liar.url)
        try:
            self.probe.ask("head")
        except Exception as refused:
            assert "a-key" not in str(refused), refused

    def unreachable(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
            self.connect(nobody)
            assert self.probe.refusal("head") == "transport"
            self.connect(nobody, self.chain.url)
            self.probe.ask("head")

    def quorum(self):
        """Of three, one lies about a balance: two are believed, and three are not to be had."""
        address = self.chain.accounts[5]["address"]
        self.liar.tell(result("eth_getBalance", "0x7"))
        urls = [self.liar.url, self.chain.url, self.chain.url]
        self.connect(*urls, quorum="2")
        assert int(self.probe.ask("balance", address=address)) == 10 ** 24
        self.connect(*urls, quorum="3")
        assert self.probe.refusal("balance", address=address) == "disagreement"
        # Without a quorum the first is believed: that is what the quorum is for.
        self.connect(*urls)
        assert int(self.probe.ask("balance", address=address)) == 7

    def quorum_of_heads(self):
        """One that is ahead, and so out of touch, is not followed."""
        self.liar.tell(result("eth_blockNumber", "0xffffff"))
        self.connect(self.liar.url, self.chain.url, self.chain.url, quorum="2")
        assert int(self.probe.ask("head")["number"]) == int(self.chain.ask("eth_blockNumber"), 16)

    def moved(self):
        """The block that was pinned is another one by the time of the answers."""
        contract = self.chain.contracts["StreamPayment"]
        self.connect(self.liar.url)
        calls = [{"to": contract, "data": called("oracle()")}]
        seen = {"times": 0}

        def change(method, one):
            if method != "eth_getBlockByNumber":
                return None
            seen["times"] += 1
            return one | {"result": one["result"] | {"hash": HASH}} if seen["times"] > 1 else None
        self.liar.tell(changed(change))
        assert self.probe.refusal("call", calls=calls) == "reorganised"

    def crooked_words(self):
        """What a contract cannot have said is no value (PAY-19)."""
        for data in "0x", "0x00", "0x" + "ff" * 32, "0x" + "00" * 64:
            assert self.probe.refusal("abi-decode", types=["bool"], bytes=data) == "bad-abi", data

    def strangers_logs(self):
        journey = Journey(self.chain, self.probe, "StreamPayment")
        self.connect(self.chain.url)
        _, receipt = journey.opened()
        found = self.chain.ask("eth_getLogs", {
            "fromBlock": hex(int(receipt["block"])), "toBlock": hex(int(receipt["block"]))})
        asked = {"address": journey.contract, "topics": found[0]["topics"][:1],
                 "from": receipt["block"], "to": receipt["block"]}
        self.connect(self.liar.url)
        for change, kind in (
                ({"address": self.chain.contracts["Token"]}, "malformed"),
                ({"blockNumber": "0x0"}, "malformed"), ({"topics": [HASH]}, "malformed"),
                ({"topics": [found[0]["topics"][0]] * 5}, "malformed"),
                ({"data": "0x1"}, "malformed"),
                ({"removed": True}, "reorganised")):
            self.liar.tell(result("eth_getLogs", [found[0] | change]))
            assert self.probe.refusal("logs", **asked) == kind, change
        self.liar.tell(None)
        assert len(self.probe.ask("logs", **asked)) == 1

    def another_hash(self):
        """Who takes a transaction and names another one has not taken it."""
        journey = Journey(self.chain, self.probe, "StreamPayment")
        self.connect(self.liar.url)
        self.liar.tell(None)
        fields = journey.sender.fields(journey.contract, called("nextStreamId()"))
        self.probe.ask("unlock", key=journey.sender.account["key"])
        self.liar.tell(result("eth_sendRawTransaction", HASH))
        assert self.probe.refusal("send", transaction=fields) == "malformed"

    def slow_by_parts(self):
        """Each part of a question comes in time, and all of it does not."""
        def lie(body, forward):
            # A third of the time that there is for all four.
            self.liar.server.released.wait(0.5)
            return 200, forward(body)
        contract = self.chain.contracts["StreamPayment"]
        self.connect(self.liar.url, milliseconds="1500")
        self.liar.tell(None)
        head = self.probe.ask("head")["number"]
        self.liar.tell(lie)
        calls = [{"to": contract, "data": called("oracle()")}] * 399
        assert self.probe.refusal("call", calls=calls, block=head) == "transport"

    def few_requests(self):
        """A thousand reads at one block, which is read before them and after."""
        contract = self.chain.contracts["StreamPayment"]
        self.liar.tell(None)
        self.connect(self.liar.url)
        calls = [{"to": contract, "data": called("streams(uint256)", number)}
                 for number in range(1000)]
        assert len(self.probe.ask("call", calls=calls)) == 1000
        assert len(self.liar.server.asked) <= 12, len(self.liar.server.asked)


def run(count):
    with Chain() as chain, Probe() as probe, Liar(chain) as liar:
        lies = Lies(chain, probe, liar)
        for name, lie, kind in LIES:
            how = {"milliseconds": "3000"} if name == "is silent" else {}
            count.run(f"a liar {name}", lies.one, lie, kind, how)
        for value in "17", 17, "0x01", "0x1" + "0" * 16, None:
            count.run(f"a height of {value}", lies.counted, value)
        for step in (lies.keys_are_not_told, lies.unreachable, lies.vanished, lies.quorum,
                     lies.quorum_of_heads, lies.moved, lies.crooked_words, lies.strangers_logs,
                     lies.another_hash, lies.slow_by_parts, lies.few_requests):
            count.run(step.__name__, step)
