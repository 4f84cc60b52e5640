"""What more connections cost: how many requests a second a server answers by few and by many.

Whoever asks has to cost next to nothing a connection: wrk, which has a buffer and a parser for
each, is at its own bound with 1000 of them, while the server rests a fifth of the time."""

import json
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CALM = 64

BOUNDS = {
    "wide256": ("GET /tools at 256 connections against 64", "/s", ">=", 0.75),
    "wide1000": ("GET /tools at 1000 connections against 64", "/s", ">=", 0.75),
    "nginx1000": ("the same of nginx", "/s", ">=", None),
}


def one_round(rows, orien, nginx, turns):
    with tempfile.TemporaryDirectory() as folder:
        asking = pathlib.Path(folder) / "asking"
        subprocess.run(["cc", "-O2", "-Wall", "-o", asking, HERE / "asking.c"], check=True)

        def answers(server, connections):
            done = subprocess.run([asking, str(server.port), "/tools", "1", str(connections)],
                                  capture_output=True, text=True, check=True)
            return json.loads(done.stdout)["perSecond"]

        for _ in range(turns):
            calm = answers(orien, CALM)
            rows.add("wide256", answers(orien, 256), calm)
            rows.add("wide1000", answers(orien, 1000), calm)
            calm = answers(nginx, CALM)
            rows.add("nginx1000", answers(nginx, 1000), calm)
