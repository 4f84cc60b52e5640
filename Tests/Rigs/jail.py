"""Starts orien-jail as the node does and speaks its protocol, as orien_jail.h has it."""

import array
import contextlib
import dataclasses
import fcntl
import os
import pathlib
import socket
import struct
import tempfile

HEADER = struct.Struct("<IIQ")
START = struct.Struct("<7Q8I")
END = struct.Struct("<IiiiII7Q")
LAUNCHER, START_KIND, KILL, ENDED = 2, 4, 5, 9
LEVELS = ("none", "user", "root")
FAULTS = ("ran", "not-found", "no-interpreter", "denied", "format", "too-big", "host", "refused",
          "never-began", "stub-lost", "no-walls")
HIT_MEMORY, HIT_PROCESSES, HIT_CPU = 1, 2, 4
# Where orien_jail.h has the keeper find what it is started with.
COMPLAINTS, CONTROL, LIFELINE, LOCK = 2, 3, 4, 5
PATIENCE_SECONDS = 15


@dataclasses.dataclass(frozen=True)
class Limits:
    """0 is no limit."""

    memory_bytes: int = 0
    cpu_percent: int = 0
    cpu_milliseconds: int = 0
    processes: int = 0
    file_bytes: int = 0
    open_files: int = 0
    io_bytes_per_second: int = 0


@dataclasses.dataclass(frozen=True)
class End:
    fault: str
    error: int
    code: int
    signal: int
    hits: int
    metered_by: int
    wall: int
    user: int
    system: int
    peak_bytes: int
    read_bytes: int
    written_bytes: int
    memory_byte_seconds: int

    @property
    def cpu_seconds(self):
        return (self.user + self.system) / 1e6


def read_frame(end):
    """Kind, id, body and descriptors of the next frame."""
    data, descriptors = b"", []
    wanted = HEADER.size
    while len(data) < wanted:
        more, control, _, _ = end.recvmsg(wanted - len(data), socket.CMSG_SPACE(16))
        if not more:
            raise EOFError("the jail has hung up")
        for _, _, passed in control:
            descriptors += array.array("i", passed)
        data += more
        if len(data) == HEADER.size:
            wanted += HEADER.unpack(data)[0]
    _, kind, number = HEADER.unpack(data[:HEADER.size])
    return kind, number, data[HEADER.size:], descriptors


class Run:
    """One program: `output` is readable while it runs, `end` comes once."""

    def __init__(self, jail, number, output):
        self.jail, self.number, self.output = jail, number, output

    def kill(self):
        self.jail.send(KILL, self.number)

    def wait(self, seconds=None):
        """How it ended; TimeoutError where it does not."""
        self.jail.launcher.settimeout(seconds or self.jail.patience)
        while self.number not in self.jail.ends:
            kind, number, body, _ = read_frame(self.jail.launcher)
            if kind == ENDED:
                fault, *rest = END.unpack(body)
                self.jail.ends[number] = End(FAULTS[fault], *rest)
        return self.jail.ends[self.number]

    def read(self):
        """What it has written and nobody has read, without waiting."""
        fcntl.fcntl(self.output, fcntl.F_SETFL, os.O_NONBLOCK)
        text = b""
        with contextlib.suppress(BlockingIOError):
            while more := os.read(self.output, 1 << 16):
                text += more
        return text.decode(errors="replace")

    def line(self):
        """Its next line, waited for."""
        fcntl.fcntl(self.output, fcntl.F_SETFL, 0)
        text = b""
        while not text.endswith(b"\n") and (more := os.read(self.output, 1)):
            text += more
        return text.decode().strip()

    def close(self):
        os.close(self.output)


def start_body(words, environment=(), places=(), limits=Limits()):
    """What follows the header where a program is to be started."""
    texts = (*words, *environment, *places)
    strings = b"".join(os.fsencode(str(text)) + b"\0" for text in texts)
    return START.pack(*dataclasses.astuple(limits), 0, 0, 0, len(words), len(environment),
                      len(places), 0, len(strings)) + strings


class Jail:
    """A keeper with its launcher; `user` is who the keeper runs as, `inherited` what a careless
    node leaves open for it."""

    def __init__(self, program, state, *options, user=0, inherited=()):
        self.state = pathlib.Path(tempfile.mkdtemp(dir=state, prefix="jail-"))
        os.chown(self.state, user, user)
        self.user = user
        self.patience = PATIENCE_SECONDS
        self.name = "orien-" + os.urandom(8).hex()
        self.ends, self.last = {}, 0
        lock = os.open(self.state / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(lock, fcntl.LOCK_SH)
        lifeline, self.lifeline = os.pipe()
        self.control, control = socket.socketpair()
        self.complaints, complaints = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            places = {complaints: COMPLAINTS, control.fileno(): CONTROL, lifeline: LIFELINE,
                      lock: LOCK}
            places |= {given: LOCK + 1 + i for i, given in enumerate(inherited)}
            become_keeper(program, [self.name, *options], places, user)
        for mine in lifeline, complaints, lock:
            os.close(mine)
        control.close()
        self.control.settimeout(PATIENCE_SECONDS)
        kind = None
        try:
            while kind != LAUNCHER:
                kind, self.launcher_pid, body, descriptors = read_frame(self.control)
        except EOFError as error:
            raise EOFError(os.read(self.complaints, 1 << 16).decode()) from error
        self.capabilities = struct.unpack_from("<11I", body)
        self.level = LEVELS[self.capabilities[10]]
        self.why = body[44:].split(b"\0")[0].decode()
        self.launcher = socket.socket(fileno=descriptors[0])

    def send(self, kind, number, body=b"", descriptors=()):
        passed = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        self.launcher.sendmsg(
            [HEADER.pack(len(body), kind, number) + body], passed if descriptors else [])

    def workspace(self, name):
        folder = self.state / name
        if not folder.exists():
            folder.mkdir(mode=0o700)
            os.chown(folder, self.user, self.user)
        return folder

    def start(self, *words, workspace="workspace", environment=(), limits=Limits(), places=()):
        """Of each of `places` the first is how and where it is shown, the second what that is."""
        self.last += 1
        body = start_body(words, environment, [name for name, _ in places], limits)
        folder = os.open(self.workspace(workspace), os.O_RDONLY | os.O_DIRECTORY)
        empty = os.open("/dev/null", os.O_RDONLY)
        output, writer = os.pipe()
        things = (thing for _, thing in places)
        self.send(START_KIND, self.last, body, (empty, writer, writer, folder, *things))
        for mine in empty, writer, folder:
            os.close(mine)
        return Run(self, self.last, output)

    def run(self, *words, **options):
        """How it ended, and what it wrote; for programs that write less than a pipe holds."""
        run = self.start(*words, **options)
        end = run.wait()
        text = run.read()
        run.close()
        return end, text

    def complained(self):
        """What it has complained of and nobody has read, without waiting."""
        os.set_blocking(self.complaints, False)
        with contextlib.suppress(BlockingIOError):
            return os.read(self.complaints, 1 << 16).decode(errors="replace")
        return "no complaints"

    def close(self):
        """As when the node dies; returns when nothing of the jail is left."""
        os.close(self.lifeline)
        self.launcher.close()
        self.control.close()
        os.waitpid(self.pid, 0)
        os.close(self.complaints)


def become_keeper(program, words, places, user):
    apart = {fcntl.fcntl(given, fcntl.F_DUPFD, 100): place for given, place in places.items()}
    for given, place in apart.items():
        os.dup2(given, place)
    os.closerange(max(places.values()) + 1, 1024)
    if user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    os.execv(program, ["orien-jail", "keeper", *words])
