"""Runs one script cold, as the jail's leader starts it, and warm, as its stub asks a host."""

import array
import contextlib
import dataclasses
import fcntl
import os
import pathlib
import resource
import selectors
import shutil
import signal
import socket
import tempfile
import time

from jail import HEADER, START_KIND, start_body

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILT = pathlib.Path(os.environ.get("ORIEN_BINARIES", ROOT / ".build" / "release")) / "warm"
WORKSPACE = pathlib.Path("/workspace")
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin", "HOME": "/workspace", "TMPDIR": "/tmp", "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
}
# As words.h has them.
BEGINS, FAILS, READY = b"\1", b"\2", b"\3"
# The status of a host that could not become its script.
FAILED = 127 << 8
DEADLINE_SECONDS = 60

# As every program of a jail starts, warm or cold: it leaves no dump.
resource.setrlimit(resource.RLIMIT_CORE, (1, 1))


@dataclasses.dataclass(frozen=True)
class Ending:
    """What a caller sees of a script."""

    output: bytes
    errors: bytes
    # As of os.waitstatus_to_exitcode: negative is a signal.
    code: int


def away(descriptor):
    """The same, out of the way of the numbers that a child gets."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 100)
    os.close(descriptor)
    return moved


class Streams:
    """What a script has as descriptors 0 to 2, of one kind: `pipe`, `file`, `socket` or `null`;
    `full` takes no output, `torn` has a reader that is gone, `folder` is a folder to read."""

    def __init__(self, kind, written):
        self.kind, self.theirs, self.ours = kind, [], {}
        self._input(kind, written)
        for number in (1, 2):
            self._output(kind, number)

    def _pair(self, kind):
        """Where the script's end and ours are: it writes, or reads what was written."""
        if kind == "socket":
            return [away(end.detach()) for end in socket.socketpair()]
        return [away(end) for end in os.pipe()]

    def _input(self, kind, written):
        if kind == "file":
            with tempfile.TemporaryFile() as file:
                file.write(written)
                file.seek(0)
                self.theirs.append(away(os.dup(file.fileno())))
            return
        if kind in ("null", "folder"):
            path = WORKSPACE if kind == "folder" else os.devnull
            self.theirs.append(away(os.open(path, os.O_RDONLY)))
            return
        reader, writer = self._pair(kind)
        # It fits into the kernel's buffer, so nobody waits.
        os.write(writer, written)
        os.close(writer)
        self.theirs.append(reader)

    def _output(self, kind, number):
        path = {"null": os.devnull, "full": "/dev/full"}.get(kind)
        if path and number == 1 or kind == "null":
            self.theirs.append(away(os.open(path, os.O_WRONLY)))
        elif kind == "file":
            descriptor, path = tempfile.mkstemp()
            self.theirs.append(away(os.dup(descriptor)))
            self.ours[number] = away(descriptor)
            os.unlink(path)
        else:
            reader, writer = self._pair(kind)
            self.theirs.append(writer)
            if kind == "torn" and number == 1:
                os.close(reader)
            else:
                self.ours[number] = reader

    def started(self):
        for descriptor in self.theirs:
            os.close(descriptor)

    def collect(self, pid):
        """What the script wrote and how it ended."""
        found = {1: b"", 2: b""}
        until = deadline()
        if self.kind != "file":
            with selectors.DefaultSelector() as waiting:
                for number, descriptor in self.ours.items():
                    waiting.register(descriptor, selectors.EVENT_READ, number)
                while waiting.get_map():
                    ready = waiting.select(until - time.monotonic())
                    if not ready:
                        os.kill(pid, signal.SIGKILL)
                        raise AssertionError(f"does not end: {found}")
                    for key, _ in ready:
                        got = os.read(key.fd, 1 << 16)
                        found[key.data] += got
                        if not got:
                            waiting.unregister(key.fd)
        status = ended(pid, until)
        for number, descriptor in self.ours.items():
            if self.kind == "file":
                os.lseek(descriptor, 0, os.SEEK_SET)
                while got := os.read(descriptor, 1 << 16):
                    found[number] += got
            os.close(descriptor)
        return Ending(found[1], found[2], os.waitstatus_to_exitcode(status))


def deadline():
    return time.monotonic() + DEADLINE_SECONDS


def ended(pid, until):
    """The status of `pid`, which is killed where it does not end."""
    process = os.pidfd_open(pid)
    with selectors.DefaultSelector() as waiting:
        waiting.register(process, selectors.EVENT_READ)
        in_time = waiting.select(until - time.monotonic())
    os.close(process)
    if not in_time:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if not in_time:
        raise AssertionError("does not end")
    return status


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
        return streams.collect(pid)


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
