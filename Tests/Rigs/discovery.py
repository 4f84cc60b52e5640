"""A discovery server of a test's own, in the words of the one that providers and requestors know.

It forgets an advert that is not renewed, answers each address so many requests in a minute, and
keeps what it was asked. `script`, where a test sets one, answers in its stead."""

import http.server
import json
import ssl
import threading
import time
import urllib.parse

ADVERTS = "/api/v1/advertisements"
# A requirement in the query, and what of an advert must reach it.
REQUIREMENTS = ("cpu", "memory", "storage")
ERRORS = {"AUTH_003": (401, "Provider credentials are missing"),
          "AUTH_004": (403, "Not the provider's own"),
          "ADV_001": (400, "The advertisement cannot be created"),
          "ADV_002": (400, "A requirement must be at least 1"),
          "ADV_003": (500, "The advertisements cannot be listed"),
          "ADV_004": (404, "There is no such advertisement"),
          "RATE_001": (429, "Too many requests")}


class Refused(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Who breaks a connection off is what some tests are about."""


class Discovery:
    """Use it with `with`. Times are in seconds."""

    def __init__(self, expiry=300, sweep=60, per_minute=100, port=0, certificate=None):
        self.expiry, self.per_minute = expiry, per_minute
        self.adverts = {}
        self.asked = []
        self.script = None
        self._counts = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._server = Server(("127.0.0.1", port), self._handler())
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._server.serve_forever, daemon=True),
                         threading.Thread(target=self._sweep, args=(sweep,), daemon=True)]

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def start(self):
        for thread in self._threads:
            thread.start()
        return self

    def close(self):
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join()

    def calls(self, method):
        """Of adverts, by their bodies."""
        with self._lock:
            return [one for one in self.asked if one[0] == method and one[1] != "/health"]

    # What it keeps

    def _sweep(self, interval):
        while not self._ended.wait(interval):
            with self._lock:
                self._forget()

    def _forget(self):
        now = time.monotonic()
        self.adverts = {provider: advert for provider, advert in self.adverts.items()
                        if advert["renewed"] + self.expiry > now}

    def _count(self, address):
        minute = int(time.monotonic() / 60)
        count = self._counts.get((address, minute), 0) + 1
        self._counts[(address, minute)] = count
        if count > self.per_minute:
            raise Refused("RATE_001")

    def answer(self, method, target, headers, body, address):
        """The status and what is said."""
        path, _, query = target.partition("?")
        if path == "/health":
            return 200, {"status": "ok"}
        with self._lock:
            try:
                self._count(address)
                self._forget()
                if path == ADVERTS and method == "POST":
                    return 200, self._publish(headers, body)
                if path == ADVERTS and method == "GET":
                    return 200, self._list(query)
                if path.startswith(ADVERTS + "/") and method in ("GET", "DELETE"):
                    provider = urllib.parse.unquote(path[len(ADVERTS) + 1:])
                    return 200, self._one(method, provider, headers)
            except Refused as refused:
                status, message = ERRORS[refused.code]
                return status, {"error": {"code": refused.code, "message": message}}
        return 404, {"detail": "Not Found"}

    @staticmethod
    def _credentials(headers):
        provider = headers.get("X-Provider-ID")
        if not provider or not headers.get("X-Provider-Signature"):
            raise Refused("AUTH_003")
        return provider

    def _publish(self, headers, body):
        provider = self._credentials(headers)
        try:
            advert = json.loads(body)
            resources = {name: int(advert["resources"][name]) for name in REQUIREMENTS}
            assert len(advert["country"]) == 2 and advert["ip_address"] and advert["pricing"]
        except (ValueError, KeyError, TypeError, AssertionError) as error:
            raise Refused("ADV_001") from error
        self.adverts[provider] = advert | {
            "provider_id": provider, "resources": resources, "renewed": time.monotonic()}
        return self.adverts[provider]

    def _list(self, query):
        wanted = dict(urllib.parse.parse_qsl(query))
        try:
            least = {name: int(wanted[name]) for name in REQUIREMENTS if name in wanted}
        except ValueError as error:
            raise Refused("ADV_002") from error
        if any(value < 1 for value in least.values()):
            raise Refused("ADV_002")
        return [advert for advert in self.adverts.values()
                if all(advert["resources"][name] >= value for name, value in least.items())
                and all(wanted.get(name, advert.get(name)) == advert.get(name)
                        for name in ("country", "platform"))]

    def _one(self, method, provider, headers):
        if method == "DELETE" and self._credentials(headers) != provider:
            raise Refused("AUTH_004")
        if provider not in self.adverts:
            raise Refused("ADV_004")
        if method == "DELETE":
            return self.adverts.pop(provider)
        return self.adverts[provider]

    # The wire

    def _handler(self):
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with owner._lock:
                    owner.asked.append((self.command, self.path, dict(self.headers), body))
                if owner.script:
                    return owner.script(self)
                status, said = owner.answer(self.command, self.path, self.headers, body,
                                            self.client_address[0])
                return self.say(status, json.dumps(said).encode())

            do_GET = do_POST = do_DELETE = handle_one

            def say(self, status, content, **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        return Handler
