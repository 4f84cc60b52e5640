"""Modules of the script's own folder, one of which is called as one of the library's."""
import importlib
import os
import sys

import json
import package.inner
from package import other

print(json.__file__, json.mine, package.inner.__spec__, package.__path__, other)
print(sorted(os.listdir("__pycache__")), sorted(os.listdir("package/__pycache__")))
print(importlib.util.find_spec("__main__") if "__main__" not in sys.modules else __spec__)
try:
    from . import nothing
except ImportError as fault:
    print(fault)
try:
    import absent
except ModuleNotFoundError as fault:
    print(fault, fault.name, fault.path)
import broken
