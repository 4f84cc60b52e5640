"""Ends as its argument says, with text in both streams' buffers."""
import sys

print("output", end="")
print("errors", end="", file=sys.stderr)
exec(sys.argv[1])
print("went on")
