"""What a call of a plugin costs in a process of its own, without the API and the ledger."""

import json
import pathlib
import shutil
import subprocess
import tempfile

from servers import BINARIES, ROOT

CALLS = 3000

BOUNDS = {
    "worker": ("a call in a worker against a byte there and back over a pair of sockets, p50",
               "us", "<=", 3),
    "within": ("the same against a call in the node", "us", "<=", None),
}


def one_round(rows):
    with tempfile.TemporaryDirectory(prefix="orien-bench-") as name:
        folder = pathlib.Path(name)
        tools = folder / "tools.d"
        tools.mkdir(mode=0o755)
        # Under a name that is none of those which come with Orien, and so run in the node.
        shutil.copy(ROOT / "tools.d" / "echo.so", tools / "sample.so")
        told = subprocess.run(
            [BINARIES / "bench-workers", tools, folder / "store", BINARIES / "orien-worker",
             str(CALLS)], capture_output=True, text=True, check=True)
    figures = json.loads(told.stdout)
    rows.add("worker", figures["worker"], figures["roundTrip"])
    rows.add("within", figures["worker"], figures["node"])
