#!/usr/bin/env python3
"""Holds warm starts to cold ones, script by script, and ends with `N passed, M failed`.

    run.py [-v] [test_python ...]      all, or the named modules

It runs in a mount namespace of its own: the hosts want a /workspace, and nobody else's is touched.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "Rigs"))

from root import enter  # noqa: E402
from suite import run  # noqa: E402


def main():
    enter()
    run(HERE)


if __name__ == "__main__":
    main()
