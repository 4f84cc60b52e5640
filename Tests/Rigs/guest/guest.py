#!/usr/bin/env python3
"""Runs a command on this machine's files under a kernel of its own: guest.py COMMAND...

The guest is a Debian kernel in QEMU that has control groups of version 2 and no others. It sees all
files here, and what it writes it alone sees and forgets: what lies in /tmp and /var/tmp on a disk
of its own, all else in memory. It has no network. What the command says comes out here, and its
status is this program's.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
ENDED = re.compile(r"^guest: ended with (\d+)", re.M)
MEBIBYTES = "3072"
DISK_BYTES = 8 << 30


def main():
    image = subprocess.run(
        ["sh", HERE / "image.sh", ROOT / ".build" / "rigs"],
        check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    with tempfile.TemporaryDirectory(prefix="orien-guest-") as asked:
        words = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        pathlib.Path(asked, "run").write_text(
            "\n".join(f"export {name}={shlex.quote(word)}" for name, word in words.items())
            + f"\nexport HOME=/run\ncd {shlex.quote(str(ROOT))}\nexec {shlex.join(sys.argv[1:])}\n")
        # Takes the room of what is written alone. What a guest of seconds writes no crash can harm.
        with open(f"{asked}/disk", "wb") as disk:
            disk.truncate(DISK_BYTES)
        subprocess.run(["mkfs.ext4", "-q", "-O", "^has_journal", f"{asked}/disk"], check=True)
        sys.exit(run(image, asked))


def run(image, asked):
    """The status of what was asked; 1 where the guest did not come to say one."""
    shares = [
        word for folder, tag in (("/", "host"), (asked, "asked"))
        for word in ("-virtfs", f"local,path={folder},mount_tag={tag},readonly=on,"
                                "security_model=none,multidevs=remap")]
    guest = subprocess.Popen(
        ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2",
         "-m", MEBIBYTES, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
         "-serial", "stdio", "-kernel", f"{image}/kernel", "-initrd", f"{image}/ramdisk",
         "-append", "console=ttyS0 loglevel=1 panic=-1", *shares,
         "-drive", f"file={asked}/disk,format=raw,if=virtio,cache=unsafe"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    said = bytearray()
    try:
        for line in guest.stdout:
            line = line.replace(b"\r\n", b"\n")
            said += line
            sys.stdout.buffer.write(line)
            sys.stdout.flush()
        guest.wait()
    finally:
        guest.kill()
        guest.wait()
    ended = ENDED.findall(said.decode(errors="replace"))
    return int(ended[-1]) if ended else 1


if __name__ == "__main__":
    main()
