"""A chain that says the same of every stream, so that what asking costs is the asker's:

    canned.py PORT RECIPIENT

GET / tells how many requests have come.
"""

import http.server
import json
import sys
import time

NOW = int(time.time())
WORD = "{:064x}".format
HASH = "0x" + "ab" * 32
BLOCK = {
    "number": "0x64", "hash": HASH, "parentHash": HASH, "timestamp": hex(NOW), "gasLimit": "0x1",
    "gasUsed": "0x0", "baseFeePerGas": "0x1", "difficulty": "0x0", "totalDifficulty": "0x0",
    "extraData": "0x", "logsBloom": "0x" + "00" * 256, "miner": "0x" + "00" * 20,
    "mixHash": HASH, "nonce": "0x0000000000000000", "receiptsRoot": HASH, "sha3Uncles": HASH,
    "size": "0x1", "stateRoot": HASH, "transactionsRoot": HASH, "transactions": [], "uncles": []}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    count = 0
    stream = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.say(json.dumps(Handler.count).encode())

    def do_POST(self):
        Handler.count += 1
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.say(json.dumps([one(call) for call in asked] if isinstance(asked, list)
                            else one(asked)).encode())

    def say(self, body):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        self.wfile.write(head.encode() + b"\r\n\r\n" + body)


def one(call):
    answer = {"jsonrpc": "2.0", "id": call["id"]}
    method = call["method"]
    if method == "eth_call":
        if call["params"][0]["data"].startswith("0x64d60d91"):
            return answer | {"result": Handler.stream}
        return answer | {"error": {"code": 3, "message": "execution reverted"}}
    return answer | {"result": {
        "eth_chainId": "0x7a69", "eth_getCode": "0x00", "eth_getBlockByNumber": BLOCK}[method]}


def main():
    port, recipient = int(sys.argv[1]), int(sys.argv[2], 16)
    fields = [0, 0x11, recipient, NOW - 100, NOW + 10 ** 6, 10 ** 12, 10 ** 20, 10 ** 13, 0]
    Handler.stream = "0x" + "".join(map(WORD, fields))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main()
