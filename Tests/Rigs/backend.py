"""A role's backend as a test holds it: its library, called by the ABI as a node would call it,
held to its role's page and to its manifest's grants. No node is there, and no jail."""

import ctypes
import json
import os
import pathlib
import re
import signal
import subprocess

from backend_abi import (ARG_FAIL, RUN, Bytes, Call, Host, Log, Plugin, Process, State, bytes_of,
                         given, texts)
from node import ROOT

CODES = ("ok", "invalid", "denied", "not-found", "limited", "cancelled", "unavailable", "internal",
         "conflict")
NUMBER = {code: number for number, code in enumerate(CODES)}
OUTSIDE = 1
WALL = 2


class Refused(Exception):
    """A failure that the backend answered with."""

    def __init__(self, code, reason, message):
        super().__init__(f"{code} ({reason}): {message}")
        self.code, self.reason, self.message = code, reason, message


class Grants:
    """The programs of a manifest; `paths` are others than it has, by the name of the program."""

    def __init__(self, manifest, paths):
        self.programs = [dict(one, path=str(paths.get(one["program"], one["path"])))
                         for one in manifest["grants"]["programs"]]

    def program(self, words, variables):
        """Its path; None where nothing grants it."""
        one = self.line(words, variables)
        return one and one["path"]

    def line(self, words, variables):
        """The line that grants it; None where nothing does."""
        for one in self.programs:
            fits = any(len(form) == len(words) - 1 and all(map(admits, form, words[1:]))
                       for form in one["arguments"])
            allowed = set(variables) <= set(one.get("environment", []))
            if one["program"] == words[0] and fits and allowed:
                return one
        return None


def admits(pattern, word):
    """As the node does."""
    if word.startswith("-") and not pattern.startswith(("-", "\\-")):
        return False
    return ".." not in re.split("[/=:,]", word) and re.fullmatch(pattern, word) is not None


class Backend:
    """Opens it; `store` is what an earlier one of it has left. `program` may stand for what is
    started: it is given the words and the input, and answers (exit code, output, errors)."""

    def __init__(self, library, role, grants, config=None, store=None, program=None, folder=None):
        page = json.loads(page_of(role).read_text())
        self.page = {one["name"]: one for one in page["operations"]}
        self.grants, self.store, self.program = grants, {} if store is None else store, program
        self.lines, self.started, self.folder = [], [], folder
        self._lent, self._kept, self._revision = {}, [], 1
        entry = ctypes.CDLL(str(library)).orien_plugin_v1
        entry.restype = ctypes.POINTER(Plugin)
        self.plugin = entry().contents
        self.handlers = {given(one.contents.name): one for one in
                         each(self.plugin.handlers) if given(one.contents.role) == role}
        self.host = Host(ctypes.sizeof(Host), b"0.0.0", str(folder or "/nonexistent").encode(),
                         self.keep(Host.SERVICE(self.service)),
                         self.keep(Host.RELEASE(self.release)))
        self.services = {"orien.process/1": self.process(), "orien.state/1": self.state(),
                         "orien.log/1": self.log()} | self.more_services()
        self.opened = self.open(config or {})

    def open(self, config):
        settings = {given(one.contents.name): one.contents for one in each(self.plugin.settings)}
        values = {name: json.loads(given(one.fallback) or "null")
                  for name, one in settings.items()} | config
        place = ctypes.c_void_p(self.plugin.context)
        said = {}
        call = self.call(said, None)
        open_plugin = RUN(ctypes.cast(self.plugin.open, ctypes.c_void_p).value)
        status = open_plugin(ctypes.addressof(place), ctypes.byref(call), bytes_of(values, self))
        if status != 0:
            raise Refused(*said["failure"])
        return place

    def close(self):
        self.plugin.close(self.opened)

    def probe(self):
        """None, or the failure that says why it is not available."""
        said = {}
        call = self.call(said, None)
        status = self.plugin.probe(self.opened, ctypes.byref(call))
        return Refused(*said["failure"]) if status else None

    def ask(self, operation, **arguments):
        """The operation's answer, within its page; raises Refused, as the page lists it."""
        page = self.page[operation]
        named = {one["name"]: one["default"] for one in page["arguments"] if "default" in one}
        handler = self.handlers[operation]
        said = {"output": b""}
        call = self.call(said, handler)
        run = RUN(ctypes.cast(handler.contents.run, ctypes.c_void_p).value)
        status = run(self.opened, ctypes.byref(call), bytes_of(named | arguments, self))
        if status == 0:
            answer = json.loads(said["output"])
            self.hold(answer, page)
            return answer
        refused = Refused(*said["failure"])
        listed = {(one["code"], one.get("reason")) for one in page["failures"]}
        assert (refused.code, None) in listed or (refused.code, refused.reason) in listed, refused
        raise refused

    def hold(self, answer, page):
        known = {one["name"]: one for one in page["result"]}
        assert set(answer) <= set(known), answer
        assert {name for name, one in known.items() if one.get("required")} <= set(answer), answer
        for machine in answer.get("machines", [answer["machine"]] if "machine" in answer else []):
            assert {"name", "state"} <= set(machine), machine
            assert machine["state"] in ("starting", "running", "stopping", "stopped", "suspended",
                                        "deleted", "unknown"), machine

    # What it finds

    def more_services(self):
        return {}

    def keep(self, value):
        self._kept.append(value)
        return value

    def call(self, said, handler):
        def emit(_, stream, chunk):
            said["output"] = said.get("output", b"") + chunk.text
            return 0

        def fail(_, status, reason, message):
            said["failure"] = (CODES[status], given(reason), given(message))
            return status
        functions = (Call.EMIT(emit), Call.METER(lambda *_: 0), Call.ENDED(lambda *_: 1),
                     ARG_FAIL(fail), Call.CANCELLED(lambda _: 0), Call.DESCRIPTOR(lambda _: -1))
        said["functions"] = functions
        return Call(ctypes.sizeof(Call), b"test", None, None, ctypes.pointer(self.host), handler,
                    None, 0, *functions, 0, 0)

    def service(self, _, name):
        table = self.services.get(given(name))
        return ctypes.addressof(table) if table else None

    def lend(self, data):
        """Bytes that the plugin gives back by release()."""
        if not data:
            return Bytes(None, 0)
        buffer = ctypes.create_string_buffer(data, len(data))
        self._lent[ctypes.addressof(buffer)] = buffer
        return Bytes(ctypes.addressof(buffer), len(data))

    def release(self, _, lent):
        if lent.data:
            del self._lent[lent.data]

    def process(self):
        def run(_, command, end, capture, output, errors):
            words, variables = texts(command.contents.argv), texts(command.contents.env)
            self.started.append(words)
            path = self.grants.program(words, [one.split("=")[0] for one in variables])
            if not command.contents.flags & OUTSIDE or path is None:
                return NUMBER["denied"]
            if not self.program and not os.access(path, os.X_OK):
                return NUMBER["not-found"]
            if self.program:
                code, out, err, reason = *self.program(words, command.contents.input.text), 0
            else:
                code, out, err, reason = start(
                    [path, *words[1:]], variables, command.contents, self.folder)
            end.contents.code, end.contents.signal, end.contents.reason = code, 0, reason
            output.contents.take(self.lend(out[:capture]))
            errors.contents.take(self.lend(err[:capture]))
            return 0
        return self.keep(Process(ctypes.sizeof(Process), Process.EXEC(lambda *_: 1),
                                 Process.RUN(run)))

    def state(self):
        def put(_, key, value, revision):
            there = self.store.get(given(key), (None, 0))[1]
            if revision[0] not in (there, 2 ** 64 - 1):
                revision[0] = there
                return NUMBER["conflict"]
            self._revision += 1
            self.store[given(key)] = (value.text, self._revision)
            revision[0] = self._revision
            return 0

        def get(_, key, value, revision):
            if given(key) not in self.store:
                return NUMBER["not-found"]
            data, revision[0] = self.store[given(key)]
            value.contents.take(self.lend(data))
            return 0

        def remove(_, key, revision):
            return 0 if self.store.pop(given(key), None) else NUMBER["not-found"]

        def keys(_, prefix, after, found):
            names = sorted(one for one in self.store
                           if one.startswith(given(prefix) or "") and one > (given(after) or ""))
            found.contents.take(self.lend("".join(one + "\0" for one in names[:100]).encode()))
            return 0
        return self.keep(State(ctypes.sizeof(State), State.PUT(put), State.GET(get),
                               State.REMOVE(remove), State.LIST(keys)))

    def log(self):
        return self.keep(Log(ctypes.sizeof(Log), Log.WRITE(
            lambda _, call, level, message: self.lines.append(given(message)))))


def start(words, variables, command, folder):
    """Runs a program to its end or its deadline, as the outside jail does."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": "/tmp"}
    environment |= dict(one.split("=", 1) for one in variables)
    process = subprocess.Popen(words, env=environment, cwd=folder, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               start_new_session=True)
    try:
        out, err = process.communicate(command.input.text, command.wall_ms / 1000 or None)
        return process.returncode, out, err, 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        return -1, out, err, WALL


def each(pointer):
    """The elements of an array that ends in NULL."""
    index = 0
    while pointer and pointer[index]:
        yield pointer[index]
        index += 1


def page_of(role):
    return ROOT / "Sources/COrienABI/Roles" / (role.replace("/", ".") + ".json")


def manifest_of(name):
    return json.loads(pathlib.Path(ROOT / "tools.d" / f"{name}.json").read_text())
