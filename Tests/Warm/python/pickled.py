"""What is pickled by the name of its module, and found again by it."""
import copyreg
import pickle
import runpy
import sys


class Kept:
    def __init__(self):
        self.words = sys.argv[1:]


def kept():
    return Kept()


text = pickle.dumps([Kept(), kept, sys.intern("x")], 4)
print(text, pickle.loads(text)[1]().words, copyreg.dispatch_table.keys())
print(Kept.__module__, kept.__qualname__, Kept)
if len(sys.argv) > 1:
    sys.argv[1:] = []
    print(sorted(runpy.run_path(__file__, run_name="__main__")))
