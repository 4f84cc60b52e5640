"""Calls each address at a port, by TCP and by UDP."""

import socket
import sys

from attempt import attempt


def call(address, kind):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind) as caller:
        caller.settimeout(0.5)
        caller.connect((address, int(sys.argv[1])))
        caller.send(b"GET /latest/meta-data/ HTTP/1.0\r\n\r\n")


for address in sys.argv[2:]:
    attempt(f"{address} by TCP", call, address, socket.SOCK_STREAM)
    attempt(f"{address} by UDP", call, address, socket.SOCK_DGRAM)
print("finished")
