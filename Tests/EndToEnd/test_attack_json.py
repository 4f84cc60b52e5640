"""Attacks on JSON (group JSN): one reading of each text, or none."""

from case import NodeCase, nested

GOOD = b'{"sessionId":"s","toolId":"echo","args":{"message":"x"}}'


def with_message(text):
    return GOOD.replace(b'"x"', text)


class JSONAttacks(NodeCase):
    def refuse(self, *bodies):
        before = self.accepted()
        for body in bodies:
            with self.subTest(body[:60]):
                answer = self.ask("POST", "/execute", body, {"Content-Type": "application/json"})
                self.refused(answer, 400, 413)
        self.assertEqual(self.accepted(), before)

    def test_depth_is_bounded(self):
        self.refuse(nested(100_000).encode(), b'{"a":' * 100_000, with_message(nested(65).encode()))

    def test_what_is_no_json_is_refused(self):
        self.refuse(b"", b" ", b"\n\t", b"x", b"{", b"{]", GOOD + b"x", GOOD + GOOD, b"[]", b"1",
                    b'"s"', b"null", GOOD.replace(b'"}}', b'",}}'), GOOD.replace(b'"', b"'"),
                    b"//c\n" + GOOD, GOOD.replace(b":", b"=", 1), with_message(b'"a\nb"'),
                    with_message(b'"\\x"'), with_message(b'"\\u12"'), with_message(b"tru"))

    def test_text_that_is_no_utf8_is_refused(self):
        self.refuse(
            b"\xef\xbb\xbf" + GOOD, GOOD.decode().encode("utf-16"), GOOD.decode().encode("utf-32"),
            with_message(b'"\xc0\x80"'), with_message(b'"\xed\xa0\x80"'), with_message(b'"\xff"'),
            with_message(b'"\xf4\x90\x80\x80"'), with_message(b'"\xe2\x82"'))

    def test_lone_surrogates_and_nul_are_refused(self):
        self.refuse(with_message(b'"\\ud800"'), with_message(b'"\\udc00\\ud800"'),
                    with_message(b'"\\ud800x"'), GOOD.replace(b'"s"', b'"s\\u0000"'))

    def test_a_pair_of_surrogates_is_a_character(self):
        self.session("s")
        answer = self.ask("POST", "/execute?wait=5", with_message(b'"\\ud83d\\ude00"'),
                          {"Content-Type": "application/json"})
        self.assertEqual(answer.json["output"], "\U0001f600\n")

    def test_long_and_many_keys_cost_time_in_proportion(self):
        self.refuse(b'{"' + b"k" * (1 << 20) + b'":1}',
                    b"{" + b",".join(b'"%d":1' % n for n in range(100_000)) + b"}")

    def test_a_body_cut_anywhere_is_refused_and_hangs_nothing(self):
        head = (b"POST /execute HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: %s\r\n"
                b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n")
        key = self.headers["Authorization"].encode()
        before = self.accepted()
        for length in range(len(GOOD)):
            self.refuse(GOOD[:length])
            cut = self.node.raw(
                head % (self.node.port, key, len(GOOD)), GOOD[:length], half_close=True)
            self.assertTrue(cut == b"" or cut.startswith(b"HTTP/1.1 400"), (length, cut))
        self.assertEqual(self.accepted(), before)

    def test_another_type_of_body_is_refused(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
            answer = self.ask("POST", "/execute", GOOD, {"Content-Type": kind})
            self.refused(answer, 415, 400)
        packed = self.ask("POST", "/execute", GOOD, {
            "Content-Type": "application/json", "Content-Encoding": "gzip"})
        self.refused(packed, 415)
