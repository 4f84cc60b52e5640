"""Warnings, and what the interpreter writes of errors that nobody can catch."""
import gc
import sys
import warnings

print(warnings.filters, sys.warnoptions)
warnings.warn("by the script")
warnings.warn("deprecated", DeprecationWarning)
open("/dev/null")
print("a" is "b")


class Broken:
    def __del__(self):
        raise ValueError("in __del__")


Broken()
print(gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.get_freeze_count())
sys.unraisablehook = lambda fault: print("hooked", fault.exc_value)
Broken()
sys.excepthook = lambda kind, fault, trace: print("hooked", kind, fault, trace.tb_lineno)
raise ValueError("in the end")
