"""What a script leaves behind when it comes to its end does warm what it does cold: an interpreter
that takes itself apart ends all of it, one that is spared that must have had nothing to end."""

import rig
from case import WarmCase, blank

# A callback that keeps nothing of the script's alive.
REFERRED = """
import os, sys, types, weakref
class Referred: pass
it = Referred()
def say(_, write=os.write): write(1, b"gone")
say = types.FunctionType(say.__code__, {}, "say", say.__defaults__)
"""
# One that says that it is that module's is taken at its word, so that a test can see whether an
# interpreter took itself apart.
PROBE = REFERRED + "say.__module__ = 'weakref'; sys.it = weakref.ref(it, say)\n"
OPEN = "open('x', 'w'); f.write('kept')\n"
END = "import os\ndef end(self, write=os.write): write(1, b'gone')\n"
LOUD = "import os\nclass Loud:\n  def __del__(self, write=os.write): write(1, b'gone')\n"


class EndCase(WarmCase):
    host, interpreter, folder = "orien-warm-python", "python3", "python"

    def ends_alike(self, *sources, output=None):
        for source in sources:
            with self.subTest(source):
                ending = self.same(["a.py"], {"a.py": source, "b.py": ""})
                if output is not None:
                    self.assertIn(output, ending.output + ending.errors)


class SparedTests(EndCase):
    def is_spared(self, source):
        words = ["python3", "a.py"]
        files = {"a.py": PROBE + source}
        rig.lay_out(files)
        self.assertIn(b"gone", rig.run_cold(words).output)
        return b"gone" not in rig.run_warm(self.host, words, files).output

    def test_what_leaves_nothing(self):
        for source in ("", "print('x')", "import json, re, math, random; print(json.dumps([1]))",
                       "import collections, datetime, dataclasses, decimal, enum, hashlib, typing",
                       "import argparse, csv, functools, itertools, pathlib, statistics, string",
                       "import threading\nt = threading.Thread(target=int); t.start(); t.join()",
                       "with open('x', 'w') as f: f.write('x')",
                       "f = open('x', 'wb'); f.close()", "f = open('x', 'w+b'); f.raw.close()",
                       "import contextlib, io\n"
                       "with contextlib.redirect_stdout(io.StringIO()) as s: print('x')",
                       "import io; f = io.TextIOWrapper(io.BytesIO()); f.write('x')",
                       "import os; list(os.scandir())",
                       "class A: pass\na = A(); a.me = a", "f = lambda: 1; x = [f] * 1000",
                       "try: 1 / 0\nexcept ZeroDivisionError as error: kept = error",
                       "import gc; gc.collect()", "import sys; print('ü', file=sys.stderr)",
                       "import abc\nclass A(abc.ABC): pass\nA.register(int)",
                       "import subprocess; subprocess.run(['true'])"):
            with self.subTest(source):
                self.assertTrue(self.is_spared(source))

    def test_what_does_not(self):
        for source in ("f = open('b.py', 'w')", "import gc; gc.freeze()", LOUD + "x = Loud()",
                       "import atexit; atexit.register(print)", "import ctypes", "import mmap",
                       "import sqlite3"):
            with self.subTest(source):
                self.assertFalse(self.is_spared(source))


class FileTests(EndCase):
    def run_warm(self, words):
        return rig.run_warm(self.host, words, {"a.py": (rig.WORKSPACE / "a.py").read_text()})

    def left(self, run, source):
        """How a script ends, and what is in its file, which may be nothing, cold as warm."""
        rig.lay_out({"a.py": source})
        ending = run(["python3", "a.py"])
        return blank(ending), (rig.WORKSPACE / "x").read_text()

    def test_files_that_are_left_open(self):
        for source in (
                f"f = {OPEN}", f"import json; f = {OPEN}json.JSONDecoder.f = f; del f",
                f"class A: pass\na = A(); a.me = a; f = {OPEN}a.f = f; del f, a",
                f"import builtins; f = {OPEN}builtins.f = f", f"import sys; f = {OPEN}sys.f = f",
                f"f = {OPEN}f = [f]; f.append(f); del f", f"f = {OPEN}import gc; gc.freeze()",
                f"import gc; gc.disable(); f = {OPEN}", f"f = {OPEN}import sys; sys.f = f; del f",
                f"def g():\n  f = {OPEN}  yield\nx = g(); next(x)",
                f"def g():\n  f = {OPEN}  return lambda: f\nx = g()",
                f"f = {OPEN}try: 1 / 0\nexcept ZeroDivisionError as e: x = e",
                f"import threading; threading.Thread.f = f = {OPEN}",
                "import io; f = io.BufferedWriter(io.FileIO('x', 'w')); f.write(b'kept')",
                "import io; f = io.BufferedRandom(io.FileIO('x', 'w+')); f.write(b'kept')",
                "import io\nclass F(io.RawIOBase):\n  def writable(self): return True\n"
                "  def write(self, b, open=open):\n"
                "    with open('x', 'wb') as f: return f.write(b)\n"
                "f = io.BufferedWriter(F()); f.write(b'kept')",
                "import io\nclass F(io.StringIO):\n"
                "  def close(self, open=open, s=io.StringIO.close):\n"
                "    with open('x', 'w') as f: f.write('kept')\n    s(self)\nf = F()",
                f"import sys; sys.stdout = f = {OPEN}", f"import sys; sys.stdin = f = {OPEN}",
                f"import sys; sys.stdin.detach(); f = {OPEN}",
                f"import sys; sys.stdout.detach(); f = {OPEN}",
                f"import functools; f = {OPEN}p = functools.partial(f.write, 'x'); del f",
                f"import contextvars; f = {OPEN}contextvars.ContextVar('x').set(f); del f",
                f"import threading; x = threading.local(); x.f = f = {OPEN}del f",
                f"import _thread; x = _thread._local(); x.f = f = {OPEN}del f"):
            with self.subTest(source):
                self.assertEqual(self.left(rig.run_cold, source), self.left(self.run_warm, source))

    def test_standard_streams_that_are_others(self):
        wrapped = "import io, sys; sys.stdout = io.TextIOWrapper(sys.stdout.buffer); print('kept')"
        self.ends_alike(
            wrapped, "import sys; sys.__stdout__ = None; print('kept')",
            "import sys; old = sys.stdout; sys.stdout = sys.stderr; print('kept', file=old)",
            "import sys; sys.stdout.write('kept'); old = sys.stdout.detach()",
            "import sys; sys.stdout.buffer.write(b'kept')",
            "import os; print('kept'); os.close(2)", output=b"kept")
        self.ends_alike("import sys; print('x'); sys.stdout.close()",
                        "import sys; print('x'); sys.stdout = sys.__stdout__ = None",
                        "import sys\nclass S:\n  def flush(self): print('flushed', file=old)\n"
                        "  def write(self, _): pass\nold = sys.stdout; sys.stdout = S()",
                        "import os, sys; sys.stdout.flush = lambda: os.write(1, b'x')")


class ObjectTests(EndCase):
    def test_classes_that_delete(self):
        self.ends_alike(
            LOUD + "x = Loud()", LOUD + "import json; json.x = Loud()", LOUD + "Loud.x = Loud()",
            LOUD + "x = Loud(); x.me = x; del x", LOUD + "import sys; sys.x = [Loud()]",
            LOUD.replace("  def", "  __slots__ = ()\n  def") + "x = Loud()",
            LOUD.replace("Loud:", "Loud(tuple):") + "x = Loud()",
            LOUD.replace("Loud:", "Loud(int):") + "x = Loud()",
            LOUD.replace("Loud:", "Loud(str):") + "x = (Loud(),)",
            LOUD.replace("Loud:", "Loud(dict):") + "x = Loud()",
            LOUD + "class M(type):\n  __del__ = Loud.__del__\nclass A(metaclass=M): pass",
            LOUD + "import types\nclass M(types.ModuleType):\n  __del__ = Loud.__del__\nx = M('m')",
            LOUD + "import threading; threading.Event.__del__ = Loud.__del__\n"
            "x = threading.Event()",
            LOUD + "import enum, json\nfor c in (json.JSONDecoder,): c.__del__ = Loud.__del__\n"
            "x = json.JSONDecoder()", LOUD + "def f(x=Loud()): pass", output=b"gone")
        # Of what had been there before the script.
        self.ends_alike(
            END + "os._Environ.__del__ = end", END + "os.MutableMapping.__del__ = end",
            END + "class E(os._Environ): __del__ = end\nos.environ.__class__ = E",
            END + "os.environ.__class__ = type('E', (os._Environ,), {'__d' + 'el__': end})",
            END + "class M(type(os._Environ)): __del__ = end\nos._Environ.__class__ = M",
            END + "class M(type(os)): __del__ = end\nos.__class__ = M",
            LOUD + "os.environ.x = Loud()", LOUD + "x = Loud(); import gc; gc.collect()",
            LOUD + "x = Loud(); import gc; gc.collect(0)",
            LOUD + "x = Loud(); import gc; gc.freeze(); gc.unfreeze()", output=b"gone")
        # The collector may be at work while all is looked at.
        for more in range(-5, 15):
            self.ends_alike(
                LOUD + "import gc; x = Loud()\n"
                "lists = [[] for _ in range(200)], [{} for _ in range(200)]\n"
                f"gc.set_threshold(gc.get_count()[0] + {more})", output=b"gone")
        self.ends_alike(LOUD + "x = Loud(); import gc; gc.freeze()")
        self.ends_alike(
            LOUD + "x = Loud(); import gc, sys; gc.freeze(); del sys.modules['gc']",
            LOUD + "x = Loud(); import gc; gc.freeze(); gc.unfreeze(); gc.freeze()")

    def test_what_waits(self):
        self.ends_alike(
            "def g():\n  try: yield\n  finally: print('gone')\nx = g(); next(x)",
            "async def g():\n  try: yield\n  finally: print('gone')\nx = g()\n"
            "try: x.asend(None).send(None)\nexcept StopIteration: print('gone')",
            "async def gone(): pass\nx = gone()", output=b"gone")

    def test_weak_references(self):
        self.ends_alike(
            REFERRED + "sys.it = weakref.ref(it, say)",
            REFERRED + "sys.it = weakref.proxy(it, say)",
            REFERRED + "class R(weakref.ref): pass\nsys.it = R(it, say)",
            REFERRED + "weakref.finalize(it, print, 'gone')", output=b"gone")
        self.ends_alike(REFERRED + "sys.it = weakref.ref(it, print)",
                        REFERRED + "r = weakref.ref(it, print)",
                        REFERRED + "d = weakref.WeakValueDictionary(it=it)")

    def test_what_is_warned_of(self):
        loud = "import warnings; warnings.simplefilter('always')\n"
        for opens in ("import socket; x = socket.socket()", "x = open('b.py')",
                      "import _socket; x = _socket.socket()", "import os; x = os.scandir('/')"):
            self.ends_alike(loud + opens, output=b"ResourceWarning")
            self.ends_alike(
                opens, "import warnings\nwith warnings.catch_warnings(): pass\n" + opens)


class LastWordTests(EndCase):
    def test_what_was_registered(self):
        self.ends_alike(
            "import atexit; atexit.register(print, 'last')",
            "import atexit, sys; atexit.register(print, 'last'); del sys.modules['atexit']",
            "import threading; threading._register_atexit(print, 'last')",
            "import atexit; atexit.register(print, 'first'); atexit.register(print, 'last')",
            "import threading, time\n"
            "threading.Thread(target=lambda: (time.sleep(0.1), print('last'))).start()",
            "import gc; gc.callbacks.append(lambda *_: print('last'))",
            "import gc, sys; gc.callbacks.append(lambda *_: print('last')); del sys.modules['gc']",
            "import gc; gc.set_debug(gc.DEBUG_UNCOLLECTABLE | gc.DEBUG_SAVEALL)\n"
            "x = []; x.append(x); del x; gc.collect(); print('last')",
            "import os, sys, types\ndef hear(event, _, write=os.write): write(1, event.encode())\n"
            "sys.addaudithook(types.FunctionType(hear.__code__, {}, 'hear', hear.__defaults__))\n"
            "os.write(1, b'last')", output=b"last")
        self.ends_alike("import atexit; atexit.register(lambda: 1 / 0)",
                        "import threading; threading._register_atexit(lambda: 1 / 0)",
                        "import sys; sys.modules['threading'] = 1",
                        "import atexit; atexit.register(print); atexit._clear()")

    def test_threads_that_go_on(self):
        self.ends_alike("import threading\nready = threading.Event()\n"
                        "def go():\n  ready.set()\n  while True: pass\n"
                        "threading.Thread(target=go, daemon=True).start(); ready.wait()")

    def test_children(self):
        self.ends_alike(
            "import os\nif os.fork(): os.wait()\nelse: x = open('x', 'w')\nprint('both')",
            "import os\nif not os.fork(): raise SystemExit(3)\n"
            "print(os.waitstatus_to_exitcode(os.wait()[1]))",
            LOUD + "x = Loud()\nif os.fork(): os.wait()")

    def test_errors_that_hide(self):
        for source in ("import sys; sys.excepthook = lambda *_: delattr(sys, 'last_type')\n1 / 0",
                       "import sys; sys.excepthook = lambda *_: None\n1 / 0",
                       "__loader__ = 1\n1 / 0", "import sys; del sys.excepthook\n1 / 0"):
            with self.subTest(source):
                self.assertEqual(self.same(["a.py"], {"a.py": source}).code, 1)

    def test_interpreters_that_are_odd(self):
        self.ends_alike(
            "del __loader__", "import sys; sys.modules['__main__'] = None", "import sys; "
            "sys.modules.clear()", "import sys; del sys.modules['__main__']", "import sys; "
            "sys.settrace(lambda *_: None)", "import builtins; builtins.__import__ = print",
            "import sys\nclass F:\n  def find_spec(*a): print(a[1:])\nsys.meta_path.insert(0, F())",
            "import os; os.environ['PYTHONINSPECT'] = '1'; print(1)",
            "import sys; sys.last_type = ValueError", "import gc; gc.get_objects = print",
            "import sys; print(sys.addaudithook, sys.addaudithook.__doc__)\n"
            "try: sys.addaudithook()\nexcept TypeError as error: print(error)")

    def test_who_asks_as_the_interpreter_does(self):
        self.ends_alike("import ctypes\nfor c in (ctypes.CDLL, ctypes.PyDLL):\n"
                        "  print(c(None).getenv(b'PYTHONINSPECT'))\nprint('goes on')",
                        output=b"goes on")
