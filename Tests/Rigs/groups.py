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


def processes_in_groups(name):
    """The pids in all groups called `name`, and in those below them, on every hierarchy, but for
    the jail's own that wait there for a program to become."""
    found = set()
    for folder, below, _ in os.walk(CGROUPS):
        if name in pathlib.Path(folder).parts:
            with contextlib.suppress(OSError):
                text = (pathlib.Path(folder) / "cgroup.procs").read_text()
                found.update(map(int, text.split()))
        elif folder.count("/") > str(CGROUPS).count("/") + 6:
            below.clear()
    return {pid for pid in found if not waits(pid)}


def waits(pid):
    with contextlib.suppress(OSError):
        return os.path.basename(os.readlink(f"/proc/{pid}/exe")) == "orien-jail"
    return False
