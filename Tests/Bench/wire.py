"""A caller that adds next to nothing to what it measures: its request is bytes before the clock
starts, and its answer is read as bytes until it is whole, and understood after the clock stops."""

import json
import socket
import time


class Wire:
    """One connection that stays, and one request at a time."""

    def __init__(self, port):
        self.host = f"127.0.0.1:{port}"
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(self, path, body):
        """Seconds from the request to its whole answer, and what that says."""
        body = json.dumps(body).encode()
        request = (f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\n"
                   "Content-Type: application/json\r\n"
                   f"Content-Length: {len(body)}\r\n\r\n").encode() + body
        began = time.perf_counter()
        self.socket.sendall(request)
        answer = self._whole_answer()
        took = time.perf_counter() - began
        return took, json.loads(answer)

    def _whole_answer(self):
        read, end = b"", -1
        while end < 0:
            read += self._some()
            end = read.find(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in read[:end].lower().split(b"\r\n")[1:])
        start, length = end + 4, int(fields[b"content-length"])
        while len(read) < start + length:
            read += self._some()
        return read[start:]

    def _some(self):
        if some := self.socket.recv(1 << 16):
            return some
        raise RuntimeError("the node has closed the connection")

    def close(self):
        self.socket.close()
