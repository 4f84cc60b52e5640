"""What stands in __main__ before anybody writes to it."""
found = dict(globals())
import sys

for name, value in found.items():
    said = sorted(dir(value)) if name in ("__builtins__", "__loader__") else value
    print(name, type(value).__name__, said)
main = sys.modules["__main__"]
print(main.__dict__ is globals(), __builtins__ is sys.modules["builtins"], main)
print(vars(__loader__), __loader__.get_filename("__main__"), __loader__.is_package("__main__"))
print(__loader__.get_source("__main__").splitlines()[0])
print(__name__, __file__, __cached__, __spec__, __package__, __doc__, __annotations__)
