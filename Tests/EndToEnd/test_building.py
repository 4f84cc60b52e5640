"""What `make install` and `Plugins/build` leave behind, and what they say where they cannot."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from node import ROOT, Node

ENTRY = """
@c @implementation
public func orien_plugin_v1() -> UnsafePointer<orien_plugin>? { plugin.table }
"""
PLUGIN = """
import OrienKit

private let plugin = Plugin(id: "com.example.built", version: "1.0.0") {
  Tool("built", "Says so.") { call in try call.emit("built") }
}
"""


class Building(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-building-"))
        self.addCleanup(shutil.rmtree, self.home)

    def run_script(self, script, *words):
        return subprocess.run([ROOT / script, *words], cwd=ROOT, capture_output=True, text=True,
                              timeout=300, umask=0o002)


class Installing(Building):
    def test_the_installed_tree_runs_by_itself(self):
        prefix = self.home / "usr"
        for _ in range(2):
            done = self.run_script(".ci/install", prefix)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "", "what has not changed was installed anew")
        self.assertEqual(sorted(os.listdir(prefix / "bin")),
                         ["golem-provider", "orien", "orien-jail", "orien-provider",
                          "orien-worker"])
        self.assertEqual(os.readlink(prefix / "bin/golem-provider"), "orien")
        self.assertEqual(sorted(os.listdir(prefix / "lib" / "orien" / "warm")),
                         ["liborien_warm_node.so", "liborien_warm_python.so", "orien-warm-node",
                          "orien-warm-node.cjs", "orien-warm-python", "orien-worker"])
        tools = prefix / "lib" / "orien" / "tools.d"
        with Node(binaries=prefix / "bin") as node:
            shown = json.loads(node.command("config", "show", "--json").stdout)
            self.assertEqual(shown["TOOLS_DIR"]["value"], str(tools))
            self.assertEqual(node.command("run", "echo", "message=hello").stdout, "hello\n")
            record = node.python("s", "print('ran')").json
            self.assertEqual((record["status"], record["output"]), ("completed", "ran\n"))

    def test_an_operators_manifest_stays(self):
        tools = self.home / "lib" / "orien" / "tools.d"
        tools.mkdir(parents=True)
        (tools / "echo.json").write_text('{"enabled": false}')
        self.assertEqual(self.run_script(".ci/install", self.home).returncode, 0)
        self.assertEqual((tools / "echo.json").read_text(), '{"enabled": false}')
        self.assertTrue((tools / "python_script.json").exists())


class PluginsBuild(Building):
    def build(self, name, text):
        source = self.home / name
        source.write_text(text)
        return self.run_script("Plugins/build", source, self.home)

    def libraries(self):
        return sorted(name for name in os.listdir(self.home) if not name.endswith(".swift"))

    def test_without_its_words_it_says_which(self):
        for words in ([], ["greet.swift"], ["a.swift", "tools.d", "more"]):
            done = self.run_script("Plugins/build", *words)
            self.assertEqual(done.returncode, 64, done)
            self.assertIn("usage: Plugins/build FILE.swift FOLDER", done.stderr)

    def test_what_is_not_there_or_cannot_be_is_named(self):
        (self.home / "is.swift").write_text(PLUGIN + ENTRY)
        (self.home / "is not.swift").write_text(PLUGIN + ENTRY)
        (self.home / "is.c").write_text("")
        for source, folder, said in (
                ("no.swift", ".", "there is no file"), ("is.c", ".", "expected a file of Swift"),
                ("is.swift", "nowhere", "there is no folder"),
                ("is not.swift", ".", "expected a name of")):
            with self.subTest(source=source, folder=folder):
                done = self.run_script("Plugins/build", self.home / source, self.home / folder)
                self.assertEqual(done.returncode, 1, done)
                self.assertIn(said, done.stderr)
                self.assertNotIn("mktemp", done.stderr)
        self.assertEqual(self.libraries(), ["is.c"])

    def test_a_name_that_is_no_modules_is_a_librarys_all_the_same(self):
        for name in ("my-tool", "2nd", "OrienKit"):
            done = self.build(f"{name}.swift", PLUGIN + ENTRY)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.libraries(), ["2nd.so", "OrienKit.so", "my-tool.so"])
        with Node(tools=self.home) as node:
            self.assertEqual(node.command("run", "built").stdout, "built")

    def test_a_plugin_without_its_entry_is_not_installed(self):
        for text in (PLUGIN, PLUGIN + ENTRY.replace("public", "private")):
            done = self.build("entryless.swift", text)
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual(self.libraries(), [])
        self.assertIn("orien_plugin_v1", self.build("entryless.swift", PLUGIN).stderr)
