"""Standard input, by line, by text and by byte."""
import os
import sys

try:
    print(repr(input("a question? ")))
    print(repr(sys.stdin.readline()), sys.stdin.buffer.peek(1)[:1])
    print(repr(next(sys.stdin)))
    print(repr(sys.stdin.read(5)), sys.stdin.newlines)
    print(repr(sys.stdin.buffer.read()), os.read(0, 1))
except (EOFError, StopIteration) as end:
    print(repr(end))
