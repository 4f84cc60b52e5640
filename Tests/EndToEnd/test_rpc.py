"""JSON-RPC 2.0: the envelope, and Python that can do nothing but compute."""

import json

from case import NodeCase

# By what every object leads to, past any list of names: the modules that the interpreter has.
ESCAPE = """
for kind in ().__class__.__base__.__subclasses__():
    if kind.__name__ == '_wrap_close':
        modules = kind.__init__.__globals__['sys'].modules
        break
os = modules['os']
"""


class RPC(NodeCase):
    def send(self, body):
        answer = self.ask("POST", "/rpc", body, timeout=60)
        self.assertIn(answer.status, (200, 204), answer)
        return answer.json if answer.status == 200 else None

    def call(self, method, params=None, **members):
        body = {"jsonrpc": "2.0", "method": method, "id": 1} | members
        answer = self.send(body | ({} if params is None else {"params": params}))
        self.assertEqual((answer["jsonrpc"], answer["id"]), ("2.0", 1))
        return answer

    def python(self, code, **params):
        return self.call("python/execute", {"code": code} | params)["result"]

    def error(self, body):
        answer = self.send(body)
        self.assertNotIn("result", answer)
        self.assertTrue(answer["error"]["message"])
        return answer["error"]["code"], answer["id"]

    # The envelope

    def test_what_is_no_call_says_so(self):
        self.assertEqual(self.error(b"{"), (-32700, None))
        self.assertEqual(self.error(b"\xff"), (-32700, None))
        for body in (b"1", b"null", b"[]", b'"x"', b"{}"):
            self.assertEqual(self.error(body), (-32600, None), body)
        for members, identity in (
                ({"id": 7}, 7), ({"id": "a", "jsonrpc": "1.0", "method": "rpc.discover"}, "a"),
                ({"id": [], "jsonrpc": "2.0", "method": "rpc.discover"}, None),
                ({"id": 1, "jsonrpc": "2.0", "method": 1}, 1),
                ({"id": 1, "jsonrpc": "2.0", "method": "rpc.discover", "params": 1}, 1)):
            self.assertEqual(self.error(members), (-32600, identity), members)

    def test_methods_and_parameters_that_nobody_knows(self):
        base = {"jsonrpc": "2.0", "id": 1}
        for method in ("x", "rpc.x", "llm/chat", "python/execute ", "../x"):
            self.assertEqual(self.error(base | {"method": method}), (-32601, 1))
        for params in ({"cod": ""}, [1], {}, {"code": 1}, {"code": "", "file": "x"},
                       {"code": "", "timeout": 0}, {"code": "", "timeout": 301},
                       {"code": "", "context": []}, {"file": "x"},
                       {"file": "../x", "session_id": "s"}):
            self.assertEqual(
                self.error(base | {"method": "python/execute", "params": params}), (-32602, 1),
                params)

    def test_discover_lists_what_there_is(self):
        methods = self.call("rpc.discover")["result"]["methods"]
        self.assertEqual([method["name"] for method in methods],
                         ["rpc.discover", "python/execute", "docker/execute"])

    def test_a_batch_is_answered_in_its_order(self):
        call = {"jsonrpc": "2.0", "method": "python/execute"}
        answers = self.send([
            call | {"id": "a", "params": {"code": "result = 1"}}, 1,
            call | {"params": {"code": "result = 2"}},
            {"jsonrpc": "2.0", "method": "none", "id": None},
            call | {"id": "b", "params": {"code": "result = 3"}}])
        self.assertEqual([answer["id"] for answer in answers], ["a", None, None, "b"])
        self.assertEqual(answers[0]["result"]["result"], 1)
        self.assertEqual(answers[1]["error"]["code"], -32600)
        self.assertEqual(answers[2]["error"]["code"], -32601)
        self.assertEqual(answers[3]["result"]["result"], 3)
        self.assertEqual(self.error([call] * 33), (-32600, None))

    def test_a_notification_is_not_answered(self):
        before = self.accepted()
        call = {"jsonrpc": "2.0", "method": "python/execute", "params": {"code": "result = 1"}}
        self.assertIsNone(self.send(call))
        self.assertIsNone(self.send([call, call]))
        self.assertEqual(self.accepted(), before + 3)
        self.assertIsNone(self.send({"jsonrpc": "2.0", "method": "nothing"}))

    def test_there_are_no_containers_here(self):
        code, _ = self.error({"jsonrpc": "2.0", "id": 1, "method": "docker/execute",
                              "params": {"session_id": "s", "script_path": "x.py"}})
        self.assertEqual(code, -30003)

    # Python

    def test_it_computes(self):
        result = self.python(
            "import math, json\nprint('sum', input_data['a'])\nresult = {'x': math.floor(factor)}",
            context={"factor": 2.5}, input_data={"a": 3})
        self.assertEqual(result["result"], {"x": 2}, result)
        self.assertEqual((result["output"], result["error"], result["success"]),
                         ("sum 3\n", None, True))
        self.assertGreater(result["execution_time"], 0)
        self.assertEqual(result["sandbox"], "jail")

    def test_what_is_no_json_is_shown(self):
        self.assertEqual(self.python("result = {1, 1}")["result"], "{1}")
        self.assertEqual(self.python("result = float('nan')")["result"], "nan")
        self.assertIsNone(self.python("pass")["result"])

    def test_a_context_widens_no_builtins(self):
        result = self.python("open('x')", context={"__builtins__": {"open": 1}, "__name__": "x"})
        self.assertEqual(result["error"], "NameError: name 'open' is not defined")

    def test_what_spoils_its_own_answer_is_told_as_that(self):
        result = self.python("class X:\n    def __repr__(self): return 1 / 0\nresult = X()")
        self.assertFalse(result["success"])
        self.assertIn("ZeroDivisionError", result["error"])
        result = self.python("result = [0] * 10\nresult[0] = result")
        self.assertTrue(result["success"], result)

    def test_an_exception_is_told(self):
        for code, error in (("1 / 0", "ZeroDivisionError: division by zero"),
                            ("raise SystemExit(3)", "SystemExit: 3"),
                            ("import os", "ImportError: the module 'os' is not allowed here"),
                            ("open('x')", "NameError: name 'open' is not defined")):
            result = self.python(code)
            self.assertEqual((result["success"], result["error"]), (False, error), result)
        self.assertIn("SyntaxError", self.python("(")["error"])
        self.assertFalse(self.python("x = 'x' * (1 << 34)")["success"])

    def test_its_time_is_over(self):
        result = self.python("print('up')\nwhile True: pass", timeout=4)
        self.assertEqual((result["success"], result["output"]), (False, "up\n"))
        self.assertEqual(result["error"], "Execution exceeded time limit of 4s")

    def test_code_in_a_file_of_a_session(self):
        session = self.session()
        self.upload(session, "sub/code.py", b"result = 41 + 1")
        answer = self.call("python/execute", {"file": "sub/code.py", "session_id": session})
        self.assertEqual(answer["result"]["result"], 42, answer)
        answer = self.call("python/execute", {"file": "other", "session_id": session})
        self.assertEqual(answer["error"]["code"], -30002, answer)
        answer = self.call("python/execute", {"file": "other", "session_id": "nobodys"})
        self.assertEqual(answer["error"]["code"], -30002, answer)

    def test_past_the_builtins_every_call_to_the_system_fails(self):
        attempts = {
            "read": "os.open('/etc/passwd', 0)", "own": "os.open('code.py', 0)",
            "write": "os.open('/tmp/x', 65)", "folder": "os.mkdir('/tmp/x')",
            "list": "os.listdir('/')", "stat": "os.stat('/')", "link": "os.symlink('a', '/tmp/b')",
            "fork": "os.fork()", "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
            "exec": "os.execv('/bin/sh', ['sh', '-c', 'echo escaped'])",
            "kill": "os.kill(1, 9)", "pipe": "os.pipe()", "memory": "os.memfd_create('x')",
            "thread": "modules['_thread'].start_new_thread(print, ())",
            "socket": "modules['_socket'].socket() if '_socket' in modules else "
                      "modules['builtins'].__import__('socket')",
            "native": "check(modules['ctypes'].CDLL(None, use_errno=True).socket(1, 1, 0))",
            "raw": "check(modules['ctypes'].CDLL(None).syscall(2, b'/etc/passwd', 0))",
            "unseccomp": "check(modules['ctypes'].CDLL(None).prctl(22, 0, 0, 0, 0))",
            "remap": "check(modules['ctypes'].CDLL(None).chdir(b'/'))",
        }
        code = ESCAPE + "result = {}\ndef check(value):\n    if value == -1: raise OSError(1, '')\n"
        for name, attempt in attempts.items():
            code += (f"try:\n    {attempt}\n    result['{name}'] = 'escaped'\n"
                     f"except BaseException as e:\n    result['{name}'] = str(type(e).__name__)\n")
        told = self.python(code)
        self.assertTrue(told["success"], told)
        self.assertEqual(told["result"].keys(), attempts.keys())
        self.assertEqual([name for name, what in told["result"].items() if what == "escaped"], [])
        self.assertNotIn("escaped", told["output"])

    def test_without_the_wall_the_same_escape_reads_files(self):
        """What the test above would miss if the escape led nowhere."""
        told = self.ask("POST", "/run", {"code": ESCAPE + "print(os.path.exists('/etc/passwd'))"})
        self.assertEqual(told.json["stdout"], "True\n", told)

    def test_what_it_prints_forges_no_answer(self):
        line = json.dumps({"success": True, "result": "forged", "error": None})
        result = self.python(f"print({line!r}); result = 'own'")
        self.assertEqual(result["result"], "own")
        self.assertIn("forged", result["output"])
