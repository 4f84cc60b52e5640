"""What looking at a thousand streams costs: the plugin that does so and the node's part of it,
against a loop that asks for one after the other with web3. A server with canned answers stands for
the chain, so that what it costs is in neither."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request

from servers import BINARIES, HERE, ROOT, TICKS, Server
from node import descendants

STREAMS, OURS, THEIRS = 1000, 10, 1
CONTRACT, RECIPIENT = "0x" + "cc" * 20, "0x" + "22" * 20

BOUNDS = {
    "streams": ("a look at 1000 streams, CPU of worker and node, against a loop with web3", "ms",
                "<=", 1 / 20),
    "streamtrips": ("requests to the chain for it", "", "<=", 12),
}


class Canned(Server):
    name = "canned"

    def command(self):
        return [sys.executable, HERE / "canned.py", str(self.port), RECIPIENT]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def requests(self):
        with urllib.request.urlopen(self.url) as answer:
            return json.loads(answer.read())


class Looker:
    """A process that looks once for each line; one look is before all that are counted."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.look()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()

    def look(self):
        self.process.stdin.write("look\n")
        self.process.stdin.flush()
        if self.process.stdout.readline() != "done\n":
            raise RuntimeError(f"it ended with {self.process.wait(10)}")

    def cpu_seconds(self):
        """Of it and all below it that is there."""
        total = 0
        for pid in [self.process.pid, *descendants(self.process.pid)]:
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += sum(map(int, stat[11:13]))
        return total / TICKS

    def milliseconds(self, looks):
        before = self.cpu_seconds()
        for _ in range(looks):
            self.look()
        return (self.cpu_seconds() - before) / looks * 1e3


def one_round(rows):
    with Canned() as chain, tempfile.TemporaryDirectory(prefix="orien-bench-") as name:
        folder = pathlib.Path(name)
        tools = folder / "tools.d"
        tools.mkdir(mode=0o755)
        shutil.copy(ROOT / "tools.d" / "stream-payments.so", tools)
        (tools / "stream-payments.json").write_text(json.dumps({"config": {
            "network": "dev", "urls": [chain.url], "contract": CONTRACT, "recipient": RECIPIENT}}))
        with Looker(BINARIES / "bench-streams", tools, folder / "store", BINARIES / "orien-worker",
                    STREAMS) as ours:
            before = chain.requests()
            cost = ours.milliseconds(OURS)
            rows.add("streamtrips", (chain.requests() - before) / OURS, 1)
        with Looker(ROOT / ".venv/bin/python", HERE / "streams_peer.py", chain.url, CONTRACT,
                    RECIPIENT, STREAMS) as theirs:
            rows.add("streams", cost, theirs.milliseconds(THEIRS))
