"""What a program finds around it, at each level, against a golden file: UPDATE_GOLDEN=1 rewrites
these. What another machine or kernel has other names for is told by its role, or left out."""

import os
import platform
import re

from case import Arena
from jail import Limits
from stage import FIRST_USER, HERE, NODE_USER

GOLDEN = HERE / "golden"
LIMITS = Limits(memory_bytes=256 << 20, cpu_milliseconds=10_000, processes=64, file_bytes=1 << 20,
                open_files=128)
# Calls that libraries and kernels of some age do not know, and which are then refused.
YOUNG = 440
FILTERED = ("address", "call", "fcntl", "ioctl", "prctl", "socket")
OPTIONS = ("ro", "rw", "nosuid", "nodev", "noexec")
OF_THE_DISK = ("/usr", "/etc/alternatives", "/workspace")
# Mounts that this machine has in /usr are its own affair.
OF_THE_JAIL = ("/usr", "/usr/local", "/usr/src", "/usr/games")


def facts(arena):
    end, text = arena.run("probe", limits=LIMITS)
    lines = text.splitlines()
    if lines[-1:] != ["finished"]:
        raise RuntimeError(f"the probe did not run: {end} {text[-200:]}")
    told = (told_of(arena, *line.split(" ", 1)) for line in lines[:-1])
    return [line for line in told if line]


def told_of(arena, subject, fact):
    """The line as the golden file has it; nothing where it is left out."""
    line = f"{subject} {fact}"
    if subject == "namespace":
        name, number = fact.split()
        here = os.stat(f"/proc/self/ns/{name}").st_ino
        return f"namespace {name} {'shared' if here == int(number) else 'own'}"
    if subject == "mount":
        return mount(arena, fact)
    if subject == "status":
        # Whichever slot was free.
        line = re.sub(rf"\b{FIRST_USER // 10}\d\b", "SLOT", line)
        line = re.sub(rf"\b{NODE_USER}\b", "NODE", line)
        # How many bits there are is the kernel's.
        return re.sub(r"(CapBnd:\s+)0*1f\w*f$", r"\1many", line).replace("\t", " ").strip()
    if arena.level == "none" and subject in FILTERED:
        # What the kernel says by itself.
        return None
    if subject == "limit" and fact.startswith("data") and arena.level == "root":
        # A group holds that, and this one is the machine's.
        return None
    if subject == "group":
        # Which trees there are is the machine's affair.
        return None if fact.endswith(":/") or arena.level == "none" else line
    return line.replace(str(arena.stage.folder), "STAGE").replace(arena.jail.state.name, "JAIL")


def mount(arena, fact):
    left, right = fact.split(" - ")
    _, _, _, _, point, options, *_ = left.split()
    kind = right.split()[0]
    if arena.level == "none" or point.startswith("/usr/") and point not in OF_THE_JAIL:
        return None
    kept = [word for word in options.split(",") if word in OPTIONS]
    if point == "/proc" and "ro" not in kept:
        # Below the jail's own, so that the kernel lets it be mounted: as the machine has it.
        return None
    of_disk = point in OF_THE_DISK or point.startswith("/dev/") and kind != "tmpfs"
    return f"mount {point} {'' if of_disk else kind + ' '}{','.join(kept)}"


def differences(wanted, found):
    """What is in one alone. A young call may be refused where it is not known."""
    missing = [line for line in wanted if line not in found]
    more = [line for line in found if line not in wanted]
    for line in [line for line in more if line.endswith(" ENOSYS")]:
        subject, number, _ = line.split(" ", 2)
        known = f"{subject} {number} reachable"
        is_young = subject in ("fcntl", "prctl") or subject == "call" and int(number) > YOUNG
        if is_young and known in missing:
            missing.remove(known)
            more.remove(line)
    if platform.machine() != "x86_64":
        # The numbers are another's.
        missing, more = ([line for line in side if not line.startswith("call ")]
                         for side in (missing, more))
    return [f"- {line}" for line in missing] + [f"+ {line}" for line in more]


def check(stage, results):
    for level in "root", "user", "none":
        arena = Arena(stage, level)
        try:
            found = facts(arena)
        finally:
            arena.close()
        file = GOLDEN / f"{level}.txt"
        if os.environ.get("UPDATE_GOLDEN"):
            file.write_text("\n".join(found) + "\n")
        results.add("surface", level, differences(file.read_text().splitlines(), found))
