"""What holds after every attack that is held off, whatever it did: U2 the keeper and the launcher
have the descriptors and threads that they had; U3 no process of a program is left, and no group
but of those that wait for one; U4 nothing outside of the workspace has changed."""

import contextlib
import hashlib
import os
import pathlib

from census import at_rest
from node import until
from stage import FIRST_USER

SETTLE_SECONDS = 5
CGROUPS = pathlib.Path("/sys/fs/cgroup")
SLOTS = 1024


def fingerprint(folder):
    told = hashlib.sha256()
    for path in sorted(pathlib.Path(folder).rglob("*")):
        status = path.lstat()
        told.update(f"{path} {status.st_mode} {status.st_mtime_ns} {status.st_size}".encode())
        if path.is_file():
            told.update(path.read_bytes())
    return told.hexdigest()


def state_of(pid):
    """Descriptors by what they are, and threads, of one process."""
    folder = pathlib.Path(f"/proc/{pid}")
    kinds = []
    for entry in os.listdir(folder / "fd"):
        # One that has just been closed is none.
        with contextlib.suppress(FileNotFoundError):
            kinds.append(os.readlink(folder / "fd" / entry).split(":")[0].split("/")[0])
    # What a slot has is made when it is first used, and lasts.
    kinds = [kind for kind in kinds if kind not in ("net", "user")]
    return sorted(kinds), len(os.listdir(folder / "task"))


def groups_of(name):
    """The groups of programs below those called `name`; what goes meanwhile is not there."""
    return {pathlib.Path(folder) for folder, _, _ in os.walk(CGROUPS)
            if folder.rsplit("/", 2)[1:-1] == [name]}


def is_waiting(pid):
    with contextlib.suppress(OSError):
        return os.path.basename(os.readlink(f"/proc/{pid}/exe")) == "orien-jail"
    return True


def strangers(jail):
    """Processes that are programs: in a group of the jail's, or with a user of its slots."""
    found = set()
    for group in groups_of(jail.name):
        with contextlib.suppress(OSError):
            found |= {int(pid) for pid in (group / "cgroup.procs").read_text().split()}
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError, ValueError):
            user = os.stat(f"/proc/{int(entry)}").st_uid
            if FIRST_USER <= user < FIRST_USER + SLOTS or (
                    jail.user and user == jail.user):
                found.add(int(entry))
    return {pid for pid in found if not is_waiting(pid)}


class Oracles:
    """Of one jail: how it was, and whether it still is."""

    def __init__(self, jail, stage):
        self.jail, self.stage = jail, stage
        # What is made on first use is made before it is counted.
        crowd = [jail.start("sleep", "0.2") for _ in range(6)]
        for run in crowd:
            run.wait()
            run.close()
        self.before = at_rest(self.states)
        self.canary = fingerprint(stage.canary)

    def states(self):
        return [state_of(pid) for pid in (self.jail.pid, self.jail.launcher_pid)]

    def complaints(self):
        """What is not as it was, when there was time for it; none of it is right."""
        found = []

        def is_settled():
            found[:] = self.look()
            return not found

        # Once it is as it was that is enough: a moment later another may be made ready.
        with contextlib.suppress(AssertionError):
            until(is_settled, SETTLE_SECONDS, "")
        return found

    def look(self):
        found = []
        try:
            now = self.states()
        except FileNotFoundError:
            return ["U1: the keeper or the launcher is another"]
        if now != self.before:
            found.append(f"U2: {self.before} has become {now}; {self.jail.complained()}")
        if left := strangers(self.jail):
            found.append(f"U3: still there: {sorted(left)}")
        if fingerprint(self.stage.canary) != self.canary:
            found.append("U4: what is outside of the workspace has changed")
        return found

    def farewell(self):
        """After the jail was closed."""
        return [f"U3: {group} is left" for group in groups_of(self.jail.name)]
