"""The plugin stream-payments before a real chain, and before servers that lie about one."""

import json
import os
import pathlib
import shutil
import tempfile
import unittest

from backend import Backend, Refused
from chain import Chain
from liar import Liar
from node import ROOT
from payers import NATIVE, Payers, word

LIBRARY = ROOT / "tools.d" / "stream-payments.so"
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
LAST = 2 ** 128 - 1
UNKNOWN = "115792089237316195423570985008687907853269984665640564039457584007913129639935"


class StreamsCase(unittest.TestCase):
    """One chain for all tests of a class; each test opens the plugin as it wants."""

    contract = "StreamPayment"

    @classmethod
    def setUpClass(cls):
        cls.chain = Chain()
        cls.chain.__enter__()
        cls.addClassCleanup(cls.chain.__exit__)
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="orien-wallet-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.payers = Payers(cls.chain, cls.contract)
        cls.key_file = write_key(cls.folder / "provider_key.json", cls.payers.recipient)

    def setUp(self):
        self.backend, self.store = None, {}
        self.open()

    def config(self, **config):
        return {"network": "dev", "urls": [self.chain.url], "key_file": str(self.key_file),
                "contract": self.chain.contracts[self.contract]} | config

    def open(self, **config):
        """Opens the plugin, again where it was; what it was told to keep stays."""
        if self.backend:
            self.backend.close()
        else:
            self.addCleanup(lambda: self.backend.close())
        self.backend = Backend(LIBRARY, "payments/1", None, self.config(**config), self.store)
        return self.backend

    def lying(self, **config):
        """A liar before the chain, which the plugin asks from now on."""
        liar = Liar(self.chain)
        liar.__enter__()
        self.addCleanup(liar.__exit__)
        self.open(urls=[liar.url], **config)
        return liar

    def ask(self, operation, **arguments):
        return self.backend.ask(operation, **arguments)

    def inspect(self, *numbers, block=""):
        return self.ask("inspect", streams=[str(number) for number in numbers], block=block)

    def reading(self, number):
        reading, = self.inspect(number)["streams"]
        self.assertEqual(reading["stream"], str(number))
        return reading

    def fault(self, number):
        return self.reading(number).get("fault")

    def refused(self, code, operation, reason=None, **arguments):
        """The message of the failure that it ends with."""
        with self.assertRaises(Refused) as caught:
            self.ask(operation, **arguments)
        self.assertEqual(caught.exception.code, code, caught.exception)
        if reason:
            self.assertEqual(caught.exception.reason, reason, caught.exception)
        return caught.exception.message

    def unread(self, number=1, reason=None):
        """Nothing is said of a stream; why."""
        return self.refused("unavailable", "inspect", reason, streams=[str(number)])

    def signed(self, number, **other):
        """A collection that is signed, as its quote has it but for what is named."""
        quote = self.ask("quote", stream=str(number))
        order = {"nonce": quote["next_nonce"], "gas": quote["gas"], "max_fee": quote["max_fee"],
                 "priority_fee": quote["priority_fee"]} | other
        return self.ask("sign", stream=str(number), **order)

    def kept(self, number):
        self.ask("keep", stream=str(number))
        return number


def write_key(path, account, mode=0o600):
    path.write_text(json.dumps({"address": account["address"], "private_key": account["key"]}))
    os.chmod(path, mode)
    return path


def of_streams(answer):
    """A lie about streams alone: a result, or an error."""
    said = answer if isinstance(answer, dict) else {"result": answer}

    def lie(body, forward):
        asked = {call["id"]: call for call in json.loads(body)}
        return 200, json.dumps([
            {"jsonrpc": "2.0", "id": one["id"]} | said if about_streams(asked[one["id"]]) else one
            for one in json.loads(forward(body))]).encode()
    return lie


def about_streams(call):
    return call["method"] == "eth_call" and call["params"][0]["data"].startswith("0x64d60d91")


def struct(**other):
    """What the contract says of a stream that pays, but for what is named."""
    fields = {"token": NATIVE, "sender": "0x" + "11" * 20, "recipient": "0x" + "22" * 20,
              "start": 0, "stop": LAST, "rate": 1, "deposit": 2 ** 255, "withdrawn": 0,
              "halted": 0} | other
    return "0x" + "".join(map(word, fields.values()))
