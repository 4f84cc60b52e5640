"""The built node as a test holds it: a state folder of its own, a free port, its process.

Everything that looks into the node from outside (descriptors, threads, control groups, the
launcher's pids) is read from the kernel, never asked of the node.
"""

import collections
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARIES = pathlib.Path(os.environ.get("ORIEN_BINARIES", ROOT / ".build" / "release"))
# As whom nodes go on that a test starts as root; nothing: as root.
RUN_AS = {"RUN_AS": os.environ["ORIEN_RUN_AS"]} if os.environ.get("ORIEN_RUN_AS") else {}
PATIENCE_SECONDS = 20
# Of a node that waits for what another has held, before it listens or says why it does not.
START_SECONDS = 60
# For who asks more often than a customer may.
UNBOUNDED = {"RATE_LIMIT_PER_MINUTE": "none"}
SERIAL = re.compile(r":\[\d+\]$")
READY = re.compile(r"orien: listening on http://([^\s/]+):(\d+)")
# What Swift says of a crash; a helper of its own says the rest, and may outlive the node.
CRASH = re.compile(r"Swift runtime failure|swift-runtime:|Fatal error")


def passable(make):
    """Folders for a moment that another user can pass through, as through /var/lib."""
    def made(*words, **more):
        path = make(*words, **more)
        os.chmod(path, 0o711)
        return path
    return made


if RUN_AS:
    tempfile.mkdtemp = passable(tempfile.mkdtemp)


class Answer:
    """One HTTP answer, read whole."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:1000]!r}"


class Node:
    """Owns the process and, unless it was given one, the state folder; use it with `with`.

    Programs of another folder than the build's find their own tools, unless told of some.
    """

    def __init__(self, *flags, state=None, tools=None, environment=None, binaries=None):
        self._home = None if state else tempfile.mkdtemp(prefix="orien-e2e-")
        self.state = pathlib.Path(state or self._home) / ("" if state else "state")
        self.binaries = pathlib.Path(binaries or BINARIES)
        tools = tools or (None if binaries else ROOT / "tools.d")
        self.flags = (["--tools", tools] if tools else []) + list(flags)
        self.environment = RUN_AS | (environment or {})
        self.lines = []
        self.process = None
        self.port = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    # The process

    def start(self):
        """Starts the node and returns once it says that it listens."""
        inherited = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "TZ")}
        self.process = subprocess.Popen(
            [self.binaries / "orien", "serve", "--listen", "127.0.0.1:0", "--state", self.state,
             *self.flags],
            env=inherited | {"HOME": str(self.state.parent)} | self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        ready = threading.Event()
        self.lines = []
        self._reader = threading.Thread(target=self._read, args=(self.process, ready), daemon=True)
        self._reader.start()
        if not ready.wait(START_SECONDS) or self.port is None:
            self.process.kill()
            raise AssertionError("the node does not listen:\n" + "\n".join(self.lines[-20:]))
        return self

    def _read(self, process, ready):
        self.port = None
        for line in process.stderr:
            text = line.decode(errors="replace").rstrip()
            self.lines.append(text)
            found = READY.search(text) if not ready.is_set() else None
            if found:
                self.port = int(found.group(2))
                ready.set()
        ready.set()

    def said(self, text, seconds=20):
        """The lines of its log that have it, once there is one: they are read after the answers
        that follow them."""
        return until(lambda: [line for line in self.lines if text in line], seconds,
                     lambda: f"nobody says '{text}':\n" + "\n".join(self.lines[-20:]))

    def kill(self):
        """SIGKILL, and nothing of it left to reap. One that had crashed before is a fault."""
        ended = self.process.poll()
        self.process.kill()
        self.process.wait()
        self._reader.join(PATIENCE_SECONDS)
        if ended is not None or self._reader.is_alive() or CRASH.search("\n".join(self.lines)):
            said = "\n".join(self.lines[-60:])
            raise AssertionError(f"it had ended by itself ({ended}):\n{said}")
        self.process.stderr.close()

    def stop(self):
        """SIGTERM; the exit status."""
        self.process.terminate()
        status = self.process.wait(PATIENCE_SECONDS)
        self._reader.join()
        self.process.stderr.close()
        return status

    def close(self):
        if self.process and self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()
        if self._home:
            shutil.rmtree(self._home, ignore_errors=True)

    @property
    def pid(self):
        return self.process.pid

    def command(self, *words, environment=None, **options):
        """Runs `orien WORDS` as its user would, and returns what it said."""
        inherited = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "TZ")}
        return subprocess.run(
            [self.binaries / "orien", *map(str, words)], capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=60,
            env=inherited | {"PORT": str(self.port), "HOME": str(self.state.parent)}
            | {k: v for k, v in self.environment.items() if k == "RUN_AS"}
            | (environment or {}), **options)

    # The wire

    def ask(self, method, path, body=None, headers=None, timeout=PATIENCE_SECONDS):
        """One request on a connection of its own; `body` is bytes, or JSON to be."""
        sent = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, bytearray)):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with contextlib.closing(connection):
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def get(self, path, **options):
        return self.ask("GET", path, **options)

    def execute(self, session, tool, arguments, wait=None, headers=None):
        query = f"?wait={wait}" if wait else ""
        body = {"sessionId": session, "toolId": tool, "args": arguments}
        return self.ask("POST", "/execute" + query, body, headers, timeout=(wait or 0) + 20)

    def upload(self, session, path, content):
        return self.ask("PUT", f"/sessions/{session}/files/{path}", content)

    def python(self, session, script, wait=10, **arguments):
        """Uploads `script` and runs it; the answer to the execute."""
        stored = self.upload(session, "main.py", script.encode())
        assert stored.status in (200, 201, 204), stored
        return self.execute(session, "python_script", {"script": "main.py", **arguments}, wait)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)

    def raw(self, *pieces, half_close=False):
        """Sends bytes as they are and returns all that comes until the node closes."""
        with self.connect() as stream:
            try:
                for piece in pieces:
                    stream.sendall(piece)
                if half_close:
                    stream.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass
            return read_all(stream)

    def final(self, execution, seconds=PATIENCE_SECONDS):
        """The execution's record once it is final."""
        def ended():
            record = self.get(f"/executions/{execution}").json
            return record if record["status"] not in ("pending", "running") else None
        return until(ended, seconds, f"{execution} does not end")

    # The kernel's view

    def descriptors(self):
        """What the node holds open, by what it is, and how many of each; of what has been removed
        meanwhile too, as of a socket that a daemon has made anew."""
        found = collections.Counter()
        for number in os.listdir(f"/proc/{self.pid}/fd"):
            with contextlib.suppress(FileNotFoundError):
                name = os.readlink(f"/proc/{self.pid}/fd/{number}").removesuffix(" (deleted)")
                found[SERIAL.sub("", name)] += 1
        return found

    def descriptor_numbers(self):
        return {int(number) for number in os.listdir(f"/proc/{self.pid}/fd")}

    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def resident_bytes(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) * 1024

    def jail(self, part):
        """The pid of a part of the jail, as `keeper` or `steward`; None while there is none."""
        named = [pid for pid in descendants(self.pid) if name_of(pid) == f"orien-{part}"]
        return named[0] if named else None


def read_all(stream):
    received = b""
    with contextlib.suppress(ConnectionResetError, TimeoutError):
        while piece := stream.recv(65536):
            received += piece
    return received


def until(condition, seconds, otherwise):
    """Asks `condition` until it has an answer; what is asked is outside, and tells nobody."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(otherwise() if callable(otherwise) else otherwise)
        pause.wait(0.02)
    return answer


def name_of(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    return None


def descendants(pid):
    """Every process below `pid`, parents first."""
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            stat = pathlib.Path(f"/proc/{entry}/stat").read_text()
            parent = int(stat.rsplit(")", 1)[1].split()[1])
            children.setdefault(parent, []).append(int(entry))
    found = []
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(0), [])
        found += below
        waiting += below
    return found


def is_alive(pid):
    """Whether `pid` runs: a zombie does not."""
    with contextlib.suppress(OSError):
        return ") Z " not in pathlib.Path(f"/proc/{pid}/stat").read_text()
    return False


def send(pid, number=signal.SIGKILL):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
