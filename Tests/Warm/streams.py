"""What a script has as its standard descriptors, and what a caller sees of its end."""

import dataclasses
import fcntl
import os
import pathlib
import selectors
import signal
import socket
import tempfile
import time

WORKSPACE = pathlib.Path("/workspace")
DEADLINE_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class Ending:
    """What a caller sees of a script."""

    output: bytes
    errors: bytes
    # As of os.waitstatus_to_exitcode: negative is a signal.
    code: int
    # By a host, before it was gone.
    was_told: bool = False


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
