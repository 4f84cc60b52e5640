#!/usr/bin/env python3
"""Holds the client of chains to what others make of the same values, and has it do business on a
real chain; ends with `N passed, M failed`.

    check.py [--count COUNT] [--seed NUMBER] [PART...]     parts: agree, edges, journey, liars
"""

import argparse
import os
import pathlib
import random
import subprocess
import sys
import traceback

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PYTHON = ROOT / ".venv-chain" / "bin" / "python"
SUBJECTS = ["arithmetic", "hashes", "rlp", "abi", "selectors", "transactions", "texts"]
# Each takes a moment of both sides for the work that keeps a password from being guessed.
SLOW_SUBJECTS = {"keystores": 100}


class Count:
    def __init__(self):
        self.passed = self.failed = 0

    def run(self, name, body, *arguments):
        try:
            body(*arguments)
        except Exception:  # Whatever it is, the others are run.
            self.failed += 1
            print(f"FAIL {name}", traceback.format_exc(limit=-4), sep="\n", flush=True)
        else:
            self.passed += 1


def agree(count, options):
    from agree import Agreement
    from probe import Probe
    with Probe() as probe:
        for subject in SUBJECTS + list(SLOW_SUBJECTS):
            agreement = Agreement(probe, f"{options.seed} {subject}")
            turns = max(1, options.count // SLOW_SUBJECTS.get(subject, 1))

            def repeated():
                for turn in range(turns):
                    try:
                        getattr(agreement, subject)()
                    except Exception as fault:
                        fault.add_note(f"{subject}, turn {turn} of --seed {options.seed}")
                        raise
            count.run(f"agree on {subject}", repeated)
            print(f"{subject}: {turns} times", flush=True)


def edges(count, _):
    from agree import edges as cases
    from probe import Probe
    with Probe() as probe:
        for name, case, refusal in cases(probe):
            def refused():
                given = dict(case)
                found = probe.refusal(given.pop("act"), **given)
                assert found == refusal, f"expected {refusal}, found {found}"
            count.run(f"refuse {name}", refused)


def journey(count, _):
    import journey as module
    module.run(count)


def liars(count, _):
    import liars as module
    module.run(count)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip())
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("part", nargs="*")
    options = parser.parse_args()
    print(f"--seed {options.seed}", flush=True)
    count = Count()
    for part in agree, edges, journey, liars:
        if not options.part or part.__name__ in options.part:
            part(count, options)
    print(f"{count.passed} passed, {count.failed} failed")
    sys.exit(1 if count.failed else 0)


def stand_on_what_is_needed():
    """Builds the probe, and goes on in the Python that has the others' libraries."""
    subprocess.run(["swift", "build", "-c", "release", "--product", "ChainProbe"], cwd=ROOT,
                   check=True, env=os.environ | {"ORIEN_CHAIN": "1"})
    os.execv(PYTHON, [PYTHON, *sys.argv])


if __name__ == "__main__":
    if pathlib.Path(sys.prefix) != PYTHON.parent.parent:
        stand_on_what_is_needed()
    sys.path[:0] = [str(HERE), str(HERE.parent / "Rigs")]
    main()
