"""The programs and tools where any user can read them: a checkout may lie in a folder of root's."""

import atexit
import pathlib
import shutil
import tempfile

from node import BINARIES, ROOT

PROGRAMS = ("orien", "orien-jail", "orien-worker", "orien-warm-node", "orien-warm-python", "warm")


def is_reachable(path):
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents)


def reachable():
    """The folder of the programs, and that of the tools."""
    tools = ROOT / "tools.d"
    if is_reachable(BINARIES / "orien") and is_reachable(tools / "echo.so"):
        return BINARIES, tools
    home = pathlib.Path(tempfile.mkdtemp(prefix="orien-reachable-"))
    atexit.register(shutil.rmtree, home)
    home.chmod(0o755)
    programs = home / "programs"
    programs.mkdir(mode=0o755)
    for name in PROGRAMS:
        if (BINARIES / name).is_dir():
            shutil.copytree(BINARIES / name, programs / name)
        elif (BINARIES / name).exists():
            shutil.copy2(BINARIES / name, programs)
    shutil.copytree(tools, home / "tools.d")
    return programs, home / "tools.d"
