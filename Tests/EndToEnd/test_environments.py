"""What a machine's owner installs for scripts: packages are found as if they were installed, by a
warm interpreter as by a cold one, and nobody writes there."""

import os
import pathlib
import shutil
import subprocess
import tempfile

from case import NodeCase
from node import until

PYTHON = """
import os, time
import installed.part
ticks = int(open("/proc/self/stat").read().rsplit(")", 1)[1].split()[19])
up = time.clock_gettime(time.CLOCK_BOOTTIME)
began = time.time() - up + ticks / os.sysconf("SC_CLK_TCK")
print(installed.part.VALUE, "warm" if began < os.stat("main.py").st_mtime else "cold")
"""
NODE = """
const fs = require("fs"), os = require("os")
const ticks = Number(fs.readFileSync("/proc/self/stat", "latin1").split(")").pop().split(" ")[20])
const began = Date.now() - os.uptime() * 1000 + ticks * 10
import("installed").then(module => console.log(
  require("installed").value, module.default.value,
  began < fs.statSync("main.cjs").mtimeMs ? "warm" : "cold"))
"""
WRITE = """
import pathlib
for place in %r:
    try:
        (pathlib.Path(place) / "other.py").write_text("")
        print("written")
    except OSError as error:
        print(error.errno)
print(sorted(str(path) for path in pathlib.Path("/usr/local").iterdir()))
"""
VERSION = subprocess.run(
    ["/usr/bin/python3", "-c", "import sys; print('python%d.%d' % sys.version_info[:2])"],
    capture_output=True, text=True, check=True).stdout.strip()
PACKAGES = f"/usr/local/lib/{VERSION}/dist-packages"


class EnvironmentTests(NodeCase):
    @classmethod
    def setUpClass(cls):
        cls.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-packages-"))
        cls.addClassCleanup(shutil.rmtree, cls.home)
        cls.home.chmod(0o755)
        package = cls.home / "python/installed"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("")
        (package / "part.py").write_text("VALUE = 42\n")
        module = cls.home / "node_modules/installed"
        module.mkdir(parents=True)
        (module / "index.js").write_text("exports.value = 43\n")
        cls.environment = {
            "SHARED": f"{cls.home}/python:{PACKAGES},{cls.home}/node_modules:/node_modules"}
        super().setUpClass()

    def until_warm(self, tool, script, text, values):
        """Each call has what is installed; one of them, soon, in an interpreter that waited."""
        def run():
            self.upload(session, script, text.encode())
            record = self.execute(session, tool, {"script": script}, wait=20).json
            self.assertEqual(record["status"], "completed", record)
            found, how = record["output"].rsplit(None, 1)
            self.assertEqual(found, values)
            return how == "warm"
        session = self.session()
        until(run, 30, f"no interpreter of {tool} that waited was had")

    def test_python_finds_a_package_warm_as_cold(self):
        self.until_warm("python_script", "main.py", PYTHON, "42")

    def test_node_finds_a_module_by_both_ways_warm_as_cold(self):
        self.until_warm("node_script", "main.cjs", NODE, "43 43")

    def test_nobody_writes_there_and_nothing_else_of_the_machines_is_shown(self):
        self.assertIn("bin", os.listdir("/usr/local"))
        places = [PACKAGES, "/usr/local", "/usr/local/lib", "/node_modules"]
        record = self.python(self.session(), WRITE % places)
        self.assertEqual(record["output"], "30\n" * 4 + "['/usr/local/lib']\n", record)
