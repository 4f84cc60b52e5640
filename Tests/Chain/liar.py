"""A proxy before a chain that says what it is told to, and what it can be told."""

import http.client
import http.server
import json
import sys
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(json.loads(body))
        lie = self.server.lie
        status, answer = lie(body, self.server.forward) if lie else (200, self.server.forward(body))
        if answer is None:
            # Neither an answer nor an end: who asks has to give up.
            self.server.released.wait(30)
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Location", self.server.chain.url)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        """A client that hangs up on a liar is what is wanted; nothing else is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, address)


class Liar:
    """A proxy that says what `lie(body, forward)` makes of a request: a status and a body."""

    def __init__(self, chain):
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.chain, self.server.lie, self.server.asked = chain, None, []
        self.server.forward = self.forward
        self.server.released = threading.Event()
        self.chain = chain
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/a-key-of-somebody's"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.released.set()
        self.server.shutdown()
        self.server.server_close()

    def tell(self, lie):
        self.server.lie = lie
        self.server.asked.clear()

    def forward(self, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.chain.port, timeout=30)
        try:
            connection.request("POST", "/", body)
            return connection.getresponse().read()
        finally:
            connection.close()


def changed(change):
    """A lie that changes each answer of a batch; `change(method, answer)` may return another."""
    def lie(body, forward):
        methods = {call["id"]: call["method"] for call in json.loads(body)}
        answers = json.loads(forward(body))
        return 200, json.dumps([change(methods[one["id"]], one) or one for one in answers]).encode()
    return lie


def result(method, value):
    """A lie that gives `method` another result."""
    return changed(lambda asked, one: one | {"result": value} if asked == method else None)


def member(method, name, value):
    return changed(lambda asked, one: one | {"result": one["result"] | {name: value}}
                   if asked == method else None)


def error(code, **members):
    said = {"code": code, "message": "no"} | members
    return changed(lambda asked, one: {"jsonrpc": "2.0", "id": one["id"], "error": said}
                   if asked != "eth_chainId" else None)


def whole(change):
    """A lie about the batch as a whole."""
    return lambda body, forward: (200, json.dumps(change(json.loads(forward(body)))).encode())
