"""A root folder like this machine's, seen by this process alone, with a /workspace in memory."""

import contextlib
import os
import pathlib
import subprocess
import sys

INSIDE = "ORIEN_WARM_INSIDE"
# Becomes the root; what is mounted here is gone with the process.
ROOT = pathlib.Path("/mnt")


def mount(*words):
    subprocess.run(["mount", *map(str, words)], check=True)


def enter():
    """Starts this very program anew in a mount namespace, and comes back with the root made."""
    if os.environ.pop(INSIDE, None) is None:
        mapped = [] if os.geteuid() == 0 else ["--map-root-user"]
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "--mount", *mapped, sys.executable, *sys.argv])
    entries = [entry for entry in os.scandir("/") if entry.name != "workspace"]
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", ROOT)
    for entry in entries:
        here = ROOT / entry.name
        if entry.is_symlink():
            here.symlink_to(os.readlink(entry.path))
        elif entry.is_dir() and entry.path != str(ROOT):
            here.mkdir()
            mount("--rbind", entry.path, here)
    (ROOT / "workspace").mkdir()
    os.chroot(ROOT)
    os.chdir("/")
    # What whoever started this left open is no script's.
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2:
            with contextlib.suppress(OSError):
                os.set_inheritable(int(name), False)
