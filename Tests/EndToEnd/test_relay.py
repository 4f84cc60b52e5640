"""What the port checker passes on to providers: for whom, to whom, and what of it."""

import contextlib
import http.client
import http.server
import json
import os
import subprocess
import threading
import time
import unittest

from discovery import Discovery
from internet import LOOPBACK, OWN, PORT, PRIVATE, PUBLIC, Internet
from machines_case import PortChecker
from node import BINARIES, until
from ports import free_port

TOKEN = "let-me-through"
WHOM = "/proxy/provider/one"


class Provider:
    """A provider's server, which answers as `script` says and keeps what it was asked."""

    def __init__(self):
        self.asked = []
        self.script = lambda request: request.say(200, b"hello")
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                owner.asked.append((self.command, self.path, dict(self.headers), body))
                owner.script(self)

            do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET

            def say(self, status, content, **fields):
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def advert(address):
    return {"ip_address": address, "renewed": time.monotonic()}


class RelayCase(unittest.TestCase):
    def begin(self, **settings):
        self.discovery = self.enterContext(Discovery(per_minute=10_000))
        self.checker = self.enterContext(PortChecker(**{
            "DISCOVERY_URL": self.discovery.url, "PORT_CHECKER_RELAY_TOKEN": TOKEN} | settings))

    def ask(self, path, method="GET", body=None, token=TOKEN, **fields):
        """The status, the fields, and the body, which is read where it is JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.checker.port, timeout=60)
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        with contextlib.closing(connection):
            connection.request(
                method, path, body, headers | ({"X-Proxy-Token": token} if token else {}))
            answer = connection.getresponse()
            text = answer.read()
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.status, answer.headers, json.loads(text) if is_json else text

    def refused(self, path, **options):
        status, _, said = self.ask(path, **options)
        return status, said["code"]


class Relayed(RelayCase):
    def setUp(self):
        self.provider = Provider()
        self.addCleanup(self.provider.close)
        self.begin(PORT_CHECKER_ALLOW="127.0.0.0/8")
        self.discovery.adverts["one"] = advert("127.0.0.1")

    def to(self, path="", port=None):
        return f"{WHOM}{path}{'&' if '?' in path else '?'}port={port or self.provider.port}"

    def test_a_request_and_its_answer_are_passed_on(self):
        self.provider.script = lambda request: request.say(
            201, b'{"id":"vm"}', Content_Type="application/json", Location="/api/v1/vms/vm")
        status, fields, said = self.ask(
            self.to("/api/v1/vms/a%20b?async=true&x=%26"), "POST", b'{"name":"vm"}',
            Authorization="Bearer of-the-provider", Content_Type="application/json")
        self.assertEqual((status, said, fields["Location"]),
                         (201, {"id": "vm"}, "/api/v1/vms/vm"))
        ((method, path, sent, body),) = self.provider.asked
        self.assertEqual((method, path, body),
                         ("POST", "/api/v1/vms/a%20b?async=true&x=%26", b'{"name":"vm"}'))
        self.assertEqual(sent["Authorization"], "Bearer of-the-provider")
        self.assertEqual(sent["Host"], f"127.0.0.1:{self.provider.port}")
        self.assertEqual((sent["Via"], sent["X-Forwarded-For"]),
                         ("1.1 orien-port-check", "127.0.0.1"))

    def test_each_method_and_status_is(self):
        self.provider.script = lambda request: request.say(404, b"no")
        methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
        for method in methods:
            self.assertEqual(self.ask(self.to("/x"), method)[::2],
                             (404, b"" if method == "HEAD" else b"no"), method)
        self.assertEqual([method for method, *_ in self.provider.asked], methods)
        self.assertEqual(self.refused(self.to("/x"), method="OPTIONS"),
                         (405, "method-not-allowed"))

    def test_nothing_of_one_provider_tells_on_another(self):
        self.provider.script = lambda request: request.say(
            200, b"<script>", Content_Type="text/html", Set_Cookie="a=b", Clear_Site_Data='"*"',
            Content_Security_Policy="default-src *", Access_Control_Allow_Origin="*",
            Connection="X-Mine", X_Mine="1")
        _, fields, said = self.ask(
            self.to(), Cookie="a=b", Origin="http://127.0.0.1:" + str(self.checker.port),
            X_Proxy_Source="discovery", Connection="X-Hop", X_Hop="1", X_Real_IP="9.9.9.9",
            X_Forwarded_For="9.9.9.9")
        self.assertEqual(said, b"<script>")
        self.assertEqual(fields.get_all("Content-Security-Policy"),
                         ["sandbox; default-src 'none'"])
        for name in ("Set-Cookie", "Clear-Site-Data", "Access-Control-Allow-Origin", "X-Mine"):
            self.assertNotIn(name, fields)
        sent = self.provider.asked[0][2]
        self.assertEqual(sent["X-Forwarded-For"], "127.0.0.1")
        for name in ("Cookie", "Origin", "X-Hop", "X-Real-IP", "X-Proxy-Token",
                     "X-Proxy-Source"):
            self.assertNotIn(name, sent)

    def test_who_has_not_the_token_is_told_so_and_nobody_is_asked(self):
        for token in (None, "", "let-me-throug", "let-me-through-"):
            self.assertEqual(self.refused(self.to(), token=token), (403, "wrong-token"))
        self.assertEqual((self.provider.asked, self.discovery.asked), ([], []))

    def test_what_is_wrong_in_a_request_is_told(self):
        for port in ("0", "65536", "x", "+80", f"{self.provider.port}&port=1"):
            self.assertEqual(self.refused(self.to(port=port)), (400, "bad-port"), port)
        for port in (22, 81, 1023):
            self.assertEqual(self.refused(self.to(port=port)), (403, "port-not-allowed"))
        self.assertEqual(self.refused(self.to(), X_Proxy_Source="x"), (400, "bad-source"))
        self.assertEqual(self.refused(self.to(), X_Proxy_Source="golem-base"),
                         (501, "no-golem-base"))
        for provider in ("", "x" * 129):
            self.assertEqual(self.refused(f"/proxy/provider/{provider}"), (400, "bad-provider"))
        self.assertEqual(self.refused(self.to(), method="POST", body=b"x" * ((2 << 20) + 1))[0],
                         413)
        self.assertEqual(self.provider.asked, [])

    def test_what_cannot_be_had_is_told(self):
        self.assertEqual(self.refused("/proxy/provider/two/x"), (404, "unknown-provider"))
        self.assertEqual(self.refused(self.to(port=free_port())), (502, "no-connection"))
        self.provider.script = lambda request: request.wfile.write(b"hello\r\n\r\n")
        self.assertEqual(self.refused(self.to())[0], 502)
        self.provider.script = lambda request: request.say(200, b"x" * ((2 << 20) + 1))
        self.assertEqual(self.refused(self.to()), (502, "answer-too-large"))
        self.discovery.adverts["named"] = advert("provider.example")
        self.assertEqual(self.refused("/proxy/provider/named/"), (502, "no-address"))
        self.discovery.script = lambda request: request.say(500, b"")
        self.assertEqual(self.refused("/proxy/provider/three/"), (502, "discovery-refused"))

    def test_where_a_provider_is_is_asked_once_in_a_while_and_again_when_it_is_not_there(self):
        for _ in range(3):
            self.assertEqual(self.ask(self.to())[0], 200)
        self.assertEqual(len(self.discovery.asked), 1)
        self.assertEqual(self.ask(self.to(port=free_port()))[0], 502)
        self.assertEqual(self.ask(self.to())[0], 200)
        self.assertEqual(len(self.discovery.asked), 2)

    def test_more_at_once_than_may_be_are_told_so_and_nothing_is_left(self):
        held = threading.Event()
        arrived = threading.Semaphore(0)

        def hold(request):
            arrived.release()
            held.wait(30)
            request.say(200, b"")

        self.provider.script = hold
        found = []
        crowd = [threading.Thread(target=lambda: found.append(self.ask(self.to())[0]))
                 for _ in range(16)]
        for one in crowd:
            one.start()
        for _ in crowd:
            self.assertTrue(arrived.acquire(timeout=30))
        self.assertEqual(self.refused(self.to()), (503, "busy"))
        # Others are served meanwhile.
        self.assertEqual(self.checker.ask([])[0], 200)
        held.set()
        for one in crowd:
            one.join()
        self.assertEqual(found, [200] * 16)
        self.provider.script = lambda request: request.say(200, b"", Connection="close")
        for _ in range(40):
            self.assertEqual(self.ask(self.to())[0], 200)


class Whom(RelayCase):
    def test_only_what_is_public_is_asked_and_never_the_machine_itself(self):
        self.enterContext(Internet())
        self.begin()
        every = [*PUBLIC, *PRIVATE, *LOOPBACK, *OWN]
        for place, address in enumerate(every):
            self.discovery.adverts[str(place)] = advert(address)
        found = {address: self.refused(f"/proxy/provider/{place}/?port={PORT}")
                 for place, address in enumerate(every)}
        # They say hello in no words of HTTP: they were reached.
        self.assertEqual({found[one][0] for one in PUBLIC}, {502})
        self.assertNotIn("no-connection", {found[one][1] for one in PUBLIC})
        self.assertEqual({found[one] for one in [*PRIVATE, *LOOPBACK]}, {(403, "not-public")})
        self.assertEqual({found[one] for one in OWN}, {(403, "own-address")})

    def test_nothing_is_passed_on_where_its_operator_has_not_said_so(self):
        with PortChecker() as self.checker:
            self.assertEqual(self.refused(WHOM), (501, "no-relay"))

    def test_without_a_discovery_server_it_does_not_start(self):
        done = subprocess.run(
            [BINARIES / "orien", "port-check", "serve"], capture_output=True, text=True,
            timeout=20, env={"PATH": os.environ["PATH"], "HOME": "/nonexistent",
                             "PORT_CHECKER_PORT": "0", "PORT_CHECKER_RELAY_TOKEN": TOKEN})
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("DISCOVERY_URL", done.stderr)

    def test_who_asks_too_often_is_told_when_to_come_again(self):
        self.begin(PORT_CHECKER_RELAY_RATE_LIMIT_PER_MINUTE="3")
        found = [self.ask(WHOM, token="guess")[0] for _ in range(4)]
        self.assertEqual(found, [403, 403, 403, 429])

    def test_it_ends_though_a_provider_says_nothing(self):
        self.begin(PORT_CHECKER_ALLOW="127.0.0.0/8")
        held = threading.Event()
        provider = Provider()
        self.addCleanup(provider.close)
        self.addCleanup(held.set)
        provider.script = lambda request: held.wait(30)
        self.discovery.adverts["one"] = advert("127.0.0.1")

        def ask():
            with contextlib.suppress(http.client.RemoteDisconnected):
                self.ask(f"{WHOM}?port={provider.port}")

        asking = threading.Thread(target=ask)
        asking.start()
        until(lambda: provider.asked, 20, "nothing is passed on")
        # The first time it waits for who has asked.
        self.checker.process.terminate()
        self.assertTrue(any("ending" in line for line in self.checker.process.stderr))
        self.checker.process.terminate()
        self.assertEqual(self.checker.process.wait(20), 0)
        asking.join(20)


if __name__ == "__main__":
    unittest.main()
