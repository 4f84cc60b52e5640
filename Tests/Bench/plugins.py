"""What many plugins cost a node, and what changing one costs its callers."""

import json
import pathlib
import tempfile
import time
import urllib.request

from servers import Orien
from node import UNBOUNDED, Node
from workshop import Workshop, changing

FEW, MANY = 10, 1000
REQUESTS = 40

BOUNDS = {
    "reloads": ("calls lost by plugins that change, of all", "", "<=", 0),
    "listing": ("GET /tools with 1000 declared tools against 10, CPU a byte", "ns", "<=", 1.2),
    "many": ("start with 1000 libraries against 10, their scans known", "ms", "<=", 5),
}


class Filled(Orien):
    """A node on a `tools.d` of its own."""

    def __init__(self, tools):
        self.tools = tools
        super().__init__()

    def command(self):
        return [*super().command()[:-1], self.tools]


def declared(folder, count):
    for number in range(count):
        (folder / f"tool{number}.json").write_text(json.dumps({
            "doc": "Says a word.", "command": ["echo", "{word}"],
            "args": [{"name": "word", "type": "text", "required": True, "doc": "The word"}]}))
        (folder / f"tool{number}.json").chmod(0o644)


def libraries(shop, folder, count):
    """As many that differ, of one that was compiled: by four digits of their names."""
    whole = shop.build("tool0000", 1).read_bytes()
    for number in range(count):
        name = folder / f"tool{number:04}.so"
        name.write_bytes(whole.replace(b"tool0000", f"tool{number:04}".encode()))
        name.chmod(0o644)


def nanoseconds_a_byte(count):
    with tempfile.TemporaryDirectory(prefix="orien-bench-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        declared(folder, count)
        with Filled(folder) as node:
            size, before = 0, node.cpu_seconds()
            due = time.monotonic() + 2
            while time.monotonic() < due:
                for _ in range(REQUESTS):
                    with urllib.request.urlopen(f"http://127.0.0.1:{node.port}/tools") as answer:
                        size += len(answer.read())
            return (node.cpu_seconds() - before) / size * 1e9


def start_milliseconds(shop, count):
    with tempfile.TemporaryDirectory(prefix="orien-bench-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        libraries(shop, folder, count)
        # Every server has started once before.
        with Filled(folder) as node:
            return node.start_seconds * 1e3


def lost(shop):
    with tempfile.TemporaryDirectory(prefix="orien-bench-") as name:
        node = Node(state=pathlib.Path(name) / "state", tools=shop.tools,
                    environment=UNBOUNDED)
        try:
            return changing(shop, node.start, lambda: node, 5)
        finally:
            node.close()


def one_round(rows):
    shop = Workshop()
    try:
        seen = lost(shop)
        rows.add("reloads", len(seen.wrong), seen.done)
        rows.add("listing", nanoseconds_a_byte(MANY), nanoseconds_a_byte(FEW))
        rows.add("many", start_milliseconds(shop, MANY), start_milliseconds(shop, FEW))
    finally:
        shop.close()
