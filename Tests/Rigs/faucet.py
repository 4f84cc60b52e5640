"""A faucet of a test's own with the captcha before it and an endpoint of its chain, each on one
loopback server: honest, until `script` says otherwise of a path."""

import hashlib
import json
import secrets

from outsider import Outsider

KEY = "site-key"


class Faucet(Outsider):
    def __init__(self, pairs=5, digits=4):
        super().__init__(self._answer)
        self.pairs, self.digits = pairs, digits
        self.balances = {}
        self.sent = []
        self.script = {}
        self._open, self._passes = {}, set()

    def settings(self):
        return {"L2_FAUCET_URL": f"{self.url}/faucet/", "L2_CAPTCHA_URL": f"{self.url}/captcha",
                "L2_CAPTCHA_API_KEY": KEY}

    def _answer(self, _, path, body):
        routes = {f"/captcha/{KEY}/api/challenge": self._challenge,
                  f"/captcha/{KEY}/api/redeem": self._redeem,
                  "/faucet/api/faucet": self._send, "/rpc": self._balance}
        if path not in routes:
            return 404, {"error": "no such page"}
        name = path.rsplit("/", 1)[1]
        if name in self.script:
            return self.script[name](json.loads(body))
        return routes[path](json.loads(body))

    def _challenge(self, _):
        token = secrets.token_hex(25)
        self._open[token] = [[secrets.token_hex(16), secrets.token_hex(8)[:self.digits]]
                             for _ in range(self.pairs)]
        return 200, {"challenge": self._open[token], "token": token, "expires": 1}

    def _redeem(self, asked):
        pairs = self._open.pop(asked["token"], None)
        if pairs is None:
            return 403, {"success": False, "message": "unknown token"}
        solutions = asked["solutions"]
        if [solution[:2] for solution in solutions] != pairs:
            return 403, {"success": False, "message": "not what was asked"}
        for salt, target, number in solutions:
            if number != smallest(salt, target):
                return 403, {"success": False, "message": "not the smallest"}
        self._passes.add(token := secrets.token_hex(25))
        return 200, {"success": True, "token": token}

    def _send(self, asked):
        if asked["captchaToken"] not in self._passes:
            return 401, {"error": "captcha"}
        self._passes.remove(asked["captchaToken"])
        self.sent.append(asked["address"])
        return 200, {"txHash": "0x" + "ab" * 32}

    def _balance(self, asked):
        assert asked["method"] == "eth_getBalance" and asked["params"][1] == "latest", asked
        balance = self.balances.get(asked["params"][0], 0)
        return 200, {"jsonrpc": "2.0", "id": asked["id"], "result": hex(balance)}


def smallest(salt, target):
    wanted, number = bytes.fromhex(target), 0
    while not hashlib.sha256(f"{salt}{number}".encode()).digest().startswith(wanted):
        number += 1
    return number
