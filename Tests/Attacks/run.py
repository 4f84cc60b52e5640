#!/usr/bin/env python3
"""Attacks the jail from within, with all its defences and without the one that counts, and ends
with `N passed, M failed`:

    run.py [--many] [--v2] [CASE...]      all, or the named ones

--many meters ten thousand children; --v2 attacks limits and the bill at the level `root-v2` alone,
which only a machine has whose control groups are of version 2.
"""

import argparse
import dataclasses
import os
import pathlib
import sys
import time
import traceback

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "Rigs"))

from case import CASES, Arena
import cases  # noqa: F401  declares them
import shipped
import surface
from oracles import Oracles
from stage import Stage, enter

LEVELS = ("root", "plain", "user", "unscoped", "none")
# What groups hold and count: as at `root`, but by another version of them.
OF_GROUPS = ("cases.limits", "cases.metering")


class Results:
    def __init__(self):
        self.passed = self.failed = 0

    def add(self, name, what, faults):
        if faults:
            self.failed += 1
            print(f"FAIL {name}, {what}:", *faults, sep="\n     ", flush=True)
        else:
            self.passed += 1
        return "FAILED" if faults else "ok"


def attack(arena, case):
    """What got through, and what went wrong in the attempt."""
    try:
        return case.run(arena), []
    except (AssertionError, RuntimeError, OSError, EOFError):
        return [], [traceback.format_exc()]


def hold(stage, level, chosen, results):
    """Every case against one jail that has all its defences, each with the oracles after it."""
    arena = Arena(stage, level)
    oracles = Oracles(arena.jail, stage)
    held = {}
    for case in chosen:
        began = time.monotonic()
        through, faults = attack(arena, case)
        faults += through + oracles.complaints()
        took = time.monotonic() - began
        held[case.name] = results.add(case.name, f"{level}: {case.seen}", faults), took
        # What one has left behind is not the next one's fault.
        if faults:
            arena.close()
            arena = Arena(stage, level)
            oracles = Oracles(arena.jail, stage)
    arena.close()
    results.add("oracles", f"{level}: nothing is left", oracles.farewell())
    return held


def fall(stage, level, case, results):
    """The case without what stops it: it must get through."""
    leak = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    try:
        arena = Arena(stage, level, case.stopped_by[level], inherited=[leak])
    except RuntimeError as error:
        return results.add(case.name, level, [error])
    finally:
        os.close(leak)
    through, faults = attack(arena, case)
    if not through and not faults:
        faults = ["held off all the same: what stops it is something else"]
    verdict = results.add(case.name, f"{level} without {' '.join(case.stopped_by[level])}", faults)
    arena.close()
    stage.hits()
    return "fell" if verdict == "ok" else verdict


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--many", action="store_true")
    parser.add_argument("--v2", action="store_true")
    parser.add_argument("case", nargs="*")
    options = parser.parse_args()
    enter("ORIEN_ATTACKS_INSIDE")
    stage, results = Stage(children=10_000 if options.many else 2000), Results()
    try:
        attack_all(stage, options, results)
    finally:
        stage.close()
    print(f"{results.passed} passed, {results.failed} failed")
    sys.exit(1 if results.failed or not results.passed else 0)


def attack_all(stage, options, results):
    rows = []
    words = options.case
    for level in ["root-v2"] if options.v2 else LEVELS:
        chosen = [case for case in cases_at(level) if not words or case.name in words]
        held = hold(stage, level, chosen, results) if chosen else {}
        for case in chosen:
            fell = fall(stage, level, case, results) if case.stopped_by[level] else "-"
            rows.append((case.name, level, *held[case.name], fell, case.stopped_by[level]))
    if not options.v2 and (not words or "surface" in words):
        shipped.check(results)
        surface.check(stage, results)
    for name, level, verdict, seconds, fell, without in sorted(rows):
        print(f"{name:18} {level:8} {verdict:7} {seconds:5.2f} s  {fell:7} {' '.join(without)}")


def cases_at(level):
    """What stops a case at `root` stops it at `root-v2`."""
    if level != "root-v2":
        return [case for case in CASES if level in case.stopped_by]
    return [dataclasses.replace(case, stopped_by={level: case.stopped_by["root"]})
            for case in CASES
            if "root" in case.stopped_by and case.run.__module__ in OF_GROUPS]


if __name__ == "__main__":
    main()
