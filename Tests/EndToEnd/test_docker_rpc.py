"""`docker/execute` of `/rpc` against a real engine: /data/input, /data/output, and what comes
back."""

import base64

import docker
from docker_case import DockerCase

NOTHING = {"jsonrpc": "2.0", "method": "docker/execute", "id": 1}


class ContainerMethodTests(DockerCase):
    def setUp(self):
        super().setUp()
        self.own = self.session()

    def answer(self, script="main.py", **params):
        answer = self.ask("POST", "/rpc", NOTHING | {
            "params": {"session_id": self.own, "script_path": script} | params}, timeout=60)
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def run_script(self, code, **params):
        self.upload(self.own, params.get("script", "main.py"), code.encode())
        answer = self.answer(**params)
        self.assertIn("result", answer)
        return answer["result"]

    def error(self, **params):
        answer = self.answer(**params)
        self.assertIn("error", answer)
        return answer["error"]["code"]

    def test_input_goes_in_and_output_comes_back(self):
        self.upload(self.own, "sub/numbers", b"3 4")
        result = self.run_script(
            "import os\n"
            "a, b = open('/data/input/sub/numbers').read().split()\n"
            "open('/data/output/sum', 'w').write(str(int(a) + int(b)))\n"
            "open('raw', 'wb').write(b'\\xff\\0')\n"
            "print(os.getcwd())", input_files=["sub/numbers"], output_files=["sum", "raw", "none"])
        self.assertEqual((result["success"], result["exit_code"], result["output"]),
                         (True, 0, "/data/output\n"), result)
        self.assertEqual(result["output_files"], {
            "sum": "7", "raw": "base64:" + base64.b64encode(b"\xff\0").decode(), "none": None})
        self.assertEqual((result["error"], result["sandbox"]), (None, "docker"))
        # Nothing of the session has changed, and no other is left.
        listed = self.get(f"/sessions/{self.own}/files").json["files"]
        self.assertEqual({file["name"] for file in listed}, {"main.py", "sub/numbers"})

    def test_input_cannot_be_written_to(self):
        result = self.run_script(
            "import errno\n"
            "for place in ('/data/input/in', '/data/input/new', '/data/new', '/new'):\n"
            "    try: open(place, 'w'); print('written')\n"
            "    except OSError as e: print(errno.errorcode[e.errno])",
            input_files=["main.py"])
        self.assertEqual(set(result["output"].split()), {"EROFS"}, result)

    def test_only_what_was_named_is_there(self):
        self.upload(self.own, "secret", b"x")
        self.upload(self.own, "given", b"x")
        result = self.run_script("import os; print(sorted(os.listdir('/data/input')))",
                                 input_files=["given"])
        self.assertEqual(result["output"], "['given', 'main.py']\n")

    def test_the_ending_says_what_reads_it_and_the_image_is_one_that_is_allowed(self):
        result = self.run_script("console.log(6 * 7)", script="main.js")
        self.assertEqual(result["output"], "42\n", result)
        result = self.run_script("echo $((6 * 7))", script="main.sh", image=docker.SMALL)
        self.assertEqual(result["output"], "42\n", result)
        for image in ("other:1", "--privileged", docker.WITH_VOLUME):
            self.assertEqual(self.error(script="main.sh", image=image), -32602, image)

    def test_its_time_and_its_memory_are_bounded(self):
        result = self.run_script("import time; print('up', flush=True); time.sleep(60)", timeout=5)
        self.assertEqual((result["success"], result["exit_code"], result["output"]),
                         (False, -1, "up\n"))
        result = self.run_script("x = bytearray(200 << 20)\n"
                                 "for i in range(0, len(x), 4096): x[i] = 1", memory_limit="64m")
        self.assertFalse(result["success"], result)
        self.assertIn("memory", result["error"])

    def test_what_fails_says_how(self):
        result = self.run_script("import sys; print('no', file=sys.stderr); sys.exit(3)")
        self.assertEqual((result["success"], result["exit_code"]), (False, 3))
        self.upload(self.own, "main.py", b"")
        self.assertEqual(self.error(script="missing.py"), -30002)
        self.assertEqual(self.error(input_files=["missing"]), -30002)
        self.assertEqual(self.error(session_id="nobodys"), -30002)
        for params in ({"script": "../x"}, {"input_files": ["/etc/passwd"]}, {"timeout": 0},
                       {"output_files": ["../x"]}, {"memory_limit": "1k"}, {"memory_limit": "x"},
                       {"input_files": "x"}, {"volumes": []}):
            self.assertEqual(self.error(**params), -32602, params)
