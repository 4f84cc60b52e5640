"""A script of Python's that ran warm is the one that ran cold, byte for byte.

Both are the same interpreter, and import the same. Nothing that a script prints here is the age of
the process, its number, its memory or the file of its program: these may differ.
"""

import io
import resource
import zipfile

import rig
from case import WarmCase

LINES = "one\ntwo\r\nthree\nfoür and more\n".encode()
SAY = "import sys; print(__file__, sys.argv, sys.path, __spec__, __package__, __loader__.name)\n"
KINDS = ("pipe", "file", "socket", "null")


def archive(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writer:
        for name, content in files.items():
            writer.writestr(f"{name}.py", content)
    return packed.getvalue()


class PythonCase(WarmCase):
    host, interpreter, folder = "orien-warm-python", "python3", "python"


class ScriptTests(PythonCase):
    def test_interpreter(self):
        self.same(["interpreter.py", "a", "b c", "", "ü", "-x"])

    def test_main_module(self):
        self.same(["main_module.py"])

    def test_modules(self):
        self.same(["modules.py"])

    def test_frames(self):
        self.same(["frames.py"])

    def test_uncaught_error(self):
        self.assertEqual(self.same(["uncaught.py"]).code, 1)

    def test_signals(self):
        self.same(["signals.py"])

    def test_signal_handlers(self):
        self.assertEqual(self.same(["handlers.py"]).code, -15)

    def test_descriptors(self):
        for kind in KINDS:
            with self.subTest(kind):
                self.same(["descriptors.py"], kind=kind)

    def test_environment(self):
        self.same(["environment.py"])

    def test_limits(self):
        self.same(["limits.py"])

    def test_limits_that_are_set_late(self):
        late = {resource.RLIMIT_NOFILE: 150, resource.RLIMIT_CPU: 1000}
        self.assertIn(b"Too many open files", self.same(["limits.py"], limits=late).output)

    def test_limit_of_the_stack_that_is_set_late(self):
        self.same(["limits.py"], limits={resource.RLIMIT_STACK: 1 << 20})

    def test_threads(self):
        self.same(["threads.py"])

    def test_end(self):
        self.same(["at_exit.py", "x"])

    def test_multiprocessing(self):
        self.same(["processes.py", "x"])

    def test_asyncio(self):
        self.same(["event_loop.py"])

    def test_children(self):
        self.assertEqual(self.same(["children.py", "x"]).code, 6)

    def test_imports(self):
        self.same(["imports.py"], {
            "json.py": "mine = 1", "package/__init__.py": "", "package/inner.py": "x = 1",
            "package/other.py": "from . import inner", "broken.py": "def f():\n  return 1 +\n"})

    def test_extensions(self):
        self.same(["extensions.py"])

    def test_warnings_and_hooks(self):
        self.same(["warned.py"])

    def test_text(self):
        self.same(["text.py", "ü", b"\xff\xfe".decode(errors="surrogateescape")])

    def test_pickles_and_runpy(self):
        self.same(["pickled.py", "a"])

    def test_executors(self):
        self.same(["pools.py"])

    def test_recursion(self):
        self.same(["recursion.py"])

    def test_helpers_of_site_and_the_debugger(self):
        self.assertEqual(self.same(["helpers.py"], written=b"p 1\nc\n").code, 8)


class StreamTests(PythonCase):
    def test_streams(self):
        for kind in KINDS:
            with self.subTest(kind):
                self.same(["streams.py"], kind=kind, written=LINES)

    def test_reading(self):
        for kind in KINDS:
            with self.subTest(kind):
                self.same(["reading.py"], kind=kind, written=LINES)

    def test_output_that_nobody_takes(self):
        for kind in ("full", "torn"):
            for text in ("print('x')", "print('x', flush=True)", "import os; os.write(1, b'x')"):
                with self.subTest(kind, text=text):
                    self.same(["a.py"], {"a.py": text}, kind=kind)

    def test_a_folder_as_standard_input(self):
        self.assertEqual(self.same(["a.py"], {"a.py": "print(1)"}, kind="folder").code, 1)


class EndingTests(PythonCase):
    def ends(self, *statements):
        for statement in statements:
            with self.subTest(statement):
                self.same(["exits.py", statement])

    def test_exit_codes(self):
        self.ends("sys.exit(3)", "sys.exit()", "sys.exit('a text')", "sys.exit((1, 2))",
                  "sys.exit(256)", "sys.exit(-1)", "sys.exit(1 << 70)", "raise SystemExit(True)",
                  "exit(4)", "quit()", "pass", "import os; os._exit(5)", "raise SystemExit('ü')")

    def test_interruption(self):
        self.ends("raise KeyboardInterrupt", "raise KeyboardInterrupt('x')",
                  "import os; os.kill(os.getpid(), 2); input()")

    def test_exit_by_signal(self):
        self.ends(*(f"import os; os.kill(os.getpid(), {number})"
                    for number in (1, 3, 6, 9, 11, 13, 14, 15, 24, 25)), "import os; os.abort()")

    def test_errors_on_the_way_out(self):
        self.ends("sys.stdout.close()", "sys.stderr.close()", "sys.stdout = None",
                  "del sys.stdout", "import os; os.close(1)", "import os; os.close(2); 1 / 0",
                  "sys.stdout.buffer.write(b'\\xff')", "sys.excepthook = None; 1 / 0",
                  "sys.excepthook = lambda *_: 1 / 0; 2 / 0", "raise BaseException('x')",
                  "sys.stdin.close(); print('x')", "raise GeneratorExit")


class SourceTests(PythonCase):
    def test_sources_that_are_none(self):
        for source in ("def f(:\n", "  x = 1\n", "if 1:\n\tx\n        y\n", "'", "x = 1 +\n",
                       "# ü\nprint('ü", b"print('\xff')\n", b"a\0b", "# coding: nothing\n",
                       "return 1\n", "x = (\n", "nonlocal x\n", "f'{'\n", b"\xff\xfea\0"):
            with self.subTest(source):
                self.assertEqual(self.same(["a.py"], {"a.py": source}).code, 1)

    def test_sources_of_other_kinds(self):
        for source in ("", "\n\n", "#!/usr/bin/env python3\nprint(1)",
                       b"\xef\xbb\xbfprint('\xc3\xbc')",
                       b"# coding: latin-1\nprint('\xfc')", "print(1)\r\nprint(2)\r\n", "x\f = 1",
                       "'doc'\nprint(__doc__)", "x: int = 1\nprint(__annotations__)",
                       "from __future__ import annotations\nprint(annotations)",
                       "print(open(__file__).read())"):
            with self.subTest(source):
                self.same(["a.py"], {"a.py": source})

    def test_names(self):
        files = {name: SAY for name in (
            "a.py", "b", "sub/c.py", "with blank.py", "ü.py", "sub/d.pyw", ".hidden", "e.pyc")}
        for name in (*files, "./a.py", "sub/../a.py", "/workspace/a.py", "//workspace/a.py",
                     "../workspace/a.py", "./sub/c.py", "sub//c.py", "/workspace/sub/../a.py"):
            with self.subTest(name):
                self.same([name, "x"], files)
        name = b"\xff.py".decode(errors="surrogateescape")
        self.same([name], {name: SAY.replace("__file__", "ascii(__file__)")})

    def test_no_script(self):
        for name in ("absent.py", "sub/absent.py", "a.py/b", "/absent", "a.py/", "loop"):
            with self.subTest(name):
                self.assertEqual(self.same([name], {"a.py": SAY}).code, 2)

    def test_folders_and_archives(self):
        files = {"folder/__main__.py": SAY + "import beside", "folder/beside.py": "print(__file__)",
                 "empty/": "", "__main__.py": SAY, "none.zip": archive(other=SAY),
                 "packed.zip": archive(__main__=SAY + "import beside\n1 / 0", beside="print(1)")}
        for name in ("folder", "folder/", "./folder", "/workspace/folder", "empty", ".", "./",
                     "packed.zip", "./packed.zip", "none.zip", "/workspace"):
            with self.subTest(name):
                self.same([name, "x"], files)

    def test_compiled(self):
        self.same(["a.py"], {"a.py": "import py_compile, runpy, os, sys\n"
                             "py_compile.compile('b.py', 'b.pyc')\nsys.stdout.flush()\n"
                             "os.execvp('python3', ['python3', 'b.pyc'])", "b.py": SAY})


class RandomTests(PythonCase):
    def test_two_hosts_share_no_seed(self):
        files = {"a.py": "import random; print(hash('x'), random.getstate()[1][:2])"}
        found = {rig.run_warm(self.host, ["python3", "a.py"], files).output for _ in range(3)}
        self.assertEqual(len(found), 3)
