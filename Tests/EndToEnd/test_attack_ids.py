"""Attacks on session ids (SID) and arguments (ARG): refused by name, nothing accepted."""

import json

from case import NodeCase, pointers

BAD_SESSIONS = ["../..", ".", "..", "", " ", "x" * 129, "x" * 10240, "a/b", "a\nb", "${HOME}",
                ";rm -rf", "\U0001f600", "a b", "a\u0000", "a%2fb"]


class SessionIds(NodeCase):
    def test_a_session_id_is_refused_by_its_pointer(self):
        before = self.accepted()
        for session in BAD_SESSIONS:
            with self.subTest(session):
                answer = self.execute(session, "echo", {"message": "x"})
                self.refused(answer, 400, pointer="/sessionId")
        self.assertEqual(self.accepted(), before)

    def test_a_session_id_is_a_string_and_nothing_else(self):
        for session in (1, 1.5, [], {}, None, True, ["a"]):
            with self.subTest(session):
                answer = self.execute(session, "echo", {"message": "x"})
                self.refused(answer, 400, pointer="/sessionId")
        missing = self.ask("POST", "/execute", {"toolId": "echo", "args": {"message": "x"}})
        self.refused(missing, 400, pointer="/sessionId")

    def test_a_session_id_in_a_path_is_held_to_the_same_form(self):
        for session in ("..%2f..%2fetc", "%2e%2e", "%2e", "a%2fb", "a%00", "x" * 129, "%20"):
            for method, path in (("DELETE", "workspace"), ("GET", "files"), ("GET", "files/x")):
                with self.subTest(f"{method} {session}/{path}"):
                    self.refused(self.ask(method, f"/sessions/{session}/{path}"), 400, 404)

    def test_a_session_id_that_looks_like_an_option_or_a_dot_file_is_a_name(self):
        for session in ("--help", "-c", ".hidden", "a..b", "A", "a", "x" * 128):
            answer = self.execute(self.session(session), "echo", {"message": "x"}, wait=5)
            self.assertEqual(answer.json["status"], "completed", session)


class Arguments(NodeCase):
    def bad(self, tool, arguments, *expected):
        answer = self.execute("s", tool, arguments)
        body = self.refused(answer, 400)
        for pointer in expected:
            self.assertIn(pointer, pointers(body), answer)

    def test_every_fault_is_named_at_once(self):
        self.bad("echo", {}, "/args/message")
        self.bad("echo", {"message": 1}, "/args/message")
        self.bad("echo", {"message": None}, "/args/message")
        self.bad("echo", {"message": "x", "other": 1}, "/args/other")
        self.bad("echo", {"message": [], "__proto__": 1, "b/~": 2},
                 "/args/message", "/args/__proto__", "/args/b~1~0")
        for arguments in (None, 1, "x", [], True):
            self.bad("echo", arguments, "/args")

    def test_a_script_named_like_an_option_is_a_file(self):
        session = self.session()
        cases = [("python_script", name, b"print('ran')") for name in ("-c", "--version", "-")]
        cases += [("node_script", name, b"console.log('ran')")
                  for name in ("-e1", "--version", "--inspect=0.0.0.0", "-")]
        for tool, name, script in cases:
            with self.subTest(name):
                self.assertIn(self.upload(session, name, script).status, (200, 201))
                record = self.execute(session, tool, {"script": name}, wait=15).json
                self.assertEqual((record["status"], record["output"]), ("completed", "ran\n"))

    def test_an_argument_arrives_byte_for_byte(self):
        session = self.session()
        hostile = ["$(id)", "`id`", "a b", "'\"", "\\n", "\n", "*", "~", "añ€", "-", "--"]
        script = "import sys; print([a.encode().hex() for a in sys.argv[1:]])"
        record = self.python(session, script, args=hostile)
        self.assertEqual(record["output"], f"{[a.encode().hex() for a in hostile]}\n")
        for message in hostile:
            record = self.execute(session, "echo", {"message": message}, wait=5).json
            self.assertEqual(record["output"], message + "\n")

    def test_arguments_too_long_for_a_process_are_refused_before_it_starts(self):
        session = self.session()
        self.upload(session, "m.py", b"")
        for args in (["x" * (128 * 1024 + 1)], ["x"] * 100_000, ["x" * 100_000] * 25):
            answer = self.execute(session, "python_script", {"script": "m.py", "args": args})
            self.refused(answer, 400, 413)
        nul = self.execute(session, "python_script", {"script": "m.py", "args": ["a\u0000b"]})
        self.refused(nul, 400)

    def test_a_number_is_what_json_says_it_is(self):
        for text in ("NaN", "Infinity", "1e400", "-", "01", "+1", ".5", "0x10", "1."):
            body = '{"sessionId":"s","toolId":"echo","args":{"message":%s}}' % text
            self.refused(self.ask("POST", "/execute", body.encode(), {
                "Content-Type": "application/json"}), 400)

    def test_a_member_given_twice_is_refused(self):
        for body in ('{"sessionId":"a","sessionId":"b","toolId":"echo","args":{"message":"x"}}',
                     '{"sessionId":"a","toolId":"echo","args":{"message":"x","message":"y"}}'):
            self.refused(self.ask("POST", "/execute", body.encode(), {
                "Content-Type": "application/json"}), 400)

    def test_members_that_the_request_does_not_have_are_refused(self):
        body = {"sessionId": self.session(), "toolId": "echo", "args": {"message": "x"},
                "admin": True}
        answer = self.ask("POST", "/execute", json.dumps(body).encode(), {
            "Content-Type": "application/json"})
        # The document leaves unknown members open: refused by name, or without effect.
        if answer.status != 202:
            self.refused(answer, 400, pointer="/admin")
