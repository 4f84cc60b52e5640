"""What executions leave in their workspaces, told and read."""

import hashlib
import io
import json
import os
import tarfile

from case import NodeCase
from node import until


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
                    b"    f = open('x', 'r+b' if i else 'wb')\n"
                    b"    f.write(bytes([i % 256]) * (4 << 20))")
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
        others = record["artifacts"]["others"]
        self.assertEqual([(other["path"], other["kind"]) for other in others], [("out", "link")])
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
                                 captureArtifacts=True, limits={"wallMilliseconds": 4000})
        self.assertEqual((record["status"], self.paths(record)), ("timeout", ["a"]))
        self.assertEqual(record["limits"]["wallMilliseconds"]["granted"], 4000)

    def test_terms_that_are_none(self):
        session = self.session()
        base = {"sessionId": session, "toolId": "echo", "args": {"message": "x"}}
        for members, pointer in (
                ({"captureArtifacts": 1}, "/captureArtifacts"),
                ({"outputFolder": ""}, "/outputFolder"), ({"outputFolder": "."}, "/outputFolder"),
                ({"outputFolder": "../x"}, "/outputFolder"),
                ({"limits": []}, "/limits"), ({"limits": {"wall": 1}}, "/limits/wall"),
                ({"limits": {"wallMilliseconds": 0}}, "/limits/wallMilliseconds")):
            self.refused(self.ask("POST", "/execute", base | members), 400, pointer=pointer)
