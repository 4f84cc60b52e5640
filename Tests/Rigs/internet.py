"""An internet of a test's own. The calling thread, and what it starts from then on, is on a machine
with one neighbour, which answers at addresses that are public and at others that are not; and the
machine has addresses of its own, at which it answers itself. No packet leaves the two.

    with Internet():
        ...
"""

import ctypes
import ctypes.util
import os
import pathlib
import selectors
import socket
import subprocess
import sys
import tempfile

PORT = 7777
NAMES = 53
HELLO = b"hello"
PUBLIC = ["8.8.8.8", "1.0.0.0", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1"]
# Of the neighbour: private, of a carrier, of the link, for documents, for measuring, reserved.
PRIVATE = ["10.1.2.3", "192.168.1.1", "172.16.0.1", "100.64.0.1", "169.254.169.254",
           "168.63.129.16", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.7",
           "203.0.113.7", "fd00::9", "fd00:ec2::254", "2001:db8::1", "2001::a01:203", "3fff::1",
           "64:ff9b::a01:203", "64:ff9b::7f00:1", "2002:a01:203::1", "2002:7f00:1::1",
           "64:ff9b:1::1", "100::1"]
LOOPBACK = ["127.0.0.1", "127.0.0.53", "::1"]
# Of the machine, and public.
OWN = ["9.9.9.1", "2620:fe::1"]
# Another that it is given later.
LATE = ["9.9.9.2", "2620:fe::2"]
RESOLVERS = ["127.0.0.53", "10.1.2.3"]
NEAR, FAR = ("10.9.0.1", "fd00:9::1"), ("10.9.0.2", "fd00:9::2")

CLONE_NEWNS, CLONE_NEWNET = 0x20000, 0x40000000
_libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)


def _call(name, *arguments):
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _ip(*words, inside=None):
    where = ["nsenter", "-t", str(inside), "-n"] if inside else []
    subprocess.run([*where, "ip", *words], check=True, capture_output=True, text=True)


def _add(address, device, inside=None):
    six = ":" in address
    length = 128 if six else 32
    _ip("addr", "add", f"{address}/{length}", "dev", device, *(["nodad"] if six else []),
        inside=inside)


def _settle():
    """Has addresses be there at once: nobody else could have them."""
    for which in ("all", "default"):
        pathlib.Path(f"/proc/sys/net/ipv6/conf/{which}/accept_dad").write_text("0")


class Internet:
    """`resolvers`: what the machine's file of name servers says."""

    def __init__(self, resolvers=RESOLVERS):
        self.resolvers = resolvers
        self.servers = []

    def __enter__(self):
        self.home = [os.open(f"/proc/thread-self/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC)
                     for kind in ("mnt", "net")]
        try:
            _call("unshare", CLONE_NEWNS | CLONE_NEWNET)
            subprocess.run(["mount", "--make-rprivate", "/"], check=True)
            self._say_resolvers()
            _ip("link", "set", "lo", "up")
            _settle()
            # Everybody may, unless something else keeps them from it.
            pathlib.Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 2147483647")
            self.far = self._serve(PUBLIC + PRIVATE, apart=True)
            self._join()
            self.answer([*LOOPBACK, *OWN])
            self.far.stdin.write(b"go\n")
            self.far.stdin.flush()
            self._wait(self.far)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for server in self.servers:
            server.kill()
            server.communicate()
        for handle, kind in zip(self.home, (CLONE_NEWNS, CLONE_NEWNET)):
            _call("setns", handle, kind)
            os.close(handle)

    def _say_resolvers(self):
        with tempfile.NamedTemporaryFile("w", prefix="orien-resolv-") as file:
            file.write("".join(f"nameserver {one}\n" for one in self.resolvers))
            file.flush()
            os.chmod(file.name, 0o644)
            path = pathlib.Path("/etc/resolv.conf").resolve()
            subprocess.run(["mount", "--bind", file.name, path], check=True)

    def _join(self):
        _ip("link", "add", "near", "type", "veth", "peer", "name", "far", "netns",
            str(self.far.pid))
        for address in OWN:
            _add(address, "near")
        for ends, device, inside in ((NEAR, "near", None), (FAR, "far", self.far.pid)):
            _ip("addr", "add", f"{ends[0]}/24", "dev", device, inside=inside)
            _ip("addr", "add", f"{ends[1]}/64", "dev", device, "nodad", inside=inside)
            _ip("link", "set", device, "up", inside=inside)
        _ip("link", "set", "lo", "up", inside=self.far.pid)
        for address in PUBLIC + PRIVATE:
            _add(address, "lo", self.far.pid)
        for here, there, inside in ((FAR, "near", None), (NEAR, "far", self.far.pid)):
            _ip("route", "add", "default", "via", here[0], "dev", there, inside=inside)
            _ip("-6", "route", "add", "default", "via", here[1], "dev", there, inside=inside)

    def answer(self, addresses):
        """Has the machine itself answer there."""
        self._wait(self._serve(addresses))

    def add_own(self, addresses):
        """Gives the machine more addresses, and answers at them."""
        for address in addresses:
            _add(address, "near")
        self.answer(addresses)

    def _serve(self, addresses, apart=False):
        server = subprocess.Popen(
            [sys.executable, __file__, "apart" if apart else "here", *addresses],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.servers.append(server)
        if apart:
            self._wait(server)
        return server

    @staticmethod
    def _wait(server):
        if server.stdout.readline() != b"ready\n":
            raise RuntimeError("a server of the internet has ended")


def serve(addresses):
    """Says hello to whoever connects or sends, at each address; at the port of names too."""
    ready = selectors.DefaultSelector()
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        for port in (PORT, NAMES):
            listener = socket.socket(family, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            listener.listen(64)
            datagrams = socket.socket(family, socket.SOCK_DGRAM)
            datagrams.bind((address, port))
            ready.register(listener, selectors.EVENT_READ, True)
            ready.register(datagrams, selectors.EVENT_READ, False)
    print("ready", flush=True)
    while True:
        for key, _ in ready.select():
            if key.data:
                client, _ = key.fileobj.accept()
                client.sendall(HELLO)
                client.close()
            else:
                _, peer = key.fileobj.recvfrom(4096)
                key.fileobj.sendto(HELLO, peer)


if __name__ == "__main__":
    if sys.argv[1] == "apart":
        _call("unshare", CLONE_NEWNET)
        _settle()
        print("ready", flush=True)
        sys.stdin.readline()
    serve(sys.argv[2:])
