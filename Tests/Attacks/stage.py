"""Where the attacks happen: mounts and a network of their own, so that what a defence that was
taken away lets through reaches nothing of the machine's."""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILT = ROOT / ".build" / "attacks"
# An empty folder of /usr, which every jail sees: a file system is mounted on it here.
PROGRAMS = pathlib.Path("/usr/games")
# What a cloud tells about itself, a neighbour in its network, and the same of IPv6.
ADDRESSES = ("169.254.169.254", "10.20.30.40", "fd00:ec2::254")
NEIGHBOUR_PORT = 80
# Nobody: the node of the level `user`, and of `none`.
NODE_USER = 64123
# What starting and reaping a process takes at most where nothing is emulated.
START_SECONDS = 0.002
# Of the slots here, whatever other nodes run on this machine.
FIRST_USER = 1960000000


def enter(inside):
    """Starts this very program again, inside."""
    if os.environ.get(inside):
        return
    if os.geteuid() != 0:
        sys.exit("only root can make the stage and take a user away: run this as root")
    os.environ[inside] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--net", "--propagation", "private",
                          sys.executable, *sys.argv])


def command(*words):
    subprocess.run([str(word) for word in words], check=True)


def build():
    """The launcher whose defences can be taken away, and the attacks; what is younger than its
    sources stays."""
    BUILT.mkdir(parents=True, exist_ok=True)
    jail = BUILT / "orien-jail"
    parts = [ROOT / "Sources/orien-jail", ROOT / "Sources/COrienJail"]
    files = [path for part in parts for path in sorted(part.rglob("*.[ch]"))]
    sources = [path for path in files if path.suffix == ".c"]
    compile(jail, files, "-std=gnu17", "-DORIEN_TEST", "-I", ROOT / "Sources/COrienJail/include",
            *sources, "-lseccomp")
    shared = sorted((HERE / "programs").glob("*.h"))
    for source in (HERE / "programs").glob("*.c"):
        compile(BUILT / source.stem, [source, *shared], "-static", source, "-lpthread")
    return jail


def compile(program, files, *words):
    """This recipe is one of the files that it is made of."""
    newest = max(path.stat().st_mtime for path in [*files, pathlib.Path(__file__)])
    if not program.exists() or program.stat().st_mtime < newest:
        command("cc", "-O1", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", "-o", program, *words)


def slowness():
    """How many times as long as on a machine of today a process takes here to begin and to end; at
    least 1. What a bill has of that is the kernel's work, and a guest without KVM is slow at it."""
    def run_once():
        began = time.monotonic()
        subprocess.run(["true"], check=True)
        return time.monotonic() - began
    return max(1, min(run_once() for _ in range(8)) / START_SECONDS)


class Stage:
    """Everything that stands outside of the jails; `hits` says who was reached. `children`: how
    many short processes one of the attacks on the bill hides in."""

    def __init__(self, children):
        self.children = children
        built = build()
        self.folder = pathlib.Path(tempfile.mkdtemp(dir="/var/tmp", prefix="orien-attacks-"))
        self.folder.chmod(0o755)
        self.slowness = slowness()
        self.jail = shutil.copy(built, self.folder / "orien-jail")
        self.canary = self.folder / "canary"
        self.canary.mkdir(mode=0o777)
        self.canary.chmod(0o777)
        (self.canary / "bird").write_text("alive")
        self.mount()
        self.listen()

    def mount(self):
        for place in "/tmp", "/run", "/dev/shm", PROGRAMS:
            command("mount", "-t", "tmpfs", "-o", "mode=1777", "attacks", place)
        command("mount", "-t", "mqueue", "none", self.made(self.folder / "queues"))
        PROGRAMS.chmod(0o755)
        for program in [*BUILT.iterdir(), *(HERE / "programs").iterdir()]:
            if program.suffix not in (".c", ".h") and program.name != "orien-jail":
                shutil.copy(program, PROGRAMS)
                (PROGRAMS / program.name).chmod(0o755)
        shutil.copy(PROGRAMS / "rank", PROGRAMS / "rank-of-root")
        (PROGRAMS / "rank-of-root").chmod(0o4755)

    @staticmethod
    def made(folder):
        folder.mkdir()
        return folder

    def listen(self):
        """What a program might reach: services in the network, sockets of the machine."""
        command("ip", "link", "set", "lo", "up")
        self.listeners = []
        for address in ADDRESSES:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            bits = 128 if ":" in address else 32
            command("ip", "address", "add", f"{address}/{bits}", "dev", "lo", "nodad"
                    if bits == 128 else "noprefixroute")
            self.serve(family, (address, NEIGHBOUR_PORT))
        self.serve(socket.AF_UNIX, "\0orien-attacked")
        for path in "/run/docker.sock", str(self.folder / "service.sock"):
            self.serve(socket.AF_UNIX, path)
            os.chmod(path, 0o777)

    def serve(self, family, address):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.bind(address)
        listener.listen(64)
        listener.setblocking(False)
        self.listeners.append(listener)

    def hits(self):
        """How many have come since this was asked last."""
        count = 0
        for listener in self.listeners:
            while True:
                try:
                    listener.accept()[0].close()
                except BlockingIOError:
                    break
                count += 1
        return count

    def close(self):
        subprocess.run(["umount", self.folder / "queues"], check=True)
        shutil.rmtree(self.folder)


if __name__ == "__main__":
    build()
