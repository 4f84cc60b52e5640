"""Devices: those that a machine has, and those that one makes."""

import os
import stat

from attempt import attempt

THERE = ("mem", "kmem", "kmsg", "port", "kvm", "vda", "sda", "loop0", "loop-control", "fuse",
         "net/tun", "vhost-net", "tty0", "ptmx", "snapshot", "userfaultfd", "vsock", "rtc0")


def look(path):
    os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))


for name in THERE:
    attempt(f"to open {name}", look, f"/dev/{name}")
for kind, name in (stat.S_IFBLK, "disk"), (stat.S_IFCHR, "memory"):
    attempt(f"to make a {name}", os.mknod, name, kind | 0o600, os.makedev(1, 1))
print("finished")
