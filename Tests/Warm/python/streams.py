"""The three streams, and how they buffer."""
import fcntl
import os
import stat
import sys

for name in ("stdin", "stdout", "stderr"):
    text = getattr(sys, name)
    bytes_, raw = text.buffer, text.buffer.raw
    print(name, text, text is getattr(sys, f"__{name}__"), type(text), type(bytes_), type(raw))
    for part in (text, bytes_, raw):
        for member in ("name", "mode", "encoding", "errors", "newlines", "line_buffering",
                       "write_through", "closed", "closefd"):
            print(" ", member, getattr(part, member, "nothing"), end="")
        print(part.fileno(), part.isatty(), part.readable(), part.writable(), part.seekable())
    number = text.fileno()
    print(raw._blksize, text._CHUNK_SIZE, vars(text), sys.getsizeof(bytes_), bytes_.__sizeof__())
    print(oct(stat.S_IFMT(os.fstat(number).st_mode)), os.get_inheritable(number),
          fcntl.fcntl(number, fcntl.F_GETFL), fcntl.fcntl(number, fcntl.F_GETFD))
print("first by the buffer")
os.write(1, b"second by hand\n")
print("third, over the buffer's size:", "x" * 9000)
os.write(1, b"fourth by hand\n")
print("errors by line", file=sys.stderr)
os.write(2, b"errors by hand\n")
print("no end of line", end="", file=sys.stderr)
os.write(2, b"errors again\n")
