"""How deep a script may go."""
import sys


def count(depth=1):
    try:
        return count(depth + 1)
    except RecursionError:
        return depth


print(count(), sys.getrecursionlimit())


def fall():
    fall()


fall()
