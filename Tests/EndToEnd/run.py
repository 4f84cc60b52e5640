#!/usr/bin/env python3
"""Runs the end-to-end suite against the built node and ends with `N passed, M failed`.

    run.py [-v] [test_execute ...]                      all, or the named modules
    run.py [-v] --emulating|--first|--second|--alone    a share of them, see shares.py
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Rigs"), str(HERE.parent / "Chain")]

import shares  # noqa: E402
from suite import run  # noqa: E402


def main():
    wanted = [share for share in shares.SHARES if f"--{share}" in sys.argv]
    run(HERE, lambda names: shares.of(wanted[0], names) if wanted else names)


if __name__ == "__main__":
    main()
