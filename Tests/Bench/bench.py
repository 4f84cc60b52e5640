#!/usr/bin/env python3
"""What the node costs beside others that do the same: `make bench`.

Every figure is a ratio of two servers, or of two ways to start a program, measured in turn, round
after round, on this machine: what slows the one slows the other. A row's verdict stands on the
median of all such ratios. CPU is the kernel's accounting of each server's whole tree, so the
load generator's share is not in it, and what a server does for a call behind its answer is. Each
server has started once before: FastAPI has its byte code then, and the node what it found out about
its plugins. A time to start a program is taken where it is asked for, and over when it is reaped.
Results go to .build/bench/<time>.json, and are printed beside those of the run before.
"""

import argparse
import datetime
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import urllib.request

import boots
import calls
import plugins
import passing
import sandbox
import starts
import streams
import wide
import workers
from servers import BINARIES, HERE, ROOT, Nginx, Orien, Peer

BODY = json.dumps({"sessionId": "bench", "toolId": "echo", "args": {"message": "hello"}})
RESULTS = ROOT / ".build" / "bench"
# In a round, of each server.
STARTS = 8


def load(server, method, path, body="", connections=64, seconds=3):
    """Runs wrk against `server` for `seconds`; its answers and the CPU that they cost."""
    before = server.cpu_seconds()
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "-s", HERE / "load.lua", "--timeout",
         "10s", f"http://127.0.0.1:{server.port}{path}", "--", method, body],
        capture_output=True, text=True, check=True)
    settle(server)
    result = json.loads(done.stdout.splitlines()[-1])
    good = result["answers"] - result["refused"]
    if good < 0.99 * result["answers"] or result["broken"] > connections:
        raise RuntimeError(f"{server.name} {method} {path}: {result}")
    result["perSecond"] = good / result["seconds"]
    result["cpuMicroseconds"] = (server.cpu_seconds() - before) / good * 1e6
    return result


def settle(server):
    """Waits until a server rests: what it does after its answer is part of the call's cost."""
    last = server.cpu_seconds()
    quiet, pause = 0, threading.Event()
    while quiet < 3:
        pause.wait(0.05)
        now = server.cpu_seconds()
        quiet = quiet + 1 if now == last else 0
        last = now


def get(server, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}") as answer:
        return answer.read()


class Rows:
    """The measurements of all rounds, by row: `(ours, theirs)` pairs in one unit."""

    bounds = {
        "tools": ("GET /tools, CPU a request against nginx", "us", "<=", 1.3),
        "execute": ("POST /execute, CPU a call against FastAPI", "us", "<=", 1 / 8),
        "thin": ("POST /execute against the least on FastAPI that answers alike", "us", "<=", None),
        "accepts": ("the ledger's durable accepts, 128 in flight, against a transaction a row",
                    "/s", ">=", 15),
        "calls": ("POST /execute at 128 connections against a transaction a row", "/s", ">=", None),
        "start": ("start to listening against FastAPI", "ms", "<=", 1 / 20),
        "idle": ("idle memory (PSS) against FastAPI", "MiB", "<=", 1 / 4),
    } | wide.BOUNDS | starts.BOUNDS | calls.BOUNDS | workers.BOUNDS | plugins.BOUNDS \
        | sandbox.BOUNDS | passing.BOUNDS | boots.BOUNDS | streams.BOUNDS

    def __init__(self):
        self.pairs = {name: [] for name in self.bounds}

    def add(self, name, ours, theirs):
        self.pairs[name].append((ours, theirs))

    def results(self):
        for name, (title, unit, relation, bound) in self.bounds.items():
            pairs = self.pairs[name]
            if not pairs:
                continue
            ratios = sorted(ours / theirs for ours, theirs in pairs)
            ratio = statistics.median(ratios)
            holds = bound is None or (ratio <= bound if relation == "<=" else ratio >= bound)
            yield {
                "row": name, "title": title, "unit": unit, "relation": relation, "bound": bound,
                "ours": statistics.median(ours for ours, _ in pairs),
                "theirs": statistics.median(theirs for _, theirs in pairs),
                "ratio": ratio, "least": ratios[0], "most": ratios[-1], "holds": holds,
            }


def start_again(rows, ours, theirs):
    """One start is anybody's guess: what else the machine does takes as long."""
    servers = [ours, theirs]
    for _ in range(STARTS):
        # Each by itself, and neither always behind the other.
        for server in servers:
            server.stop()
            server.start()
            settle(server)
        servers.reverse()
        rows.add("start", ours.start_seconds * 1e3, theirs.start_seconds * 1e3)


def serve(rows, seconds):
    with Orien() as orien, Peer() as peer:
        settle(orien), settle(peer)
        rows.add("idle", orien.proportional_bytes() / 2**20, peer.proportional_bytes() / 2**20)
        start_again(rows, orien, peer)
        with Nginx(get(orien, "/tools")) as nginx:
            ours = load(orien, "GET", "/tools", seconds=seconds)
            theirs = load(nginx, "GET", "/tools", seconds=seconds)
            rows.add("tools", ours["cpuMicroseconds"], theirs["cpuMicroseconds"])
            wide.one_round(rows, orien, nginx, turns=seconds)
        ours = load(orien, "POST", "/execute", BODY, seconds=seconds)
        for row, path in (("execute", "/execute"), ("thin", "/thin")):
            theirs = load(peer, "POST", path, BODY, seconds=seconds)
            rows.add(row, ours["cpuMicroseconds"], theirs["cpuMicroseconds"])
        many = load(orien, "POST", "/execute", BODY, connections=128, seconds=seconds)
    # On the file system that the node's state was on.
    with tempfile.TemporaryDirectory(prefix="orien-bench-") as folder:
        rowwise = told([sys.executable, HERE / "rowwise.py", f"{folder}/rows.db", str(seconds)])
        ledger = told([BINARIES / "bench-ledger", f"{folder}/ledger", "128", str(seconds)])
        rows.add("accepts", ledger, rowwise)
        rows.add("calls", many["perSecond"], rowwise)


# What a round has.
PARTS = {
    "servers": serve,
    "starts": lambda rows, _: starts.one_round(rows),
    "calls": lambda rows, _: calls.one_round(rows),
    "workers": lambda rows, _: workers.one_round(rows),
    "plugins": lambda rows, _: plugins.one_round(rows),
    "sandbox": lambda rows, _: sandbox.one_round(rows),
    "ports": lambda rows, _: passing.one_round(rows),
    "boots": lambda rows, _: boots.one_round(rows),
    "streams": lambda rows, _: streams.one_round(rows),
}


def told(command):
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["perSecond"]


def report(results, before):
    print(f"{'row':9} {'ours':>10} {'theirs':>10} {'':4} {'ratio':>7} {'range':>15}"
          f" {'bound':>9} {'last time':>9}")
    for row in results:
        last = before.get(row["row"])
        bound = "" if row["bound"] is None else f"{row['relation']}{row['bound']:7.3f}"
        verdict = "" if row["bound"] is None else "ok" if row["holds"] else "MISSED"
        print(f"{row['row']:9} {row['ours']:10.1f} {row['theirs']:10.1f} {row['unit']:4}"
              f" {row['ratio']:7.3f} {row['least']:7.3f}-{row['most']:7.3f}"
              f" {bound:>9} {f'{last:9.3f}' if last else '        -'}  {verdict:6}  {row['title']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of load, each measurement")
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], help="all, or the named ones")
    options = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    earlier = sorted(RESULTS.glob("*.json"))
    before = {}
    if earlier:
        rows = json.loads(earlier[-1].read_text())["rows"]
        before = {row["row"]: row["ratio"] for row in rows}
    rows = Rows()
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", flush=True)
        for part in options.part or PARTS:
            PARTS[part](rows, options.seconds)
    results = list(rows.results())
    report(results, before)
    stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    (RESULTS / f"{stamp}.json").write_text(json.dumps({"rows": results}, indent=1) + "\n")
    sys.exit(0 if all(row["holds"] for row in results) else 1)


if __name__ == "__main__":
    main()
