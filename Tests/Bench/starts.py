"""What it takes to start a program in a jail, beside starting it without one and with others."""

import os
import pathlib
import statistics
import subprocess
import tempfile

from containers import Docker, Runc, bubblewrap
from servers import BINARIES, HERE, ROOT

from jail import Jail

SPAWN = ["/bin/true"]
# How many of each a round starts: what takes longer is started less often.
SPAWNED, BUBBLEWRAPPED, CONTAINED, DOCKERED = 2000, 60, 20, 6
IN_FLIGHT, CROWD = 64, 640

BOUNDS = {
    "spawn": ("jailed /bin/true, request to reaped, against vfork and exec, p50", "us", "<=", 2.3),
    "tail": ("p99 over p50 of these", "", "<=", 1.5),
    "bwrap": ("jailed /bin/true against bubblewrap, p50", "us", "<=", 1 / 3),
    "crowd": (f"jailed /bin/true against bubblewrap, {IN_FLIGHT} in flight", "/s", ">=", 5),
    "runc": ("jailed /bin/true against runc, p50", "us", "<=", 1 / 15),
    "docker": ("jailed /bin/true against docker run, p50", "us", "<=", 1 / 50),
}


def build():
    """The program that times others, so that nothing slower stands between."""
    program = ROOT / ".build" / "bench" / "starts"
    program.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["cc", "-O2", "-std=gnu17", "-D_GNU_SOURCE", "-I", ROOT / "Sources/COrienJail/include",
         "-o", program, HERE / "starts.c"], check=True)
    return program


class Starts:
    """A jail as the node has it, and who times it."""

    def __init__(self, folder):
        self.program = build()
        self.jail = Jail(BINARIES / "orien-jail", folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.jail.close()

    def timed(self, words, count, in_flight=1):
        """Microseconds of the jailed program and of `words`: of each start, or of all together."""
        launcher = self.jail.launcher.fileno()
        done = subprocess.run(
            [self.program, str(launcher), self.jail.workspace("workspace"), str(count),
             str(in_flight), *words],
            pass_fds=[launcher], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            check=True)
        pairs = [map(int, line.split()) for line in done.stdout.splitlines()]
        return [[nanoseconds / 1e3 for nanoseconds in column] for column in zip(*pairs)]

    def compare(self, rows, name, words, count):
        rows.add(name, *map(statistics.median, self.timed(words, count)))


def one_round(rows):
    with tempfile.TemporaryDirectory(prefix="orien-bench-", dir="/var/tmp") as folder, \
            Starts(pathlib.Path(folder)) as starts:
        found = starts.timed(SPAWN, SPAWNED)
        rows.add("spawn", *map(statistics.median, found))
        rows.add("tail", *map(tail, found))
        starts.compare(rows, "bwrap", bubblewrap(), BUBBLEWRAPPED)
        took = starts.timed(bubblewrap(), CROWD, IN_FLIGHT)
        rows.add("crowd", *(CROWD / microseconds[0] * 1e6 for microseconds in took))
        if os.geteuid() != 0:
            print("runc and docker: not measured, only root can start them here")
            return
        with Runc() as words:
            starts.compare(rows, "runc", words, CONTAINED)
        with Docker() as words:
            starts.compare(rows, "docker", words, DOCKERED)


def tail(found):
    return statistics.quantiles(found, n=100)[-1] / statistics.median(found)
