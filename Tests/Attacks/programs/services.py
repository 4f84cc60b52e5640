"""Opens each socket; `serve NAME` is one, `seen NAME` asks whether somebody else is."""

import errno
import signal
import socket
import sys

from attempt import attempt


def real(name):
    return "\0" + name[1:] if name.startswith("@") else name


def call(name):
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(real(name))


if sys.argv[1] == "serve":
    server = socket.socket(socket.AF_UNIX)
    server.bind(real(sys.argv[2]))
    server.listen()
    print("ready", flush=True)
    signal.pause()
elif sys.argv[1] == "seen":
    with open("/proc/net/unix") as sockets:
        for line in sockets:
            if sys.argv[2] in line:
                print(f"escaped: another jail's socket is listed: {line.strip()}")
    try:
        socket.socket(socket.AF_UNIX).bind(real(sys.argv[2]))
    except OSError as error:
        print(f"escaped: the name is taken: {errno.errorcode[error.errno]}")
else:
    for name in sys.argv[1:]:
        attempt(f"to open {name}", call, name)
print("finished")
