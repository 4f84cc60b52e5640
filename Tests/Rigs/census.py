"""What a node at rest has of everything that could leak, counted by the kernel."""

import collections
import contextlib
import os
import pathlib
import re
import time

from groups import CGROUPS, groups_named, processes_of
from node import SERIAL, descendants, name_of, until

# For a second the launcher keeps more than usual of what waits for a request; the rest is for a
# machine that is slow.
REST_SECONDS, PATIENCE_SECONDS = 2.5, 30
# The most interpreters of a kind that wait, as the launcher has it.
WAITING = 8
SETTLE_SECONDS, LOOKS, CROWDS = 20, 10, 3
PARTS = ("keeper", "launcher", "janitor")
# What a slot has, its network and its users: made when it is first used, it lasts.
LASTS = ("net", "user")


class Census:
    """Counts by what is counted, in `counts`; memory by whose it is, in `memory_bytes`; and how
    many `slots` the launcher has made."""

    def __init__(self, node, group):
        self.own = {"node": node.pid} | {part: node.jail(part) for part in PARTS}
        self.group = group
        below = descendants(node.pid)
        self.slots = max(list(open_ones(self.own["launcher"])).count(kind) for kind in LASTS)
        groups = list(groups_named(group))
        self.pids = {node.pid, *below, *(pid for folder in groups for pid in processes_of(folder))}
        self.counts = collections.Counter()
        for part, pid in self.own.items():
            self.counts.update(descriptors(part, pid))
            self.counts[f"mounts of the {part}"] = mounts(pid)
        self.counts["mounts of the machine"] = mounts("self")
        self.counts["mounts of a jail, at most"] = max(
            mounts(pid) for pid in self.pids - set(self.own.values()))
        self.counts.update(f"processes, {name_of(pid)}" for pid in self.pids)
        self.counts.update(f"groups, {hierarchy(folder)}" for folder in groups)
        self.counts.update(f"namespaces, {kind}" for kind in namespaces(self.pids))
        self.counts["files in workspaces"] = sum(
            len(names) for _, _, names in os.walk(node.state / "workspaces"))
        self.memory_bytes = {part: proportional_bytes(pid) for part, pid in self.own.items()}

    def told(self):
        """All of it, in few words: descriptors of one part together."""
        short = collections.Counter()
        for what, count in self.counts.items():
            short[re.sub(r"^(descriptors of the \w+), .*", r"\1", what)] += count
        return short | {"slots": self.slots} | {f"memory of the {part}, KiB": size >> 10
                        for part, size in self.memory_bytes.items()}


def at_rest(look, patience=PATIENCE_SECONDS):
    """What `look` finds when that has not changed for longer than a launcher keeps what a crowd has
    left."""
    looks = []

    def agree():
        now = look()
        if not looks or looks[0][1] != now:
            looks[:] = [(time.monotonic(), now)]
        return time.monotonic() - looks[0][0] > REST_SECONDS

    until(agree, patience, "it never comes to rest")
    return looks[0][1]


def at_fullest(crowd, look, interpreters, before=None):
    """A census that `look` takes when nothing is to do and all `interpreters` that may wait are up,
    for how many do is another number after other calls: `crowd` asks for more of them at once.
    Where there was a census before, what has become more since is waited for to go."""
    looks = []

    def is_full():
        counts = looks[-1].counts
        return all(counts[f"processes, {name}"] == WAITING for name in interpreters)

    def settled():
        looks.append(look())
        counts = [each.counts for each in looks[-LOOKS:]]
        if before:
            # What is positive alone: a machine has mounts of others, which may go.
            return is_full() and not counts[-1] - before.counts
        return is_full() and counts[1:] == counts[:-1] and len(counts) == LOOKS

    # After a while there is one fewer, so that a slow machine may have to be asked again.
    for _ in range(CROWDS):
        crowd()
        # What does not come to rest is told in full by whoever compares.
        with contextlib.suppress(AssertionError):
            until(settled, SETTLE_SECONDS, "")
            break
    if not is_full():
        raise AssertionError(f"not all that may wait are up: {looks[-1].told()}")
    return looks[-1]


def open_ones(pid):
    for number in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            yield SERIAL.sub("", os.readlink(f"/proc/{pid}/fd/{number}"))


def descriptors(part, pid):
    return collections.Counter(
        f"descriptors of the {part}, {shortened(what)}" for what in open_ones(pid)
        if what not in LASTS)


def shortened(path):
    """A group has its number in its name, and each jail a group of its own."""
    return re.sub(r"/e\d+", "/e...", path)


def mounts(pid):
    # One that has just ended has none.
    with contextlib.suppress(OSError):
        return len(pathlib.Path(f"/proc/{pid}/mountinfo").read_text().splitlines())
    return 0


def hierarchy(folder):
    return folder.relative_to(CGROUPS).parts[0]


def namespaces(pids):
    """The kind of each namespace that one of these processes is in."""
    found = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            for name in os.listdir(f"/proc/{pid}/ns"):
                found.add(os.readlink(f"/proc/{pid}/ns/{name}"))
    return [name.split(":")[0] for name in found]


def proportional_bytes(pid):
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", rollup, re.M).group(1)) << 10
