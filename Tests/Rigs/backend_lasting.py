"""A backend as `backend` holds it, with programs that outlive it: orien.lasting/1, kept by the
test."""

import ctypes
import os
import signal
import subprocess
import tempfile
import time

from backend import NUMBER, OUTSIDE, Backend
from backend_abi import ANY, BYTES, STATUS, TEXT, Command, Exit, given, texts

OUTPUT_BYTES = 65_536


class Status(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint32), ("running", ctypes.c_uint32),
                ("started_ms", ctypes.c_uint64), ("ended_ms", ctypes.c_uint64),
                ("memory_bytes", ctypes.c_uint64), ("processes", ctypes.c_uint32),
                ("reserved", ctypes.c_uint32)]


class Lasting(ctypes.Structure):
    START = ctypes.CFUNCTYPE(STATUS, ANY, TEXT, ctypes.POINTER(Command), ANY)
    STOP = ctypes.CFUNCTYPE(STATUS, ANY, TEXT, ctypes.c_uint64)
    ASK = ctypes.CFUNCTYPE(STATUS, ANY, TEXT, ctypes.POINTER(Status), ctypes.POINTER(Exit), ANY)
    OUTPUT = ctypes.CFUNCTYPE(STATUS, ANY, TEXT, BYTES)
    LIST = ctypes.CFUNCTYPE(STATUS, ANY, TEXT, TEXT, BYTES)
    _fields_ = [("size", ctypes.c_uint32), ("start", START), ("stop", STOP), ("status", ASK),
                ("output", OUTPUT), ("list", LIST)]


class Programs:
    """What was started and lasts, by name; whoever opens the plugin anew finds it again."""

    def __init__(self):
        self.running = {}

    def start(self, name, words, folder):
        output = tempfile.TemporaryFile()
        process = subprocess.Popen(
            words, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": "/tmp"},
            start_new_session=True)
        self.running[name] = (process, output, time.time())

    def stop(self, name, grace_seconds):
        process, output, _ = self.running.pop(name)
        process.terminate()
        try:
            process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.close()

    def close(self):
        for name in list(self.running):
            self.stop(name, 0)

    def pid(self, name):
        return self.running[name][0].pid


class LastingBackend(Backend):
    """`lasting` is what an earlier one has left running."""

    def __init__(self, *arguments, lasting, **more):
        self.lasting = lasting
        super().__init__(*arguments, **more)

    def more_services(self):
        return {"orien.lasting/1": self.lasting_table()}

    def lasting_table(self):
        running = self.lasting.running

        def start(_, name, command, limits):
            words = texts(command.contents.argv)
            self.started.append(words)
            line = self.grants.line(words, texts(command.contents.env))
            if not command.contents.flags & OUTSIDE or line is None:
                return NUMBER["denied"]
            # Nothing here holds a program to public addresses.
            if line.get("network") == "public":
                return NUMBER["unavailable"]
            if given(name) in running and running[given(name)][0].poll() is None:
                return NUMBER["conflict"]
            self.lasting.start(given(name), [line["path"], *words[1:]], self.folder)
            return 0

        def stop(_, name, grace):
            if given(name) in running:
                self.lasting.stop(given(name), grace / 1000)
            return 0

        def status(_, name, found, end, usage):
            if given(name) not in running:
                return NUMBER["not-found"]
            code = running[given(name)][0].poll()
            found.contents.running = code is None
            found.contents.started_ms = int(running[given(name)][2] * 1000)
            end.contents.code = -1 if code is None or code < 0 else code
            return 0

        def output(_, name, said):
            if given(name) not in running:
                return NUMBER["not-found"]
            file = running[given(name)][1]
            file.seek(0)
            said.contents.take(self.lend(file.read()[-OUTPUT_BYTES:]))
            return 0

        def names(_, prefix, after, found):
            wanted = sorted(one for one in running if one.startswith(given(prefix) or "")
                            and one > (given(after) or ""))
            found.contents.take(self.lend("".join(one + "\0" for one in wanted).encode()))
            return 0
        return self.keep(Lasting(
            ctypes.sizeof(Lasting), Lasting.START(start), Lasting.STOP(stop),
            Lasting.ASK(status), Lasting.OUTPUT(output), Lasting.LIST(names)))
