"""Which processes the control groups of one node hold, as the kernel lists them."""

import contextlib
import os
import pathlib
import re

CGROUPS = pathlib.Path("/sys/fs/cgroup")
NAME = re.compile(rb"orien-[0-9a-f]{16}")


def group_name(node):
    """What the node calls its groups, from the command line of its keeper."""
    words = pathlib.Path(f"/proc/{node.jail('keeper')}/cmdline").read_bytes()
    return NAME.search(words).group().decode()


def groups_named(name):
    """The folders of all groups called `name`, and of those below them, on every hierarchy."""
    for folder, below, _ in os.walk(CGROUPS):
        if name in pathlib.Path(folder).parts:
            yield pathlib.Path(folder)
        elif folder.count("/") > str(CGROUPS).count("/") + 6:
            below.clear()


def processes_of(group):
    # One that has just been removed has none.
    with contextlib.suppress(OSError):
        return {int(pid) for pid in (group / "cgroup.procs").read_text().split()}
    return set()


def processes_in_groups(name):
    """The pids in all groups called `name`, but for those that wait there for a request: the
    jail's own, and interpreters that are up."""
    return {pid for group in groups_named(name) for pid in processes_of(group) if not waits(pid)}


def waits(pid):
    with contextlib.suppress(OSError):
        if is_of_jail(pid):
            return True
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        stub = int(re.search(r"^PPid:\t(\d+)", status, re.M)[1])
        # A stub lets go of the socket to its leader when it has passed the request on, and keeps at
        # most the one by which it will hear of the next.
        return is_of_jail(stub) and sum(
            os.readlink(f"/proc/{stub}/fd/{number}").startswith("socket:")
            for number in os.listdir(f"/proc/{stub}/fd")) > 1
    return False


def is_of_jail(pid):
    return os.path.basename(os.readlink(f"/proc/{pid}/exe")) == "orien-jail"
