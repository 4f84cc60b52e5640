"""Code in, result and artifacts out: the dialect of `/run`, and what it leaves."""

import base64
import hashlib
import http.client
import io
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import tarfile
import tempfile
import threading
import time

from case import KEY, NodeCase
from node import until

AUREA = {"Accept": "application/vnd.aurea+json"}


class Sandbox(NodeCase):
    environment = {"SANDBOX_BACKEND": "jail",
                   "SANDBOX_LANGUAGES": "sorted:main.list:sort -r,awkward:main.awk:awk -f"}

    def run_code(self, code, status=200, timeout_seconds=60, **members):
        answer = self.ask("POST", "/run", {"code": code} | members, timeout=timeout_seconds)
        self.assertEqual(answer.status, status, answer)
        return answer.json

    def faults(self, **body):
        answer = self.ask("POST", "/run", body)
        self.assertEqual(answer.status, 422, answer)
        return [(fault["loc"], fault["type"], fault["msg"]) for fault in answer.json["detail"]]

    def left(self):
        """Workspaces that are somebody's: the steward has others mounted ahead."""
        with sqlite3.connect(f"file:{self.node.state}/ledger.db?mode=ro", uri=True) as ledger:
            return ledger.execute("SELECT session FROM sessions").fetchall()

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
            self.assertEqual(result["sandbox"], "jail")
            self.assertEqual(len(result["run_id"]), 36)

    def test_the_answer_and_the_receipt_say_what_ran(self):
        answer = self.ask("POST", "/run", {"code": "print(1)"})
        self.assertEqual(answer.headers["X-Sandbox"], "jail")
        receipt = self.get(f"/executions/{answer.json['execution_id']}/receipt").json
        self.assertEqual(json.loads(receipt["record"])["facts"], {"sandbox": "jail"})

    def test_what_fails_says_how(self):
        result = self.run_code("import sys; print('no', file=sys.stderr); sys.exit(3)")
        self.assertEqual((result["success"], result["exit_code"]), (False, 3))
        self.assertEqual(result["stderr"], "no\n")
        result = self.run_code("import os; os.kill(os.getpid(), 9)")
        self.assertEqual((result["success"], result["exit_code"]), (False, 137))
        result = self.run_code("x = bytearray(1 << 30)\nfor i in range(0, 1 << 30, 4096): x[i] = 1")
        self.assertFalse(result["success"])

    def test_its_time_is_over(self):
        result = self.run_code("import time; print('up', flush=True); time.sleep(60)", timeout=1)
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

    # What it may do

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

    def test_artifacts_are_what_has_appeared_or_changed(self):
        result = self.run_code(
            "import os\nopen('new.txt', 'w').write('text')\nopen('data.bin', 'wb').write(b'\\xff\\0')\n"
            "open('given', 'w').write('B')\nopen('kept').read()\n"
            "os.mkdir('sub'); open('sub/deep', 'w').write('deep')\n"
            "open('marked', 'w').write('base64:x')", readonly=False,
            files={"given": "A", "kept": "same"})
        self.assertEqual(result["artifacts"], {
            "new.txt": "text", "given": "B", "sub/deep": "deep",
            "data.bin": "base64:" + base64.b64encode(b"\xff\0").decode(),
            "marked": "base64:" + base64.b64encode(b"base64:x").decode()}, result)
        self.assertEqual(result["artifacts_omitted"], [])

    def test_none_are_taken_where_none_are_wanted(self):
        result = self.run_code("open('new', 'w')", readonly=False, capture_artifacts=False)
        self.assertEqual(result["artifacts"], {})
        record = self.get(f"/executions/{result['execution_id']}").json
        self.assertNotIn("artifacts", record)

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

    def test_a_node_without_a_backend_says_so(self):
        answer = self.ask("POST", "/build-image", b"")
        body = self.refused(answer, 503)
        self.assertIn("sandbox/1", body["detail"])

    # What is left

    def test_nothing_is_left_of_a_hundred_runs(self):
        before = self.left()
        for number in range(100):
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

    def test_health_in_the_dialect(self):
        body = self.ask("GET", "/health", headers=AUREA).json
        self.assertEqual(body, {"status": "healthy", "sandbox_available": True,
                                "docker_version": None})
        self.assertEqual(self.get("/health").json["status"], "ok")

    def test_an_empty_program_is_warm(self):
        for _ in range(3):
            self.run_code("")
            time.sleep(0.2)
        times = []
        for _ in range(20):
            began = time.monotonic()
            self.run_code("")
            times.append(time.monotonic() - began)
            time.sleep(0.05)
        self.assertLess(sorted(times)[10], 0.06, times)


class Artifacts(NodeCase):
    """Of any execution that is asked to tell of them."""

    environment = {"MAX_ARTIFACTS": "50"}

    def leaving(self, code, tool="python_script", **members):
        session = self.session()
        name = "main.js" if tool == "node_script" else "main.py"
        self.upload(session, name, code.encode())
        arguments = {"script": name}
        if tool == "jail-run":
            arguments |= {"language": "python", "readonly": False}
        body = {"sessionId": session, "toolId": tool, "args": arguments}
        answer = self.ask("POST", "/execute?wait=30",
                          body | (members or {"captureArtifacts": True}), timeout=60)
        self.assertEqual(answer.status, 200, answer)
        return session, answer.json

    def paths(self, record):
        return [file["path"] for file in record["artifacts"]["files"]]

    def test_every_tool_tells_alike(self):
        for tool, code in (("python_script", "open('a', 'w').write('x')"),
                           ("jail-run", "open('a', 'w').write('x')"),
                           ("node_script", "require('fs').writeFileSync('a', 'x')")):
            _, record = self.leaving(code, tool)
            self.assertEqual(record["status"], "completed", record)
            self.assertEqual(record["artifacts"]["files"], [{
                "path": "a", "size": 1,
                "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}])
            receipt = self.get(f"/executions/{record['executionId']}/receipt").json
            self.assertEqual(json.loads(receipt["record"])["artifacts"], record["artifacts"])

    def test_network_is_what_the_manifest_grants(self):
        session = self.session()
        answer = self.execute(session, "jail-run", {"command": ["true"], "network": True}, wait=20)
        self.assertEqual((answer.json["status"], answer.json["reason"]),
                         ("failed", "network-not-granted"), answer)
        self.assertEqual(answer.json["cost"]["microUnits"], 0)
        for arguments in ({}, {"language": "python"}, {"language": "python", "command": ["true"]}):
            answer = self.execute(session, "jail-run", arguments, wait=20)
            self.assertEqual(answer.json["status"], "failed", answer)
        self.refused(self.execute(session, "jail-run", {"command": []}), 400)
        self.refused(self.execute(session, "jail-run", {"language": "cobol"}), 400)

    def test_a_hundred_thousand_files(self):
        _, record = self.leaving("for i in range(10 ** 5): open(f'{i:06}', 'w')")
        self.assertEqual(record["status"], "failed", record["reason"])
        self.assertEqual(len(self.paths(record)), 50)
        self.assertGreater(record["artifacts"]["more"], 90_000)

    def test_a_file_that_others_change_meanwhile_is_never_half_told(self):
        session = self.session()
        self.upload(session, "writer.py", b"import itertools\nprint('up', flush=True)\n"
                    b"for i in itertools.count():\n"
                    b"    f = open('x', 'r+b' if i else 'wb'); f.write(bytes([i % 256]) * (4 << 20))")
        self.upload(session, "main.py", b"pass")
        writer = self.execute(session, "python_script", {"script": "writer.py"}).json["executionId"]
        until(lambda: self.get(f"/executions/{writer}").json["outputBytes"], 20, "it is not up")
        for _ in range(10):
            answer = self.ask("POST", "/execute?wait=20", {
                "sessionId": session, "toolId": "python_script", "args": {"script": "main.py"},
                "captureArtifacts": True}, timeout=60).json
            for file in answer["artifacts"]["files"]:
                if file["path"] == "x" and file["size"] == 4 << 20:
                    got = self.get(f"/executions/{answer['executionId']}/artifacts/x")
                    self.assertIn(got.status, (200, 404, 409))
                    if got.status == 200:
                        self.assertEqual(hashlib.sha256(got.body).hexdigest(), file["sha256"])
        self.ask("DELETE", f"/executions/{writer}")
        self.final(writer)

    def test_nobody_looks_unasked(self):
        _, record = self.leaving("open('a', 'w')", captureArtifacts=False)
        self.assertNotIn("artifacts", record)
        self.refused(self.get(f"/executions/{record['executionId']}/artifacts"), 404)

    def test_they_are_read_one_by_one_and_together(self):
        session, record = self.leaving(
            "import os\nos.makedirs('d' * 60 + '/' + 'e' * 60)\n"
            "open('d' * 60 + '/' + 'e' * 60 + '/f', 'w').write('deep')\n"
            "open('empty', 'w')\nopen('big', 'wb').write(os.urandom(1 << 20) * 3 + b'x')\n"
            "open(b'\\xff', 'wb').write(b'odd')")
        base = f"/executions/{record['executionId']}/artifacts"
        listed = self.get(base).json
        self.assertEqual(listed["others"], [])
        for file in listed["files"]:
            if "href" in file:
                answer = self.get(file["href"])
                self.assertEqual((answer.status, len(answer.body)), (200, file["size"]))
        with tarfile.open(fileobj=io.BytesIO(self.get(base + ".tar").body)) as archive:
            names = [os.fsencode(member.name) for member in archive.getmembers()]
            self.assertEqual(len(names), 4)
            self.assertIn(b"\xff", names)
            self.assertEqual(archive.extractfile("d" * 60 + "/" + "e" * 60 + "/f").read(), b"deep")
            self.assertEqual(archive.getmember("big").size, (3 << 20) + 1)
        self.refused(self.get(base + "/main.py"), 404)
        self.refused(self.get(base + "/../x"), 400, 404)
        self.refused(self.get(base + "/nothing"), 404)

    def test_what_was_changed_since_is_not_passed_off_as_it(self):
        session, record = self.leaving("open('a', 'w').write('x')")
        base = f"/executions/{record['executionId']}/artifacts"
        self.upload(session, "a", b"y")
        self.assertEqual(self.refused(self.get(base + "/a"), 409)["code"], "artifact-changed")
        self.refused(self.get(base + ".tar"), 409)
        self.ask("DELETE", f"/sessions/{session}/files/a")
        self.assertEqual(self.refused(self.get(base + "/a"), 404)["code"], "artifact-gone")
        self.ask("DELETE", f"/sessions/{session}/workspace")
        self.refused(self.get(base + "/a"), 404)
        self.assertEqual([file["path"] for file in self.get(base).json["files"]], ["a"])

    def test_those_of_a_folder(self):
        code = "import os\nos.mkdir('out'); open('out/a', 'w'); open('b', 'w')"
        self.assertEqual(self.paths(self.leaving(code, outputFolder="out")[1]), ["out/a"])
        _, record = self.leaving("import os; os.symlink('/etc', 'out')", outputFolder="out")
        self.assertEqual(record["artifacts"]["files"], [])
        self.assertEqual([(other["path"], other["kind"]) for other in record["artifacts"]["others"]],
                         [("out", "link")])
        _, record = self.leaving("pass", outputFolder="out")
        self.assertEqual(record["artifacts"], {"files": [], "others": [], "more": 0})

    def test_links_and_devices_are_others(self):
        _, record = self.leaving(
            "import os\nos.symlink('/etc/passwd', 'link'); os.mkfifo('fifo')\n"
            "os.mkdir('dir'); os.symlink('/', 'dir/root'); open('a', 'w'); os.link('a', 'b')")
        self.assertEqual(record["artifacts"]["files"], [])
        self.assertEqual({other["path"]: other["kind"] for other in record["artifacts"]["others"]},
                         {"link": "link", "fifo": "other", "dir/root": "link",
                          "a": "file", "b": "file"})

    def test_a_crowd_is_counted(self):
        _, record = self.leaving("for i in range(5000): open(f'{i:05}', 'w')")
        self.assertEqual(self.paths(record), [f"{number:05}" for number in range(50)])
        self.assertEqual(record["artifacts"]["more"], 4950)

    def test_a_file_written_again_at_once_is_told(self):
        """In the tick of the clock in which it was sent, and as long as before."""
        session = self.session()
        for number in range(10):
            self.upload(session, "main.py", b"open('x', 'w').write('%d')" % number)
            self.upload(session, "x", b"?")
            answer = self.ask("POST", "/execute?wait=20", {
                "sessionId": session, "toolId": "python_script", "args": {"script": "main.py"},
                "captureArtifacts": True})
            self.assertEqual(self.paths(answer.json), ["x"], answer)

    def test_of_what_did_not_end_well(self):
        _, record = self.leaving("open('a', 'w'); raise SystemExit(3)")
        self.assertEqual((record["status"], self.paths(record)), ("failed", ["a"]))
        _, record = self.leaving("open('a', 'w'); import time; time.sleep(30)",
                                 captureArtifacts=True, limits={"wallMilliseconds": 1000})
        self.assertEqual((record["status"], self.paths(record)), ("timeout", ["a"]))
        self.assertEqual(record["limits"]["wallMilliseconds"]["granted"], 1000)

    def test_terms_that_are_none(self):
        session = self.session()
        base = {"sessionId": session, "toolId": "echo", "args": {"message": "x"}}
        for members, pointer in (
                ({"captureArtifacts": 1}, "/captureArtifacts"), ({"outputFolder": ""}, "/outputFolder"),
                ({"outputFolder": "../x"}, "/outputFolder"), ({"outputFolder": "."}, "/outputFolder"),
                ({"limits": []}, "/limits"), ({"limits": {"wall": 1}}, "/limits/wall"),
                ({"limits": {"wallMilliseconds": 0}}, "/limits/wallMilliseconds")):
            self.refused(self.ask("POST", "/execute", base | members), 400, pointer=pointer)


class Commands(NodeCase):
    """`orien sandbox run`."""

    def setUp(self):
        super().setUp()
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="orien-sandbox-"))
        self.addCleanup(shutil.rmtree, self.place)

    def run_file(self, name, code, *words, status=0):
        (self.place / name).write_text(code)
        done = self.node.command("sandbox", "run", str(self.place / name), *map(str, words),
                                 environment={"PROVIDER_API_KEY": KEY})
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def test_its_streams_and_its_exit_are_the_codes(self):
        done = self.run_file("x.py", "import sys; print('out'); print('err', file=sys.stderr);"
                                     "sys.exit(7)", status=7)
        self.assertEqual((done.stdout, done.stderr), ("out\n", "err\n"))
        self.assertEqual(self.run_file("x.js", "console.log(1)").stdout, "1\n")
        self.assertEqual(self.run_file("x", "echo $0", "--language", "bash").stdout, "./main.sh\n")
        self.run_file("x.py", "while True: pass", "--timeout", 1, status=124)

    def test_files_go_in_and_artifacts_come_out(self):
        (self.place / "in").write_text("7")
        kept = self.place / "kept"
        done = self.run_file(
            "x.py", "import os; x = open('number').read(); os.makedirs('a/b')\n"
                    "open('a/b/c', 'w').write(x * 2); open('bin', 'wb').write(b'\\xff')\n"
                    "os.symlink('/etc/passwd', 'link')",
            "--file", f"{self.place / 'in'}:number", "--artifacts", kept)
        self.assertEqual((kept / "a/b/c").read_text(), "77")
        self.assertEqual((kept / "bin").read_bytes(), b"\xff")
        self.assertFalse((kept / "link").exists())
        self.assertIn("link", done.stderr)

    def test_without_a_place_for_artifacts_nothing_is_written(self):
        self.run_file("x.py", "open('new', 'w')", status=1)

    def test_what_is_wrong_is_told(self):
        self.run_file("x.py", "", "--timeout", 0, status=64)
        self.run_file("x.py", "", "--file", self.place / "none", status=66)
        (self.place / "odd").write_bytes(b"\xff")
        self.run_file("x.py", "", "--file", self.place / "odd", status=65)
        self.run_file("x.py", "", "--file", f"{self.place / 'x.py'}:main.py", status=65)


class Port(NodeCase):
    """A port for who knows the dialect alone."""

    @classmethod
    def setUpClass(cls):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            cls.port = probe.getsockname()[1]
        cls.environment = {"SANDBOX_PORT": str(cls.port)}
        super().setUpClass()

    def test_it_has_the_dialects_health(self):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        client.request("GET", "/health")
        answer = client.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertIn(b'"sandbox_available":true', answer.read().replace(b" ", b""))
        client.close()
