"""Keys that a slot's user has left to the kernel where no filter kept him from it: they stay for
whoever has that number next, on this machine for good."""

import ctypes
import os
import platform

KEYCTL = {"x86_64": 250, "aarch64": 219}
INVALIDATE = 21


def forget(user):
    """All that he may see, which as somebody else nobody may touch. Only root can be him."""
    if os.geteuid() != 0:
        return
    child = os.fork()
    if child == 0:
        try:
            os.setresuid(user, user, user)
            _invalidate_all(user)
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def _invalidate_all(user):
    call = ctypes.CDLL(None).syscall
    with open("/proc/keys", encoding="utf-8", errors="replace") as keys:
        for key in [line.split() for line in keys]:
            if key[5] == str(user):
                call(KEYCTL[platform.machine()], INVALIDATE, int(key[0], 16))


def owners(first, count):
    """Whose there are, of so many users."""
    with open("/proc/key-users", encoding="ascii") as users:
        numbers = [int(line.split(":")[0]) for line in users]
    return [user for user in numbers if first <= user < first + count]
