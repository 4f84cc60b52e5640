"""A server on loopback that stands for one outside, answers as a test tells it to, and keeps what
it was asked."""

import http.server
import json
import threading


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Who breaks a connection off is what some tests are about."""


class Outsider:
    """Use it with `with`. `answer(method, path, body)` says a status and what follows it: bytes as
    they are, or whatever JSON has; None is silence until the end."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._server = Server(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def paths(self):
        with self._lock:
            return [path for _, path, _ in self.asked]

    def _handler(self):
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with owner._lock:
                    owner.asked.append((self.command, self.path, body))
                said = owner.answer(self.command, self.path, body)
                if said is None:
                    owner._ended.wait()
                    return
                status, content = said
                if not isinstance(content, bytes):
                    content = json.dumps(content).encode()
                self.send_response(status)
                if status in (301, 302, 307):
                    self.send_header("Location", content.decode())
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = handle_one

        return Handler
