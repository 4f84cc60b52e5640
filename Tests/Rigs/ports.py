"""Ports that a test has for itself, and who listens at them, as the kernel tells.

They lie below those that the kernel gives to clients: among those a connection of anybody's may
have one of them, and who tries to connect to a closed one may be given that very port, and so
reach himself.
"""

import contextlib
import os
import pathlib
import socket

from node import until

FIRST, END, AT_ONCE = 20_000, 32_000, 10
LISTEN, TIME_WAIT = 0x0A, 0x06


class Ports:
    """So many beside one another, from `first`, that nobody has and no other test is lent until
    they are closed; use it with `with`, or close it."""

    def __init__(self, count):
        self._held = contextlib.ExitStack()
        step = -(-count // AT_ONCE) * AT_ONCE
        for first in range(FIRST, END - step, AT_ONCE):
            self.first, self.range = first, range(first, first + count)
            with contextlib.suppress(OSError), contextlib.ExitStack() as held:
                for block in range(first, first + step, AT_ONCE):
                    # Whoever ends without a word gives this back, and it leaves no file.
                    lock = held.enter_context(socket.socket(socket.AF_UNIX))
                    lock.bind(f"\0orien-test-ports-{block}")
                if not is_taken(self.range):
                    self._held = held.pop_all()
                    return
        raise AssertionError(f"no {count} ports beside one another are free")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._held.close()

    @property
    def settings(self):
        """Those by which a node's machines have them."""
        return {"PORT_RANGE_START": str(self.first), "PORT_RANGE_END": str(self.range.stop)}


_lent = []


def free_port():
    """One at which nobody listens, for as long as this process lives."""
    _lent.append(Ports(1))
    return _lent[-1].first


def sockets():
    """Each socket of TCP: its own port, its state, its inode."""
    for table in "tcp", "tcp6":
        for line in pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            yield int(words[1].rpartition(":")[2], 16), int(words[3], 16), words[9]


def is_taken(ports):
    return any(port in ports and state != TIME_WAIT for port, state, _ in sockets())


def listeners(ports):
    """At which of these somebody listens: the socket's inode by its port."""
    return {port: inode for port, state, inode in sockets() if state == LISTEN and port in ports}


def until_nobody_listens(ports, seconds, about):
    """Says of what was last seen who has it."""
    def is_silent():
        nonlocal found
        found = listeners(ports)
        return not found
    found = {}
    until(is_silent, seconds, lambda: about + "; ".join(
        f" port {port} of {', '.join(holders(inode)) or 'nobody that is to be seen'}"
        for port, inode in sorted(found.items())))


def holders(inode):
    for entry in filter(str.isdigit, os.listdir("/proc")):
        # Processes end while they are looked at.
        with contextlib.suppress(OSError):
            numbers = os.listdir(f"/proc/{entry}/fd")
            if any(is_socket(entry, number, inode) for number in numbers):
                name = pathlib.Path(f"/proc/{entry}/comm").read_text().strip()
                yield f"{name} ({entry})"


def is_socket(entry, number, inode):
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/{entry}/fd/{number}") == f"socket:[{inode}]"
    return False
