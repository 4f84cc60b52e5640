"""Machines of a test's own, in QEMU and without KVM: disks to boot from, kept by their recipe, and
machines that are up, each with a seed, a loopback address of its own and a network that ends there.

    python3 machines.py image lite|cloud     makes the disk where there is none, and says its path
"""

import contextlib
import fcntl
import functools
import hashlib
import json
import os
import pathlib
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from disks import SEED_BYTES, overlay, seed
from node import until

HERE = pathlib.Path(__file__).resolve().parent
CACHE = HERE.parent.parent / ".build" / "rigs"
# Memory that stands in a file is no part of the state that is put by, nor is it read from there.
MEMORY_APART = [{"capability": "x-ignore-shared", "state": True}]
# How soon SSH is asked again: where nothing listens yet, where QEMU does for a machine that boots,
# and where the machine does, for it was put by so; there the first to ask is answered first.
REFUSED_SECONDS, BOOTING_SECONDS, LISTENING_SECONDS = 0.02, 1, 15
SSH_OPTIONS = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
               "-o", "LogLevel=ERROR", "-o", "BatchMode=yes", "-o", "ConnectTimeout=60",
               "-o", "IdentitiesOnly=yes", "-F", "none"]


@functools.cache
def lite_image():
    """A disk that is up in seconds where every instruction is emulated, and reads of its seed the
    name and the keys."""
    return _image("lite")


@functools.cache
def cloud_image():
    """A disk with systemd and cloud-init, as what people rent: half a minute."""
    return _image("cloud")


@functools.cache
def ready_image():
    """`lite_image` as it waits for its seed, up and put by: the folder of its disk, its memory and
    its devices' state, for `start(..., ready=)` with the same `memory` and `cpus`. Each that goes
    on from there has what it writes to itself: up in a second, and all of them read one memory."""
    disk = lite_image()
    ready = disk.with_name(f"machine-ready-{_recipe(disk)}")
    with _alone():
        if not ready.exists():
            _put_by(disk, ready)
    return ready


def _recipe(disk):
    """What was put by goes on in the QEMU that it was put by in, started by the same words."""
    qemu = os.stat(shutil.which("qemu-system-x86_64"))
    words = command("", "", qmp=0, console="", ready=pathlib.Path())
    told = json.dumps([disk.name, qemu.st_size, qemu.st_mtime_ns, words])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _image(kind):
    with _alone():
        made = subprocess.run(
            ["sh", HERE / "machine" / "image.sh", CACHE, kind], check=True,
            stdout=subprocess.PIPE, text=True)
    return pathlib.Path(made.stdout.strip())


@contextlib.contextmanager
def _alone():
    """One of all that make disks here."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "machines.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _put_by(disk, ready):
    with tempfile.TemporaryDirectory(prefix="making.", dir=CACHE) as work:
        work = pathlib.Path(work)
        made = work / "ready"
        made.mkdir()
        overlay(disk, made / "disk")
        (work / "seed").write_bytes(bytes(SEED_BYTES))
        (work / "console").touch()
        machine = start(made / "disk", work / "seed", qmp=work / "qmp", console=work / "console",
                        ready=made, making=True)
        try:
            until(lambda: b"waits for its seed" in (work / "console").read_bytes(), 120,
                  lambda: "it does not wait for its seed: " + (work / "console").read_text())
            with Monitor(work / "qmp") as monitor:
                monitor("migrate-set-capabilities", capabilities=MEMORY_APART)
                monitor("migrate", uri=f"exec:cat >{made / 'state'}")
                until(lambda: monitor("query-migrate")["status"] == "completed", 60,
                      "it was not put by")
        finally:
            machine.kill()
            machine.wait()
        made.rename(ready)


def command(disk, seed, *, qmp, console, address=None, port=22, memory=256, cpus=1, ready=None,
            making=False):
    """The words by which a machine is started. `qmp`: the open socket at which it is asked;
    `address`: of loopback, where its SSH is; `ready`: where it was put by, or is `making`."""
    network = "user,id=net,restrict=on"
    if address:
        network += f",hostfwd=tcp:{address}:{port}-:22"
    words = [
        "qemu-system-x86_64", "-nodefaults", "-no-user-config",
        "-machine", "q35,memory-backend=memory" if ready else "q35",
        "-accel", "tcg,thread=multi", "-cpu", "max", "-m", str(memory), "-smp", str(cpus),
        "-display", "none", "-serial", f"file:{console}", "-no-reboot",
        "-drive", f"file={disk},format=qcow2,if=virtio,cache=unsafe",
        "-drive", f"file={seed},format=raw,if=virtio,readonly=on",
        "-netdev", network, "-device", "virtio-net-pci,netdev=net,romfile=",
        "-chardev", f"socket,id=qmp,fd={qmp},server=on,wait=off", "-mon", "qmp,mode=control"]
    if ready:
        # Only what makes it may write to it; to any other the file is what its memory was.
        words += ["-object", f"memory-backend-file,id=memory,size={memory}M,"
                             f"mem-path={ready / 'memory'},share={'on' if making else 'off'}"]
    if ready and not making:
        words += ["-incoming", "defer"]
    return words


def start(disk, seed, *, qmp, ready=None, making=False, **more):
    """The process of a machine, which may be asked at the path `qmp` from now on."""
    qmp.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(qmp))
        listener.listen()
        process = subprocess.Popen(
            command(disk, seed, qmp=listener.fileno(), ready=ready, making=making, **more),
            stdin=subprocess.DEVNULL, pass_fds=[listener.fileno()])
    try:
        if ready and not making:
            with Monitor(qmp) as monitor:
                monitor("migrate-set-capabilities", capabilities=MEMORY_APART)
                monitor("migrate-incoming", uri=f"exec:cat {ready / 'state'}")
                monitor.until("RESUME")
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


class Monitor:
    """QMP: what a machine is asked by. Use it with `with`."""

    def __init__(self, path, seconds=20):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("rw")
        self.events = []
        self.lines.readline()
        self("qmp_capabilities")

    def __call__(self, name, **arguments):
        self.lines.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.lines.flush()
        while True:
            answer = json.loads(self.lines.readline() or '{"error": "it ended"}')
            if "error" in answer:
                raise AssertionError(f"{name}: {answer['error']}")
            if "return" in answer:
                return answer["return"]
            self.events.append(answer.get("event"))

    def until(self, event):
        """What happens while something else is asked is remembered."""
        while event not in self.events:
            if not (line := self.lines.readline()):
                raise AssertionError(f"it ended before {event}")
            self.events.append(json.loads(line).get("event"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()


def banner(address, port=22, seconds=120, again=BOOTING_SECONDS):
    """What the machine's SSH says first. QEMU takes a connection before the machine does, and asks
    that ever more seldom; so new ones follow, a few at once, and whichever is answered counts."""
    began, waiting = time.monotonic(), []
    deadline = began + seconds
    poll = select.poll()
    try:
        while time.monotonic() < deadline:
            pause = REFUSED_SECONDS
            with contextlib.suppress(OSError):
                one = socket.create_connection((address, port), 5)
                waiting.append(one)
                poll.register(one, select.POLLIN)
                # Where all is slow each is given longer, else none is ever served.
                pause = max(again, (time.monotonic() - began) / 30)
            if len(waiting) > 4:
                poll.unregister(waiting[0])
                waiting.pop(0).close()
            next_one = time.monotonic() + pause
            while (left := next_one - time.monotonic()) > 0:
                for number, _ in poll.poll(left * 1000):
                    one = next(one for one in waiting if one.fileno() == number)
                    with contextlib.suppress(OSError):
                        # One that has too many to talk to says so, and is asked again.
                        if (said := one.recv(255)).startswith(b"SSH-"):
                            return said
                    poll.unregister(one)
                    waiting.remove(one)
                    one.close()
    finally:
        for one in waiting:
            one.close()
    raise AssertionError(f"no SSH at {address}:{port} within {seconds} s")


def ssh(key, address, port, words, seconds=180):
    """Runs a command in the machine as root; how it ended, with what it said."""
    return subprocess.run(
        ["ssh", "-i", key, "-p", str(port), *SSH_OPTIONS, f"root@{address}", words],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)


class Machine:
    """One that is up, from its disk or as it was put by; use it with `with`."""

    def __init__(self, user_data, address, *, port=22, image=None, **more):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-machine-"))
        self.address, self.port = address, port
        self.qmp = self.home / "qmp"
        self.process = None
        self.again = BOOTING_SECONDS if image else LISTENING_SECONDS
        try:
            ready = None if image else ready_image()
            overlay(image or ready / "disk", self.home / "disk")
            seed(self.home / "seed", user_data)
            self.process = start(
                self.home / "disk", self.home / "seed", qmp=self.qmp, ready=ready,
                console=self.home / "console", address=address, port=port, **more)
        except BaseException:
            self.close()
            raise

    def banner(self, seconds=120):
        return banner(self.address, self.port, seconds, self.again)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home)


if __name__ == "__main__":
    print({"lite": lite_image, "cloud": cloud_image}[sys.argv[2]]())
