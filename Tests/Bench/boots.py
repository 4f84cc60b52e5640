"""How soon a machine that was put by answers, beside one that boots: what its tests cost."""

import pathlib
import subprocess
import sys
import tempfile
import time

from servers import ROOT

sys.path.insert(0, str(ROOT / "Tests" / "Rigs"))
import machines  # noqa: E402

PLACE, PATIENCE_SECONDS = "127.77.250.9", 300

BOUNDS = {
    "boot": ("a machine that was put by until its SSH answers, against one with cloud-init that"
             " boots", "s", "<=", 0.1),
    "bootLite": ("the same against the boot of the very machine that was put by", "s", "<=", None),
}


def until_it_answers(**kind):
    """Seconds from its start; it has a key that nobody needs."""
    with tempfile.TemporaryDirectory() as folder:
        key = pathlib.Path(folder) / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        line = key.with_suffix(".pub").read_text().strip()
        told = f"#cloud-config\nssh_authorized_keys: [{line}]\n"
        began = time.monotonic()
        with machines.Machine(told, PLACE, **kind) as machine:
            machine.banner(PATIENCE_SECONDS)
            return time.monotonic() - began


def one_round(rows):
    machines.ready_image()
    ready = until_it_answers()
    rows.add("boot", ready, until_it_answers(image=machines.cloud_image(), memory=512))
    rows.add("bootLite", ready, until_it_answers(image=machines.lite_image()))
