"""Tools that a manifest declares by itself: programs in the jail, and functions of C libraries."""

import base64
import json
import pathlib
import shutil
import zlib

from case import NodeCase
from node import ROOT, descendants, name_of, until
from workshop import Workshop

EXAMPLES = ROOT / "tools.d" / "examples"
HOSTILE = ["two words", "it's", '"', "-rf", "--", "$(id)", "`id`", "a;b|c&d>e", "line\nline",
           "{list}", "{{", "*", "\\", "", "\N{PILE OF POO}"]
# What its words are, one a line, as a program of the jail sees them.
SAY = "import json, sys; [print(json.dumps(word)) for word in sys.argv[1:]]"


class DeclaredCase(NodeCase):
    """Each test has tools of its own names, so that none waits for another's."""

    # What a worker holds is not what a test has left open.
    environment = {"WORKER_IDLE_SECONDS": "1"}

    @classmethod
    def setUpClass(cls):
        cls.shop = Workshop()
        cls.addClassCleanup(cls.shop.close)
        cls.tools = cls.shop.tools
        for name in ("echo", "python_script"):
            shutil.copy(ROOT / "tools.d" / f"{name}.so", cls.tools)
        for example in EXAMPLES.iterdir():
            cls.put(example.stem, json.loads(example.read_text()))
        cls.put("say", {
            "command": ["python3", "-c", SAY, "{text}", "--text={text}", "{list}", "{file}"],
            "args": [{"name": "text", "type": "text"}, {"name": "list", "type": "texts"},
                     {"name": "file", "type": "file"}]})
        super().setUpClass()

    @classmethod
    def put(cls, name, manifest):
        cls.shop.manifest(name, **manifest)

    def reload(self):
        answer = self.ask("POST", "/plugins/reload")
        self.assertEqual(answer.status, 200, answer)
        return {one["file"]: one for one in answer.json["plugins"]}

    def tool(self, name):
        return self.get(f"/tools/{name}").json

    def run_tool(self, tool, session=None, /, **arguments):
        answer = self.execute(session or self.session(), tool, arguments, wait=30)
        self.assertEqual(answer.status, 200, answer)
        return answer.json


class Programs(DeclaredCase):
    def words(self, **arguments):
        record = self.run_tool("say", **arguments)
        self.assertEqual((record["status"], record.get("exitCode")), ("completed", 0), record)
        return [json.loads(line) for line in record["output"].splitlines()]

    def test_each_argument_stays_one_whatever_stands_in_it(self):
        for text in HOSTILE:
            with self.subTest(text):
                self.assertEqual(self.words(text=text), [text, "--text=" + text])
        self.assertEqual(self.words(list=HOSTILE), HOSTILE)
        self.assertEqual(self.words(), [])

    def test_a_file_is_one_of_the_workspace_and_no_option(self):
        session = self.session()
        self.assertEqual(self.upload(session, "-rf", b"x").status, 201)
        record = self.run_tool("say", session, file="-rf")
        self.assertEqual(record["output"], '"./-rf"\n')
        for path in ("/etc/passwd", "../x", "missing", ""):
            with self.subTest(path):
                self.refused(self.execute(session, "say", {"file": path}), 400, 404,
                             pointer="/args/file")
        self.python(session, "import os; os.symlink('/etc/passwd', 'link')")
        before = self.accepted()
        self.refused(self.execute(session, "say", {"file": "link"}))
        self.assertEqual(self.accepted(), before)

    def test_what_no_program_can_be_given_is_refused(self):
        before = self.accepted()
        for arguments in ({"text": "a\0b"}, {"list": ["a\0b"]}, {"text": 1}, {"other": "x"}):
            with self.subTest(arguments):
                self.refused(self.execute(self.session(), "say", arguments), 400)
        self.assertEqual(self.accepted(), before)

    def test_output_is_seen_as_it_comes(self):
        session = self.session()
        script = b"import sys\nprint('first')\nsys.stdin.read()\nwhile True: pass\n"
        self.upload(session, "main.py", script)
        running = self.execute(session, "live_python", {"script": "main.py", "stdin": "x"}).json
        path = f"/executions/{running['executionId']}"
        until(lambda: self.get(path + "/output").body == b"first\n", 20, "nothing is seen")
        self.assertEqual(self.get(path).json["status"], "running")
        self.ask("DELETE", path)
        self.assertEqual(self.final(running["executionId"])["status"], "cancelled")

    def test_a_program_builds_the_package_of_a_session(self):
        tool = self.tool("build_npm")
        what = tool["inputSchema"]["properties"]["what"]
        self.assertEqual((what["enum"], what["default"]), (["build", "test"], "build"))
        self.assertEqual((tool["maxDurationSeconds"], tool["resourceLimits"]["maxMemory"]),
                         (300, 2048))
        self.refused(self.execute(self.session(), "build_npm", {"what": "install"}))
        if not shutil.which("npm", path="/usr/bin:/bin"):
            self.assertIn("no npm in", tool["unavailableReason"])
            return
        session = self.session()
        package = {"name": "p", "version": "1.0.0",
                   "scripts": {"build": "echo built", "test": "exit 7"}}
        self.upload(session, "package.json", json.dumps(package).encode())
        record = self.run_tool("build_npm", session)
        self.assertEqual((record["status"], record["output"].split()[-1]), ("completed", "built"),
                         record)
        self.assertEqual(self.run_tool("build_npm", session, what="test")["exitCode"], 7)

    def test_install_is_offered_where_the_network_is_granted(self):
        manifest = json.loads((EXAMPLES / "build_npm.json").read_text())
        self.put("granted", manifest | {"network": {"allow": ["registry.npmjs.org:443"]}})
        self.reload()
        schema = self.tool("granted")["inputSchema"]["properties"]["what"]
        self.assertEqual(schema["enum"], ["build", "test", "install"])

    def test_one_that_is_missing_is_listed_and_refused_with_the_reason(self):
        self.put("lacking", {"command": ["no-such-program"], "doc": "Lacks its program."})
        listed = self.reload()["lacking.json"]
        self.assertEqual(listed["state"], "unavailable")
        self.assertIn("no no-such-program in /usr/bin or /bin", listed["reason"])
        before = self.accepted()
        body = self.refused(self.execute(self.session(), "lacking", {}), 503)
        self.assertFalse(self.tool("lacking")["available"])
        self.assertEqual(body["code"], "no-program")
        self.assertEqual(self.accepted(), before)
        if not pathlib.Path("/usr/bin/ffmpeg").exists():
            self.assertIn("no ffmpeg", self.reload()["transcode.json"]["reason"])


class Functions(DeclaredCase):
    def test_a_number_is_told_in_decimal(self):
        for data in (b"", b"hello", bytes(range(256)) * 100):
            given = base64.b64encode(data).decode()
            self.assertEqual(self.run_tool("crc32", data=given)["output"], str(zlib.crc32(data)))

    def test_a_buffer_is_its_bytes(self):
        data = b"hello " * 1000
        record = self.run_tool("deflate", data=base64.b64encode(data).decode())
        output = self.get(f"/executions/{record['executionId']}/output").body
        self.assertEqual(zlib.decompress(output), data)

    def test_one_whose_type_is_wrong_costs_its_own_call(self):
        self.put("wrong", {"library": "libc.so.6", "symbol": "strlen", "returns": "u64",
                           "args": [{"name": "at", "type": "u64"}], "price": {"perCall": 5}})
        self.reload()
        record = self.run_tool("wrong", at=8)
        self.assertEqual((record["status"], record["reason"]), ("failed", "plugin-crash"))
        self.assertEqual(record.get("cost", {}).get("microUnits", 0), 0)
        self.assertEqual(self.run_tool("crc32", data="aGVsbG8=")["output"], "907060870")
        answer = self.ask("POST", "/plugins/wrong.json/restart")
        self.assertEqual(answer.json["state"], "ready")

    def test_one_that_does_not_return_is_ended_with_its_process(self):
        self.put("pauses", {"library": "libc.so.6", "symbol": "pause", "returns": "i32",
                            "limits": {"wallMilliseconds": 200}})
        self.reload()
        record = self.run_tool("pauses")
        self.assertEqual((record["status"], record["reason"]), ("timeout", "wall"), record)
        until(lambda: not [pid for pid in descendants(self.node.pid)
                           if name_of(pid) == "orien-worker"], 20, "its process is still there")


class Manifests(DeclaredCase):
    def test_a_declared_tool_is_listed_with_what_it_is(self):
        listed = self.reload()
        one = listed["crc32.json"]
        self.assertEqual((one["id"], one["version"], one["isolation"], one["tools"]),
                         ("declared.crc32", "0.0.0", "worker", ["crc32"]))
        self.assertEqual(len(one["hash"]), 64)
        self.assertEqual(listed["say.json"]["isolation"], "node")
        self.assertEqual(self.tool("crc32")["example"], {"data": "aGVsbG8="})

    def test_a_bad_one_is_refused_by_the_fields_name_and_costs_no_other(self):
        self.put("bad", {"command": ["true", "{file}"], "args": [{"name": "fiel", "type": "text"}]})
        listed = self.reload()
        self.assertEqual(listed["bad.json"]["state"], "refused")
        self.assertIn("manifest.command[1]", listed["bad.json"]["reason"])
        self.assertIn("did you mean fiel?", listed["bad.json"]["reason"])
        self.assertEqual(listed["say.json"]["state"], "ready")

    def test_a_changed_one_is_a_new_generation_and_a_removed_one_is_gone(self):
        self.put("echoes", {"command": ["echo", "1"]})
        until(lambda: self.get("/tools/echoes").status == 200, 20, "it is not seen")
        self.assertEqual(self.run_tool("echoes")["output"], "1\n")
        self.put("echoes", {"command": ["echo", "2"]})
        self.assertEqual(self.reload()["echoes.json"]["generation"], 2)
        self.assertEqual(self.run_tool("echoes")["output"], "2\n")
        (self.tools / "echoes.json").unlink()
        self.assertNotIn("echoes.json", self.reload())
        self.refused(self.execute(self.session(), "echoes", {}), 400)
