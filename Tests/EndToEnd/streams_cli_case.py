"""A node that answers what a test has it answer, and the command line before it."""

import http.server
import json
import pathlib
import shutil
import tempfile
import threading

from command_case import CommandCase

MOST = 2**256 - 1
GLM = "0x" + "ab" * 20
NATIVE = "0x" + "00" * 20
OFF = (400, {"detail": "streaming payments not enabled on this provider",
             "code": "payments-disabled"})


def stream(machine, number, **more):
    """As the node tells of one that pays a wei a second."""
    chain = {"token": GLM, "sender": "0x" + "11" * 20, "recipient": "0x" + "22" * 20,
             "startTime": 1_700_000_000, "stopTime": 1_700_007_200, "ratePerSecond": 10**12,
             "deposit": 72 * 10**14, "withdrawn": 10**15, "halted": False}
    computed = {"now": 1_700_003_600, "remaining_seconds": 3600, "vested_wei": 36 * 10**14,
                "withdrawable_wei": 26 * 10**14}
    status = {"vm_id": machine, "stream_id": str(number), "verified": True, "reason": "ok",
              "state": "good", "since": None, "chain": chain, "computed": computed}
    for part in (chain, computed):
        part.update({name: more.pop(name) for name in list(more) if name in part})
    return status | more


class Canned(http.server.ThreadingHTTPServer):
    """Answers each method and path as `answers` says, and keeps what it was asked."""

    def __init__(self):
        self.answers, self.asked = {}, []
        canned = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                canned.asked.append((self.command, self.path, self.headers.get("Authorization"),
                                     json.loads(body) if body else None))
                status, content = canned.answers.get(
                    (self.command, self.path), (404, {"detail": "no such route", "code": "route"}))
                said = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *_):
                pass
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


class StreamsCase(CommandCase):
    patience = 60

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-streams-"))
        self.addCleanup(shutil.rmtree, self.home)
        self.node = Canned()
        self.addCleanup(self.node.close)
        self.answer("/api/v1/provider/info", {"glm_token_address": GLM.upper().replace("X", "x")})

    def answer(self, path, content, status=200, method="GET"):
        self.node.answers[method, path] = (status, content)

    def surroundings(self):
        return {"HOME": str(self.home), "TZ": "UTC",
                "ORIEN_URL": f"http://127.0.0.1:{self.node.server_port}"}
