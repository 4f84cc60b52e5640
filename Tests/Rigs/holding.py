"""Runs a rig on a state folder of its own, and ends with `N passed, M failed`."""

import argparse
import pathlib
import random
import shutil
import tempfile


def hold(doc, option, default, make, steps):
    """Makes a rig, which has a `node` and is closed, of a folder and a seed; each line that `steps`
    yields, of the rig and of what the command line says of `option`, is one check that holds."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument(f"--{option}", type=int, default=default)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    home = pathlib.Path(tempfile.mkdtemp(prefix=f"orien-{option}-"))
    rig, held = None, 0
    try:
        rig = make(home, options.seed)
        for line in steps(rig, getattr(options, option)):
            held += 1
            print(line, flush=True)
        print(f"{held} passed, 0 failed")
    except BaseException as fault:
        print(f"FAIL after {held}, seed {options.seed}: {type(fault).__name__}\n{fault}")
        if rig:
            print(*rig.node.lines[-30:], sep="\n")
        print(f"{held} passed, 1 failed", flush=True)
        raise
    finally:
        if rig:
            rig.close()
        shutil.rmtree(home, ignore_errors=True)
