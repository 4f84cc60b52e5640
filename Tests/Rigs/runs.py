#!/usr/bin/env python3
"""Has one node run code by `/run`, in its jail and in containers, and holds it to leaving nothing:
runs.py --runs N

A node for each of the two, with the same runs: some end well, some leave files, some fail, some are
too slow or write too much. At rest, before and after, everything that could leak is counted, of the
node, of the plugin's worker, and of the engine: each must be as it was.
"""

import contextlib
import itertools
import os
import random
import threading

import docker
from census import WAITING, Census, at_fullest, open_ones
from groups import group_name
from holding import hold
from node import Node, descendants, name_of

AT_ONCE = 4
# What is sent, and what of the answer shows that it ended as it should.
SORTS = {
    "fine": ({"code": "print(1)"}, lambda told: told["stdout"] == "1\n"),
    "leaving": ({"code": "open('left', 'w').write('x')", "readonly": False},
                lambda told: told["artifacts"] == {"left": "x"}),
    "shell": ({"code": "cat given", "language": "bash", "files": {"given": "g"}},
              lambda told: told["stdout"] == "g"),
    "failing": ({"code": "import sys; sys.exit(3)"}, lambda told: told["exit_code"] == 3),
    "forking": ({"code": "import os, time\nif os.fork() == 0:\n    os.setsid(); time.sleep(600)"},
                lambda told: told["success"]),
}
RARE = {"slow": ({"code": "import time; time.sleep(600)", "timeout": 1},
                 lambda told: told["timed_out"])}
# More of them at once than may wait.
CROWD = 3 * WAITING
LASTING = {"code": "import time; time.sleep(0.5)"}, lambda told: told["success"]
# What has an interpreter waiting when nothing is to do, of either node.
INTERPRETERS = {"jail": ("python3",), "docker": ()}


class Runs:
    def __init__(self, home, seed):
        self.random = random.Random(seed)
        self.open_ones = contextlib.ExitStack()
        self.engine = self.open_ones.enter_context(contextlib.closing(docker.Engine()))
        tools = home / "tools"
        tools.mkdir(mode=0o755)
        docker.tools_with(self.engine.host, tools)
        self.nodes = {}
        for backend in "jail", "docker":
            self.node = Node(state=home / backend, tools=tools,
                             environment={"SANDBOX_BACKEND": backend})
            self.nodes[backend] = self.open_ones.enter_context(self.node)

    def run(self, runs):
        for backend, node in self.nodes.items():
            self.node = node
            self.run_all(self.drawn(4 * AT_ONCE), AT_ONCE)
            before = self.rest(backend)
            self.run_all(self.drawn(runs), AT_ONCE)
            after = self.rest(backend, before)
            more = after.counts - before.counts
            assert not more, f"{backend}: " + "\n".join(
                f"{what}: were {before.counts[what]}, are {after.counts[what]}" for what in more)
            yield f"{backend}: {runs} runs ended as they should, and nothing of them is left"

    def drawn(self, count):
        return [self.random.choice(list((RARE if number % 20 == 19 else SORTS).values()))
                for number in range(count)]

    def run_all(self, drawn, at_once):
        waiting, wrong = iter(drawn), []
        lock = threading.Lock()

        def work():
            while True:
                with lock:
                    body, is_right = next(waiting, (None, None))
                if body is None:
                    return
                answer = self.node.ask("POST", "/run", body, timeout=60)
                if answer.status != 200 or not is_right(answer.json):
                    wrong.append(f"{body}: {answer}")
        threads = [threading.Thread(target=work) for _ in range(at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong, "\n".join(wrong[:5])

    def rest(self, backend, before=None):
        return at_fullest(lambda: self.run_all([LASTING] * CROWD, CROWD), self.count,
                          INTERPRETERS[backend], before)

    def count(self):
        census = Census(self.node, group_name(self.node))
        counts = census.counts
        for pid in descendants(self.node.pid):
            if name_of(pid) == "orien-worker":
                counts.update(f"descriptors of a worker, {what}" for what in open_ones(pid))
        counts["containers"] = len(self.engine.containers())
        counts["volumes"] = len(self.engine.ask("GET", "/volumes")[1]["Volumes"] or [])
        counts["networks"] = len(self.engine.ask("GET", "/networks")[1])
        counts.update(f"processes of the engine, {name_of(pid)}"
                      for pid in descendants(self.engine.daemon.pid))
        counts["files of the engine"] = sum(
            len(names) for part in ("containers", "volumes", "overlay2", "image")
            for _, _, names in itertools.islice(os.walk(self.engine.home / "data" / part), 2000))
        return census

    def close(self):
        self.open_ones.close()


if __name__ == "__main__":
    hold(__doc__, "runs", 1000, Runs, Runs.run)
