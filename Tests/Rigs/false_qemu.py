#!/usr/bin/env python3
"""Stands for QEMU where a test wants one that is not well, in the plugin's folder, which says in
its file `behaviour` how it is: well, silent, garbage, endless, dies, short, busy (of its address,
once)."""

import json
import pathlib
import re
import signal
import socket
import sys


def main():
    words = sys.argv[1:]
    if words == ["--version"]:
        return print("QEMU emulator version 7.2.0 (false)")
    if "isa-debug-exit,iobase=0xf4,iosize=1" in words:
        sys.exit(33)
    behaviour = pathlib.Path("behaviour")
    how = behaviour.read_text()
    if how == "dies":
        sys.exit("qemu: disk.qcow2: Image is corrupt\x1b[2J")
    if how == "short":
        sys.exit("qemu: cannot set up guest memory 'pc.ram': Cannot allocate memory")
    if how == "busy":
        behaviour.write_text("well")
        sys.exit("qemu: Could not set up host forwarding rule 'tcp:127.77.1.1:2222-:22'")
    place = re.match("unix:([^,]*),", words[words.index("-qmp") + 1])[1]
    pathlib.Path(place).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(place)
    listener.listen()
    while True:
        client, _ = listener.accept()
        # Who hangs up meanwhile is no reason to end.
        try:
            serve(client, how)
        except OSError:
            client.close()


def serve(client, how):
    if how == "silent":
        signal.pause()
    if how == "garbage":
        client.sendall(b"\x00\xff HTTP/1.1 400 no\n{\n" * 100)
    if how == "endless":
        while True:
            client.sendall(b"x" * 65_536)
    say(client, {"QMP": {"version": {}, "capabilities": []}})
    for line in client.makefile():
        name = json.loads(line)["execute"]
        say(client, {"event": "NOTED", "data": {}})
        say(client, {"return": {"status": "running"} if name == "query-status" else {}})
        if name == "system_powerdown":
            sys.exit(0)


def say(client, answer):
    client.sendall(json.dumps(answer).encode() + b"\n")


main()
