"""The program that is shipped has none of the switches that tests have."""

import pathlib
import subprocess

from stage import BUILT, ROOT

SWITCH = b"--without"
REFUSED = 64


def built():
    """The shipped one, of whatever build is there."""
    return [path for kind in ("release", "debug")
            if (path := ROOT / ".build" / kind / "orien-jail").exists()]


def has_switch(program):
    """By what stands in it, and by what it says to the option."""
    says = subprocess.run([program, "keeper", "orien-" + "0" * 16, "--without", "filter"],
                          stdin=subprocess.DEVNULL, capture_output=True, close_fds=True)
    found = [f"{program} takes the option"] if says.returncode != REFUSED else []
    if SWITCH in pathlib.Path(program).read_bytes():
        found.append(f"{program} knows the option's name")
    return found


def check(results):
    programs = built()
    faults = [fault for program in programs for fault in has_switch(program)]
    results.add("shipped", "no defence can be taken away",
                faults or ([] if programs else ["there is none: swift build"]))
    results.add("shipped", "the one for tests is found out",
                [] if has_switch(BUILT / "orien-jail") else ["no difference is seen"])
