"""Attacks on HTTP (group HTP), byte by byte: refused and closed, with one meaning for each."""

import re

from case import NodeCase

STATUS = re.compile(rb"(?:^|\r\n|})HTTP/1\.1 (\d{3}) ")
BODY = b'{"sessionId":"s","toolId":"echo","args":{"message":"x"}}'


class HTTPAttacks(NodeCase):
    def send(self, request, *headers, body=b"", host=True):
        """The statuses of all answers to bytes sent as they are."""
        lines = [request]
        if host:
            lines.append(b"Host: 127.0.0.1:%d" % self.node.port)
            lines.append(b"Authorization: " + self.headers["Authorization"].encode())
        received = self.node.raw(b"\r\n".join([*lines, *headers]) + b"\r\n\r\n" + body,
                                 half_close=True)
        return [int(status) for status in STATUS.findall(received)], received

    def refuses(self, statuses, request, *headers, **options):
        before = self.accepted()
        found, received = self.send(request, *headers, **options)
        self.assertEqual(len(found), 1, (request, headers, received[:500]))
        self.assertIn(found[0], statuses, (request, headers))
        self.assertEqual(self.accepted(), before)

    def test_a_length_said_twice_or_in_two_ways_is_refused(self):
        chunked = b"0\r\n\r\n"
        length = b"Content-Length: %d" % len(BODY)
        for headers, body in [
            ([length, b"Transfer-Encoding: chunked"], chunked),
            ([b"Transfer-Encoding: chunked", length], chunked),
            ([b"Transfer-Encoding: xchunked"], chunked),
            ([b"Transfer-Encoding: chunked, identity"], chunked),
            ([b"Transfer-Encoding: identity"], chunked),
            ([b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"], chunked),
            ([b"Transfer-Encoding:\x0bchunked"], chunked),
            ([b"Transfer-Encoding : chunked"], chunked),
            ([b"X: y\r\n Transfer-Encoding: chunked"], chunked),
            ([length, length], BODY), ([length, b"Content-Length: 1"], BODY),
            ([b"Content-Length: +5"], BODY), ([b"Content-Length: -1"], BODY),
            ([b"Content-Length: 0x5"], BODY), ([b"Content-Length: 5,5"], BODY),
            ([b"Content-Length: 18446744073709551616"], BODY), ([b"Content-Length: "], BODY),
            ([b"Content-Length: 5 5"], BODY),
        ]:
            with self.subTest(headers):
                self.refuses((400, 413, 501), b"POST /execute HTTP/1.1",
                             b"Content-Type: application/json", *headers, body=body)

    def test_a_chunk_that_is_none_is_refused(self):
        whole = b"%x\r\n" % len(BODY) + BODY
        for body in (b"ffffffffffffffffff\r\nx", b"-1\r\nx", b"0x5\r\nx", b"5 \r\nabcde\r\n",
                     b"g\r\n", whole + b"\n0\r\n\r\n", whole + b"\r\n0\n\n", b"\r\n",
                     b"5;" + b"e" * (1 << 20) + b"\r\nx", whole + b"xx0\r\n\r\n"):
            with self.subTest(body[:40]):
                self.refuses((400, 413, 431), b"POST /execute HTTP/1.1",
                             b"Content-Type: application/json", b"Transfer-Encoding: chunked",
                             body=body)

    def test_a_chunked_body_is_a_body(self):
        self.session("s")
        body = b"".join(b"1\r\n" + BODY[n:n + 1] + b"\r\n" for n in range(len(BODY)))
        found, _ = self.send(b"POST /execute HTTP/1.1", b"Content-Type: application/json",
                             b"Transfer-Encoding: Chunked", body=body + b"0\r\n\r\n")
        self.assertEqual(found, [202])

    def test_too_long_is_refused_by_its_name(self):
        self.refuses((414, 400), b"GET /" + b"x" * 65536 + b" HTTP/1.1")
        self.refuses((431,), b"GET /health HTTP/1.1", b"X: " + b"x" * (1 << 20))
        self.refuses((431,), b"GET /health HTTP/1.1", *[b"X: y"] * 10_000)
        self.refuses((400, 501), b"X" * 1000 + b" / HTTP/1.1")
        self.refuses((413,), b"POST /execute HTTP/1.1", b"Content-Type: application/json",
                     b"Content-Length: 1099511627776")

    def test_a_target_has_one_form(self):
        here = b"127.0.0.1:%d" % self.node.port
        self.assertEqual(self.send(b"GET http://%s/health HTTP/1.1" % here)[0], [200])
        self.refuses((400, 421), b"GET http://evil.example/health HTTP/1.1")
        self.refuses((400, 404, 405, 501), b"GET * HTTP/1.1")
        self.refuses((400, 405, 501), b"CONNECT 127.0.0.1:80 HTTP/1.1")
        self.refuses((405, 501), b"TRACE /health HTTP/1.1")
        self.refuses((400, 405, 501), b"get /health HTTP/1.1")
        self.refuses((400,), b"GET health HTTP/1.1")

    def test_a_path_is_read_once(self):
        for path in (b"//health", b"/./health", b"/x/../health", b"/%2e%2e/health", b"/health%00",
                     b"/health%", b"/health%zz", b"/health;jsessionid=1", b"/%68ealth%2f",
                     b"/%c0%afhealth", b"/health/", b"/%252e%252e/health", b"/health#x",
                     b"/he\xffalth"):
            with self.subTest(path):
                self.refuses((400, 404), b"GET " + path + b" HTTP/1.1")

    def test_the_host_is_ours_and_said_once(self):
        here = b"Host: 127.0.0.1:%d" % self.node.port
        self.refuses((400,), b"GET /health HTTP/1.1", host=False)
        self.refuses((400,), b"GET /health HTTP/1.1", here)
        for host in (b"evil.example", b"a@127.0.0.1", b"", b"127.0.0.1 x",
                     b"127.0.0.1.evil.example"):
            with self.subTest(host):
                self.refuses((400, 403, 421), b"GET /health HTTP/1.1", b"Host: " + host, host=False)

    def test_a_page_of_another_origin_may_not_call(self):
        for origin in (b"http://evil.example", b"null"):
            self.refuses((403,), b"POST /execute HTTP/1.1", b"Origin: " + origin,
                         b"Content-Type: application/json", b"Content-Length: %d" % len(BODY),
                         body=BODY)

    def test_other_versions_and_protocols_are_refused(self):
        self.assertEqual(self.send(b"GET /health HTTP/1.0", host=False)[0][:1], [200])
        for request in (b"GET /health", b"GET /health HTTP/9.9", b"GET /health HTTP/2.0",
                        b"PRI * HTTP/2.0", b"GET  /health HTTP/1.1", b"GET /health HTTP/1.1 x",
                        b"GET\t/health HTTP/1.1", b" GET /health HTTP/1.1"):
            with self.subTest(request):
                self.refuses((400, 505), request)
        hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200)
        self.assertIn(self.node.raw(hello, half_close=True)[:12], (b"", b"HTTP/1.1 400"))

    def test_lines_end_as_they_must(self):
        port = self.node.port
        for raw in (b"GET /health HTTP/1.1\nHost: 127.0.0.1:%d\n\n" % port,
                    b"GET /health HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nA: b\rc\r\n\r\n" % port,
                    b"GET /health HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nA: b\0c\r\n\r\n" % port,
                    b"GET /health HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n: b\r\n\r\n" % port,
                    b"GET /health HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nnocolon\r\n\r\n" % port,
                    b"GET /health HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nA b: c\r\n\r\n" % port):
            with self.subTest(raw):
                self.assertEqual(self.node.raw(raw, half_close=True)[:12], b"HTTP/1.1 400")

    def test_no_header_changes_the_method(self):
        self.assertEqual(self.send(b"GET /health HTTP/1.1", b"X-HTTP-Method-Override: DELETE")[0],
                         [200])

    def test_an_expectation_is_met_or_refused(self):
        self.session("s")
        self.refuses((417,), b"POST /execute HTTP/1.1", b"Expect: 200-ok",
                     b"Content-Length: %d" % len(BODY), body=BODY)
        with self.node.connect() as stream:
            stream.sendall(b"POST /execute HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: %s\r\n"
                           b"Content-Type: application/json\r\nExpect: 100-continue\r\n"
                           b"Content-Length: %d\r\n\r\n" % (
                               self.node.port, self.headers["Authorization"].encode(), len(BODY)))
            self.assertTrue(stream.recv(100).startswith(b"HTTP/1.1 100 "))
            stream.sendall(BODY)
            self.assertTrue(stream.recv(4096).startswith(b"HTTP/1.1 202 "))

    def test_requests_sent_together_are_answered_in_order(self):
        one = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % self.node.port
        other = one.replace(b"/health", b"/nothing").replace(
            b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        received = self.node.raw(one * 20 + other)
        self.assertEqual(received.count(b"HTTP/1.1 200"), 20)
        self.assertEqual(received.rsplit(b"HTTP/1.1 ", 1)[1][:3], b"404")

    def test_a_key_is_asked_for(self):
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"},
                        {"Authorization": "Bearer"}, {"Authorization": "Bearer \u00ff"}):
            answer = self.node.ask("GET", "/tools", headers=headers)
            self.refused(answer, 401)
            self.assertIn("Bearer", answer.headers["WWW-Authenticate"])
