#!/usr/bin/env python3
"""Runs the end-to-end suite against the built node and ends with `N passed, M failed`.

    run.py [-v] [test_execute ...]      all, or the named modules
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Rigs"), str(HERE.parent / "Chain")]

from suite import run  # noqa: E402


def main():
    run(HERE)


if __name__ == "__main__":
    main()
