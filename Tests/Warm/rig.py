"""Runs one script cold, as the jail's leader starts it, and warm, as its stub asks a host."""

import array
import contextlib
import dataclasses
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import threading

from jail import HEADER, START_KIND, start_body
from streams import DEADLINE_SECONDS, WORKSPACE, Streams, away

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILT = pathlib.Path(os.environ.get("ORIEN_BINARIES", ROOT / ".build" / "release")) / "warm"
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin", "HOME": "/workspace", "TMPDIR": "/tmp", "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
}
# As words.h has them.
BEGINS, FAILS, READY = b"\1", b"\2", b"\3"
# What a host calls itself whose script has ended.
ENDED = re.compile(rb"orien-ended (\d+)\n")
# The status of a host that could not become its script.
FAILED = 127 << 8

# As every program of a jail starts, warm or cold: it leaves no dump.
resource.setrlimit(resource.RLIMIT_CORE, (1, 1))


def spawn(path, words, moves, variables=None):
    """Starts a program with the descriptors of `moves`, and default signals."""
    return os.posix_spawn(
        path, words, ENVIRONMENT | (variables or {}),
        file_actions=[(os.POSIX_SPAWN_DUP2, here, there) for there, here in moves.items()],
        setsid=True, setsigmask=[], setsigdef=range(1, signal.SIGSYS + 1))


@contextlib.contextmanager
def soft_limits(limits):
    """For what is started inside."""
    before = {which: resource.getrlimit(which) for which in limits}
    try:
        for which, soft in limits.items():
            resource.setrlimit(which, (soft, before[which][1]))
        yield
    finally:
        for which, pair in before.items():
            resource.setrlimit(which, pair)


def lay_out(files):
    """Makes the workspace hold these files alone; a name that ends with / is a folder."""
    for entry in os.scandir(WORKSPACE):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)
    for name, content in files.items():
        path = WORKSPACE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)


def run_cold(words, written=b"", kind="pipe", variables=None, limits=None):
    streams = Streams(kind, written)
    umask = os.umask(0o077)
    os.chdir(WORKSPACE)
    try:
        with soft_limits(limits or {}):
            pid = spawn(f"/usr/bin/{words[0]}", words, dict(enumerate(streams.theirs)), variables)
    finally:
        os.chdir("/")
        os.umask(umask)
    streams.started()
    return streams.collect(pid)


class Stub(threading.Thread):
    """Lets a host go that stands still to tell that its script has ended, as the jail's does."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid = pid
        # What was told; None: nothing.
        self.code = None
        self.start()

    def run(self):
        # Who has reaped it knows its end.
        with contextlib.suppress(ChildProcessError):
            while self.code is None and self.has_stopped():
                with open(f"/proc/{self.pid}/comm", "rb") as name:
                    told = ENDED.fullmatch(name.read())
                if told:
                    self.code = int(told[1])
                    os.kill(self.pid, signal.SIGKILL)

    def has_stopped(self):
        seen = os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        if seen.si_code != os.CLD_STOPPED:
            return False
        return os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOHANG) is not None


class Host:
    """One waiting host; used once, and killed where it was not."""

    def __init__(self, program):
        self.order, order = socket.socketpair()
        self.words, words = socket.socketpair()
        self.words.settimeout(DEADLINE_SECONDS)
        moved = [away(end.detach()) for end in (order, words)]
        nowhere = away(os.open(os.devnull, os.O_RDWR))
        moves = dict.fromkeys(range(3), nowhere) | {3: moved[0], 4: moved[1]}
        self.pid = spawn(str(BUILT / program), [str(BUILT / program)], moves)
        for descriptor in (*moved, nowhere):
            os.close(descriptor)
        self.stub = Stub(self.pid)

    def __enter__(self):
        word = self.words.recv(1)
        if word != READY:
            raise AssertionError(f"the host says {word} and not that it is ready")
        return self

    def __exit__(self, *_):
        self.order.close()
        self.words.close()
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def ask(self, words, streams, variables=None):
        body = start_body(
            words, [f"{name}={value}" for name, value in (variables or {}).items()])
        frame = HEADER.pack(len(body), START_KIND, 7) + body
        folder = os.open("/workspace", os.O_RDONLY)
        descriptors = [*streams, folder]
        self.order.sendmsg([frame], [
            (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))])
        os.close(folder)

    def heard(self):
        """The words that the host has said since it was ready, to its end or the script's begin."""
        said = b""
        while word := self.words.recv(1):
            said += word
        return said

    def collect(self, streams):
        pid, self.pid = self.pid, None
        ending = streams.collect(pid)
        self.stub.join()
        told = self.stub.code
        return ending if told is None else dataclasses.replace(ending, code=told, was_told=True)


def run_warm(program, words, files, written=b"", kind="pipe", variables=None, limits=None):
    """The script's end, and whether it began in the host itself and not cold in its place."""
    with Host(program) as host:
        # What a host could see of the workspace before it is asked is not what the script has.
        lay_out(files)
        streams = Streams(kind, written)
        for which, soft in (limits or {}).items():
            _, hard = resource.prlimit(host.pid, which)
            resource.prlimit(host.pid, which, (soft, hard))
        host.ask(words, streams.theirs, variables)
        streams.started()
        said = host.heard()
        if said != BEGINS:
            raise AssertionError(f"the host says {said} and not that the script begins")
        return host.collect(streams)
