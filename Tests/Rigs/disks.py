"""Disks that machines of a test's own are given, made in a moment."""

import json
import pathlib
import subprocess
import tempfile

# The seed's room: what was put by before its seed was there finds one of the same size.
SEED_BYTES = 1 << 20
# What a disk's first sector does that only speaks, of the words that follow until a zero:
#   mov si, 0x7c11; mov dx, 0x3f8; again: lodsb; test al, al; jz end; out dx, al; jmp again
#   end: hlt; jmp end
SPEAKS = bytes.fromhex("be117c baf803 ac 84c0 7403 ee ebf8 f4 ebfd")


def overlay(base, disk):
    """A new disk that is `base` and what is written to it."""
    subprocess.run(
        ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base, disk], check=True)


def seed(path, user_data, instance="i-1"):
    """What a machine is told, as the disk by which cloud-init is told it."""
    with tempfile.TemporaryDirectory(prefix="orien-seed-") as folder:
        folder = pathlib.Path(folder)
        (folder / "user-data").write_text(user_data)
        (folder / "meta-data").write_text(f"instance-id: {json.dumps(instance)}\n")
        subprocess.run(
            ["genisoimage", "-quiet", "-volid", "cidata", "-joliet", "-rock", "-output", path,
             folder / "user-data", folder / "meta-data"], check=True)
    with open(path, "r+b") as image:
        image.truncate(SEED_BYTES)


def speaking(disk, words):
    """A new disk that boots to nothing but this: it writes the words to the serial line, and
    halts."""
    raw = disk.with_suffix(".raw")
    raw.write_bytes((SPEAKS + words + b"\0").ljust(510, b"\0") + b"\x55\xaa")
    subprocess.run(["qemu-img", "convert", "-O", "qcow2", raw, disk], check=True)
    raw.unlink()
