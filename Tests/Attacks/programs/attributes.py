"""Bits, lists and attributes on one's own files."""

import ctypes
import os
import stat

from attempt import attempt

for name, mode in ("set-user-id", 0o4755), ("set-group-id", 0o2755):
    open(name, "w").close()
    attempt(name, os.chmod, name, mode)
    file = os.open(name + "-open", os.O_CREAT | os.O_RDWR, 0o600)
    attempt(name + " of what is open", os.fchmod, file, mode)
    attempt(name + " at birth", os.open, name + "-born", os.O_CREAT | os.O_RDWR, mode)
    attempt(name + " of a pipe", os.mknod, name + "-pipe", stat.S_IFREG | mode)
open("white", "w").close()
libc = ctypes.CDLL(None, use_errno=True)
HERE, WHITEOUT = -100, 4


def white_out():
    if libc.renameat2(HERE, b"white", HERE, b"black", WHITEOUT) != 0:
        raise OSError(ctypes.get_errno(), "renameat2")


attempt("a device in the place of a file", white_out)
open("marked", "w").close()
for name in "user.mark", "security.capability", "system.posix_acl_access", "trusted.mark":
    attempt(name, os.setxattr, "marked", name, b"\2\0\0\0")
attempt("given away", os.chown, "marked", 0, 0)
print("finished")
