#!/usr/bin/env python3
"""A chain to test with: a real EVM behind JSON-RPC on a port of loopback, with accounts that have
money and the contracts of Tests/Rigs/contracts, compiled and deployed.

    chain.py [--port PORT] [--chain-id NUMBER] [--accounts COUNT]

Run by the Python of .venv-chain. Its first line is a JSON object: url, chainId, accounts with keys,
and contracts by name. It ends with its standard input, so that it outlives nobody who started it.
"""

import argparse
import hashlib
import http.client
import http.server
import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PYTHON = ROOT / ".venv-chain" / "bin" / "python"
CACHE = ROOT / ".build" / "rigs"
CHAIN_ID = 31337


class Chain:
    """The rig as a test holds it: a process of its own."""

    def __init__(self, *options):
        self.options = options

    def __enter__(self):
        self.process = subprocess.Popen(
            [PYTHON, __file__, *self.options], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the chain ended with {self.process.wait(10)}")
        told = json.loads(line)
        self.url, self.chain_id = told["url"], told["chainId"]
        self.accounts, self.contracts = told["accounts"], told["contracts"]
        self.port = int(self.url.rsplit(":", 1)[1])
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(20)

    def ask(self, method, *parameters):
        """A result, asked without the client that is under test."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            asked = json.loads(body)
        except ValueError:
            answer = failed(None, {"code": -32700, "message": "parse error"})
        else:
            with self.server.turn:
                answer = ([self.one(call) for call in asked] if isinstance(asked, list)
                          else self.one(asked))
        said = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def one(self, call):
        from evm import Refusal
        try:
            result = self.server.evm.answer(call["method"], call.get("params") or [])
        except Refusal as refusal:
            return failed(call.get("id"), refusal.error)
        return {"jsonrpc": "2.0", "id": call.get("id"), "result": result}


def failed(number, error):
    return {"jsonrpc": "2.0", "id": number, "error": error}


def compiled(name):
    """A contract's code to deploy, by the compiler of this Python: once for both, as it takes its
    time."""
    source = (HERE / "contracts" / f"{name}.vy").read_text()
    recipe = hashlib.sha256(f"vyper {importlib.metadata.version('vyper')}\n{source}".encode())
    kept = CACHE / f"contract-{recipe.hexdigest()[:16]}"
    if not kept.exists():
        from vyper import compile_code
        CACHE.mkdir(parents=True, exist_ok=True)
        # Whole or not at all, whoever else makes it meanwhile.
        made = kept.with_suffix(f".{os.getpid()}")
        made.write_text(compile_code(source, output_formats=["bytecode"])["bytecode"])
        made.rename(kept)
    return kept.read_text()


def deploy(evm, name, types, values):
    """A contract's address, made by the first account with a transaction of its own."""
    from eth_abi import encode
    from eth_account import Account
    key = evm.accounts[0]["key"]
    owner = Account.from_key(key).address
    signed = Account.sign_transaction({
        "type": 2, "chainId": evm.chain_id, "nonce": int(evm.eth_getTransactionCount(owner), 16),
        "maxPriorityFeePerGas": 10 ** 9, "maxFeePerGas": 10 ** 11, "gas": 5_000_000, "value": 0,
        "data": compiled(name) + encode(types, values).hex()}, key)
    receipt = evm.eth_getTransactionReceipt(
        evm.eth_sendRawTransaction("0x" + bytes(signed.raw_transaction).hex()))
    if receipt["status"] != "0x1":
        raise RuntimeError(f"{name} was not deployed: {receipt}")
    return receipt["contractAddress"]


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip())
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--chain-id", type=int, default=CHAIN_ID)
    parser.add_argument("--accounts", type=int, default=10)
    options = parser.parse_args()
    from evm import EVM
    evm = EVM(options.chain_id, options.accounts)
    oracle = evm.accounts[-1]["address"]
    contracts = {
        "StreamPayment": deploy(evm, "StreamPayment", ["address"], [oracle]),
        "StreamPayment2": deploy(evm, "StreamPayment2", ["address"], [oracle]),
        "Token": deploy(evm, "Token", ["uint256"], [10 ** 27])}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    server.daemon_threads = True
    server.evm, server.turn = evm, threading.Lock()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({
        "url": f"http://127.0.0.1:{server.server_address[1]}", "chainId": options.chain_id,
        "accounts": evm.accounts, "contracts": contracts}), flush=True)
    sys.stdin.read()
    # What waits at a socket is a daemon's thread.
    os._exit(0)


if __name__ == "__main__":
    main()
