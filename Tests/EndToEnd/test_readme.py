"""Every command and every plugin of the README does what it says there.

A fence that names a file (```c hello.c) is that file. A ```sh fence is run, line after line, in a
folder with that file and a `tools.d`, beside a running node whose address stands in for the one in
the text. What is only shown stands in a ```text fence. `make` and what starts a node are not run
from within their own test: that there is such a target, or such a flag, is what is checked of them.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from node import BINARIES, ROOT, Node, until

FENCE = re.compile(r"^```(\w+)[ \t]*(\S*)\n(.*?)^```$", re.M | re.S)
ADDRESS = re.compile(r"(127\.0\.0\.1|localhost):4000")


def fences():
    text = (ROOT / "README.md").read_text()
    return [(kind, name, body) for kind, name, body in FENCE.findall(text)]


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-readme-"))
        cls.addClassCleanup(shutil.rmtree, cls.home)
        tools = cls.home / "tools.d"
        shutil.copytree(ROOT / "tools.d", tools)
        # The headers and the kit are named from the top of the tree.
        for name in ("Sources", "Plugins", ".build", "Package.swift"):
            (cls.home / name).symlink_to(ROOT / name)
        cls.node = Node(state=cls.home / "state", tools=tools)
        cls.addClassCleanup(cls.node.close)
        cls.node.start()

    def run_commands(self, script):
        commands = [line for line in script.splitlines()
                    if not re.match(r"\s*(\$ )?(make|git clone|cd|orien serve|sudo)\b", line)]
        address = f"127.0.0.1:{self.node.port}"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", ADDRESS.sub(address, "\n".join(commands))],
            cwd=self.home, capture_output=True, text=True, timeout=300,
            env=os.environ | {"PATH": f"{BINARIES}:{os.environ['PATH']}",
                              "PORT": str(self.node.port), "HOME": str(self.home)})
        self.assertEqual(done.returncode, 0, f"{script}\n{done.stdout}{done.stderr}")
        return done.stdout

    def test_files_and_commands_in_their_order(self):
        for kind, name, body in fences():
            if name:
                (self.home / name).write_text(body)
            elif kind in ("sh", "bash", "console"):
                with self.subTest(body[:60]):
                    self.run_commands(body)

    def test_plugins_that_were_built_are_listed_and_run(self):
        def listed():
            tools = {tool["id"]: tool for tool in self.node.get("/tools").json["tools"]}
            own = {"echo", "python_script", "node_script", "jail-run", "docker-run"}
            new = tools.keys() - own
            return {tool: tools[tool] for tool in new} if len(new) >= 2 else None
        self.test_files_and_commands_in_their_order()
        if not listed():
            self.node.stop()
            self.node.start()
        for tool, listing in until(listed, 10, "the README's plugins are not listed").items():
            record = self.node.execute("readme", tool, listing["example"], wait=10).json
            self.assertEqual(record["status"], "completed", record)

    def test_the_two_plugins_do_the_same_in_the_node_and_in_a_worker(self):
        self.test_files_and_commands_in_their_order()
        for tool, arguments, output in (("hello", {"name": "Ada"}, "Hello, Ada\n"),
                                        ("greet", {"name": "Ada", "times": 2}, "Hello, Ada\n" * 2)):
            for isolation in ("node", "worker"):
                with self.subTest(f"{tool} in {isolation}"):
                    passing = self.home / "passing"
                    passing.write_text(json.dumps({"isolation": isolation}))
                    passing.chmod(0o644)
                    passing.rename(self.home / "tools.d" / f"{tool}.json")
                    self.assertEqual(self.node.ask("POST", "/plugins/reload").status, 200)
                    record = self.node.execute("readme", tool, arguments, wait=10).json
                    self.assertEqual((record["output"], record["isolation"]), (output, isolation))

    def test_the_first_two_commands_are_targets(self):
        words = re.findall(r"^make ([\w-]+)", (ROOT / "README.md").read_text(), re.M)
        self.assertEqual(words[:2], ["run", "test"])
        makefile = (ROOT / "Makefile").read_text()
        for word in words:
            self.assertRegex(makefile, rf"(?m)^{word}:")
