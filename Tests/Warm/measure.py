#!/usr/bin/env python3
"""How long an empty script takes, warm and cold, from the request to its end: medians in ms.

    measure.py [ROUNDS]

Both are asked in the same way and in turn. The cold one is what a host does that is asked for what
is not warm: it executes the program, as the jail's leader does.
"""

import pathlib
import statistics
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "Rigs"))

import rig  # noqa: E402
from root import enter  # noqa: E402
from streams import Streams  # noqa: E402

SCRIPTS = {
    "nothing": ("", ""),
    "six imports": ("import datetime, json, math, os, re, sys",
                    "for (const x of ['fs', 'os', 'url', 'zlib', 'http', 'crypto']) require(x)"),
}


def once(program, words, files):
    with rig.Host(program) as host:
        rig.lay_out(files)
        streams = Streams("null", b"")
        began = time.perf_counter()
        host.ask(words, streams.theirs)
        host.stub.join()
        took = time.perf_counter() - began
        streams.started()
        ending = host.collect(streams)
        if ending.code != 0:
            raise AssertionError(f"{words} ended with {ending.code}")
        return took * 1000


def main():
    enter()
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    for what, (python, node) in SCRIPTS.items():
        files = {"a.py": python, "a.js": node}
        ways = {
            "python3 warm": ("orien-warm-python", ["python3", "a.py"]),
            "python3 cold": ("orien-warm-python", ["python3", "--", "a.py"]),
            "node warm": ("orien-warm-node", ["node", "a.js"]),
            "node cold": ("orien-warm-python", ["node", "a.js"]),
        }
        took = {name: [] for name in ways}
        for _ in range(rounds):
            for name, (program, words) in ways.items():
                took[name].append(once(program, words, files))
        for name, found in took.items():
            tenth = statistics.quantiles(found, n=10)[-1]
            print(f"{what:12} {name:12} {statistics.median(found):7.2f}   p90 {tenth:7.2f}")


if __name__ == "__main__":
    main()
