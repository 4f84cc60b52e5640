"""Code in, result and artifacts out: the dialect of `/run`, and what it leaves, the same whatever
runs it. Who mixes it in has a node, and says what runs code there."""

import base64
import contextlib
import http.client
import json
import os
import socket
import threading

from case import KEY
from node import until

AUREA = {"Accept": "application/vnd.aurea+json"}
LANGUAGES = "sorted:main.list:sort -r,awkward:main.awk:awk -f"


class SandboxSuite:
    """`backend` is what the answers name, `facts` what receipts do beside it."""

    backend = None
    facts = set()
    runs = 100
    # A container's program is its process 1, which nothing within it kills.
    kills_itself = True

    def run_code(self, code, status=200, timeout_seconds=60, **members):
        answer = self.ask("POST", "/run", {"code": code} | members, timeout=timeout_seconds)
        self.assertEqual(answer.status, status, answer)
        return answer.json

    def faults(self, **body):
        answer = self.ask("POST", "/run", body)
        self.assertEqual(answer.status, 422, answer)
        return [(fault["loc"], fault["type"], fault["msg"]) for fault in answer.json["detail"]]

    def left(self):
        """Workspaces that are somebody's: the steward has others mounted ahead, elsewhere."""
        return [name for name in os.listdir(self.node.state / "workspaces") if name != ".images"]

    # What comes back

    def test_each_language_says_hello(self):
        for language, code in (("python", "print('hello')"), ("javascript", "console.log('hello')"),
                               ("node", "console.log('hello')"), ("bash", "echo hello"),
                               ("shell", "echo hello"), ("Python", "print('hello')"),
                               ("cobol", "hello\n"), ("sorted", "hello\n"),
                               ("awkward", "BEGIN { print \"hello\" }")):
            result = self.run_code(code, language=language)
            self.assertEqual(result["stdout"], "hello\n", (language, result))
            self.assertTrue(result["success"])
            self.assertEqual(result["exit_code"], 0)
            self.assertFalse(result["timed_out"])
            self.assertEqual(result["artifacts"], {})
            self.assertEqual(result["timeout"], 30)
            self.assertEqual(result["sandbox"], self.backend)
            self.assertEqual(len(result["run_id"]), 36)

    def test_the_answer_and_the_receipt_say_what_ran(self):
        answer = self.ask("POST", "/run", {"code": "print(1)"})
        self.assertEqual(answer.headers["X-Sandbox"], self.backend)
        receipt = self.get(f"/executions/{answer.json['execution_id']}/receipt").json
        facts = json.loads(receipt["record"])["facts"]
        self.assertEqual((facts["sandbox"], facts.keys() - {"sandbox"}),
                         (self.backend, self.facts))

    def test_health_in_the_dialect(self):
        body = self.ask("GET", "/health", headers=AUREA).json
        version = body.pop("docker_version")
        self.assertEqual(body, {"status": "healthy", "sandbox_available": True})
        self.assertEqual(version is not None, self.backend == "docker", version)
        self.assertEqual(self.get("/health").json["status"], "ok")

    def test_what_fails_says_how(self):
        result = self.run_code("import sys; print('no', file=sys.stderr); sys.exit(3)")
        self.assertEqual((result["success"], result["exit_code"]), (False, 3))
        self.assertEqual(result["stderr"], "no\n")
        if self.kills_itself:
            result = self.run_code("import os; os.kill(os.getpid(), 9)")
            self.assertEqual((result["success"], result["exit_code"]), (False, 137))
        result = self.run_code("x = bytearray(1 << 30)\nfor i in range(0, 1 << 30, 4096): x[i] = 1")
        self.assertFalse(result["success"])

    def test_its_time_is_over(self):
        result = self.run_code("import time; print('up', flush=True); time.sleep(60)", timeout=5)
        self.assertEqual((result["exit_code"], result["timed_out"]), (-1, True))
        self.assertEqual(result["stdout"], "up\n")
        self.assertLess(result["execution_time"], 10)

    def test_files_lie_beside_the_code(self):
        result = self.run_code("import helper; print(helper.x, open('data').read())",
                               files={"helper.py": "x = 7", "data": "ü"})
        self.assertEqual(result["stdout"], "7 ü\n", result)

    def test_code_of_ten_megabytes_runs(self):
        result = self.run_code("#" * (10 << 20) + "\nprint('long')")
        self.assertEqual(result["stdout"], "long\n")

    def test_a_body_beyond_its_bound_is_refused(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.node.port, timeout=20)
        self.addCleanup(connection.close)
        # By its length alone: who is refused has sent nothing yet.
        connection.request("POST", "/run", None, self.headers | {
            "Content-Type": "application/json", "Content-Length": str(33 << 20)})
        self.assertEqual(connection.getresponse().status, 413)

    # What it may do

    def test_nobody_mounts_it_anew(self):
        result = self.run_code(
            "import ctypes, os\nc = ctypes.CDLL(None, use_errno=True)\n"
            "flags = 32 | 4096\n"
            "print(c.mount(None, b'/workspace', None, flags, None), "
            "os.access('/workspace', os.W_OK))")
        self.assertEqual(result["stdout"], "-1 False\n", result)

    def test_there_is_no_network(self):
        result = self.run_code(
            "import socket\ntry: socket.create_connection(('127.0.0.1', %d), 2)\n"
            "except OSError as e: print(type(e).__name__)" % self.node.port)
        self.assertNotEqual(result["stdout"], "", result)

    # What it leaves

    def test_none_are_taken_where_none_are_wanted(self):
        result = self.run_code("open('new', 'w')", readonly=False, capture_artifacts=False)
        self.assertEqual(result["artifacts"], {})
        record = self.get(f"/executions/{result['execution_id']}").json
        self.assertNotIn("artifacts", record)

    # What is refused

    def test_a_body_is_checked_as_the_dialect_does(self):
        self.assertEqual(self.faults(), [(["body", "code"], "missing", "Field required")])
        self.assertEqual(self.faults(code=1)[0][:2], (["body", "code"], "string_type"))
        for timeout, kind in ((0, "greater_than_equal"), (301, "less_than_equal"),
                              (1.5, "int_type"), ("x", "int_type")):
            self.assertEqual(self.faults(code="", timeout=timeout)[0][:2],
                             (["body", "timeout"], kind))
        self.assertEqual(self.faults(code="", readonly="x")[0][0], ["body", "readonly"])
        self.assertEqual(self.faults(code="", files=["a"])[0][:2], (["body", "files"], "dict_type"))
        self.assertEqual(len(self.faults(language=1, timeout=0, files={"/": ""})), 4)
        answer = self.ask("POST", "/run", b"{")
        self.assertEqual((answer.status, answer.json["detail"][0]["type"]), (422, "json_invalid"))
        for body in ([], "x", None):
            self.assertEqual(self.ask("POST", "/run", body or b"null").status, 422)

    def test_names_of_files_lead_nowhere(self):
        before = self.accepted()
        for name in ("../x", "/etc/x", "a/b", "a\\b", ".hidden", "", ".", "..", "x" * 256,
                     "a\nb"):
            place, kind, message = self.faults(code="", files={name: ""})[0]
            self.assertEqual((place, kind), (["body", "files", name], "value_error"))
            self.assertEqual(message, f"Invalid filename: {name}. Path separators not allowed.")
        for language, name in (("python", "main.py"), ("node", "main.js"), ("bash", "main.sh"),
                               ("none", "main.txt"), ("sorted", "main.list")):
            self.assertEqual(
                self.faults(code="", language=language, files={name: ""})[0][0],
                ["body", "files", name])
        self.assertEqual(self.accepted(), before)

    # What is left

    def test_nothing_is_left_of_many_runs(self):
        before = self.left()
        for number in range(self.runs):
            self.assertEqual(self.run_code(f"print({number})")["stdout"], f"{number}\n")
        until(lambda: len(self.left()) <= len(before), 20, "workspaces are left")

    def test_a_client_that_goes_away_leaves_nothing(self):
        before, accepted = self.left(), self.accepted()
        body = b'{"code":"import time; time.sleep(1)","readonly":false}'
        with socket.create_connection(("127.0.0.1", self.node.port)) as client:
            client.sendall(b"POST /run HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                           + KEY.encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            until(lambda: self.accepted() > accepted, 10, "it is not accepted")
        listed = self.get("/executions?limit=1").json["executions"][0]
        self.assertEqual(self.final(listed["executionId"])["status"], "completed")
        until(lambda: len(self.left()) <= len(before), 20, "its workspace is left")

    def test_a_session_that_is_removed_meanwhile(self):
        self.run_code("print(1)")
        accepted = self.accepted()
        done = []
        thread = threading.Thread(target=lambda: done.append(self.ask(
            "POST", "/run", {"code": "import time; time.sleep(30)"}, timeout=60)))
        thread.start()
        until(lambda: self.accepted() > accepted, 10, "it is not accepted")
        listed = self.get("/executions?limit=1").json["executions"][0]
        self.ask("DELETE", f"/sessions/{listed['sessionId']}/workspace?force=1")
        thread.join()
        self.assertEqual(done[0].status, 500, done[0])
        self.assertTrue(done[0].json["detail"].startswith("Execution failed: "))

    def test_a_node_that_dies_keeps_no_session_of_a_run(self):
        node, before, accepted = self.node, self.left(), self.accepted()
        kept = self.session()
        self.upload(kept, "file", b"kept")

        def run():
            with contextlib.suppress(OSError, http.client.HTTPException):
                self.ask("POST", "/run", {"code": "import time; time.sleep(600)"}, timeout=60)
        client = threading.Thread(target=run)
        client.start()
        until(lambda: self.accepted() > accepted, 10, "it is not accepted")
        listed = self.get("/executions?limit=1").json["executions"][0]
        until(lambda: self.get(f"/executions/{listed['executionId']}").json["status"] == "running",
              20, "it does not run")
        node.kill()
        client.join()
        node.start()
        self.assertEqual(self.get(f"/executions/{listed['executionId']}").json["status"], "lost")
        self.assertLessEqual(len(self.left()), len(before) + 1)
        self.assertEqual(self.get(f"/sessions/{kept}/files/file").body, b"kept")
        self.assertEqual(self.run_code("print(1)")["stdout"], "1\n")
        self.note_node()


class FilesSuite(SandboxSuite):
    """The same, and what code shows that makes new files in its workspace."""

    def test_a_workspace_is_read_only_unless_it_is_not(self):
        code = ("import errno\n"
                "for place in ('new', 'main.py', 'given'):\n"
                "    try: open(place, 'a'); print(place, 'written')\n"
                "    except OSError as e: print(place, errno.errorcode[e.errno])\n")
        closed = self.run_code(code, files={"given": ""})
        self.assertEqual(closed["stdout"].split("\n")[:3],
                         ["new EROFS", "main.py EROFS", "given EROFS"])
        opened = self.run_code(code, files={"given": ""}, readonly=False)
        self.assertEqual(opened["stdout"].split("\n")[:3],
                         ["new written", "main.py written", "given written"])

    def test_artifacts_are_what_has_appeared_or_changed(self):
        result = self.run_code(
            "import os\nopen('new.txt', 'w').write('text')\n"
            "open('data.bin', 'wb').write(b'\\xff\\0')\n"
            "open('given', 'w').write('B')\nopen('kept').read()\n"
            "os.mkdir('sub'); open('sub/deep', 'w').write('deep')\n"
            "open('marked', 'w').write('base64:x')", readonly=False,
            files={"given": "A", "kept": "same"})
        self.assertEqual(result["artifacts"], {
            "new.txt": "text", "given": "B", "sub/deep": "deep",
            "data.bin": "base64:" + base64.b64encode(b"\xff\0").decode(),
            "marked": "base64:" + base64.b64encode(b"base64:x").decode()}, result)
        self.assertEqual(result["artifacts_omitted"], [])

    def test_links_and_devices_are_told_and_never_followed(self):
        result = self.run_code(
            "import os, socket\nos.symlink('/etc/passwd', 'passwd'); os.symlink('/', 'root')\n"
            "os.symlink('main.py', 'own'); os.mkfifo('fifo'); os.link('main.py', 'twin')\n"
            "s = socket.socket(socket.AF_UNIX); s.bind('socket')\n"
            "open('fine', 'w').write('fine')", readonly=False)
        self.assertEqual(result["artifacts"], {"fine": "fine"}, result)
        self.assertTrue({"passwd", "root", "own", "fifo"} <= set(result["artifacts_omitted"]))

    def test_what_is_too_long_for_an_answer_is_named(self):
        result = self.run_code(
            "open('huge', 'wb').truncate(100 << 20)\nopen('long', 'wb').write(b'x' * (11 << 20))\n"
            "open('fine', 'w').write('fine')", readonly=False)
        self.assertEqual(result["artifacts"], {"fine": "fine"})
        self.assertEqual(sorted(result["artifacts_omitted"]), ["huge", "long"])

    def test_a_name_that_is_no_text(self):
        result = self.run_code(
            "open(b'a\\xff', 'w').write('one'); open('\\u202eb\\n', 'w').write('two')",
            readonly=False)
        self.assertEqual(result["artifacts"], {"a\ufffd": "one", "\u202eb\n": "two"}, result)
