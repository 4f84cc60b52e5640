#!/usr/bin/env python3
"""Holds a running node to its own OpenAPI document, with data that is as it says and data that is
not, and its lists of tools to the types of those who read them; ends with `N passed, M failed`.

    check.py [--examples COUNT] [--seed NUMBER]
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "Rigs"))

from node import BINARIES, UNBOUNDED, Node, until  # noqa: E402
from ports import Ports  # noqa: E402

KEY = "the-key-that-every-request-has"
SETTINGS = {
    "PROVIDER_API_KEY": KEY, "VM_RATE_LIMIT_PER_MINUTE": "none", "BACKENDS": "vm/1:test.backend.vm",
    "ROLES_DIR": str(ROOT / "Sources/COrienABI/Roles"), "CPU_THRESHOLD": "100",
    "MEMORY_THRESHOLD": "100", "STORAGE_THRESHOLD": "100"}
PROGRAMS = ROOT / ".venv-schema" / "bin"
COUNTED = re.compile(r"^  (\d+) generated, (?:(\d+) found|(\d+) passed)", re.M)
OWN_COUNT = re.compile(r"^(\d+) passed, (\d+) failed$", re.M)


def tools_in(folder, *more):
    """The node's own plugins, and others beside them."""
    tools = pathlib.Path(folder) / "tools.d"
    tools.mkdir(mode=0o755)
    for path in filter(pathlib.Path.is_file, (ROOT / "tools.d").iterdir()):
        shutil.copy(path, tools)
    for library in more:
        shutil.copy(library, tools / library.name.removeprefix("lib"))
    return tools


def formats():
    """How many checks of the lists' formats have passed and failed, where a node has tools with
    arguments of every kind and rule."""
    with tempfile.TemporaryDirectory(prefix="orien-formats-") as folder:
        tools = tools_in(folder)
        for name in "all_types", "ruled":
            library = tools / f"{name}.so"
            subprocess.run(
                ["cc", "-shared", "-fPIC", "-I", ROOT / "Sources/COrienABI/include", "-o", library,
                 ROOT / "Tests" / "Fixtures" / f"{name}.c"], check=True)
            library.chmod(0o755)
        with Node(tools=tools) as node:
            done = subprocess.run(
                [PROGRAMS / "python", HERE / "formats.py", f"http://127.0.0.1:{node.port}"],
                capture_output=True, text=True, timeout=120)
    print(done.stdout, done.stderr)
    counted = OWN_COUNT.findall(done.stdout)
    return tuple(map(int, counted[-1])) if counted else (0, 1)


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--examples", default="50")
    words.add_argument("--seed", default="1")
    wanted = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="orien-schema-") as folder, \
            Ports(100) as ports, \
            Node(tools=tools_in(folder, BINARIES / "libvm_backend.so"),
                 environment=UNBOUNDED | SETTINGS | ports.settings) as node:
        bearer = {"Authorization": f"Bearer {KEY}"}
        until(lambda: node.ask("GET", "/api/v1/vms", None, bearer).status == 200, 20,
              "it rents no machines")
        done = subprocess.run(
            [PROGRAMS / "schemathesis", "--config-file",
             HERE / "schemathesis.toml", "run", f"http://127.0.0.1:{node.port}/openapi.json",
             "--header", f"Authorization: Bearer {KEY}", "--mode", "all", "--max-examples",
             wanted.examples, "--seed", wanted.seed, "--request-timeout", "20",
             "--continue-on-failure", "--no-color"],
            cwd=folder, capture_output=True, text=True, timeout=280)
        print(done.stdout, done.stderr)
        is_well = node.process.poll() is None and node.get("/health").json["status"] == "ok"
        if not is_well:
            print("FAIL: the node is not well:", *node.lines[-20:], sep="\n")
    counted = COUNTED.search(done.stdout)
    generated, found = (int(counted.group(1)), int(counted.group(2) or 0)) if counted else (0, 0)
    failed = max(found, int(done.returncode != 0)) + (not is_well)
    more, wrong = formats()
    print(f"{max(0, generated - failed) + more} passed, {failed + wrong} failed")
    failed += wrong
    sys.exit(1 if failed or not generated else 0)


if __name__ == "__main__":
    main()
