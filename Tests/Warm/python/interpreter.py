"""What the interpreter says of itself."""
import os
import sys
import sysconfig

for name in sorted(dir(sys)):
    value = getattr(sys, name)
    plain = isinstance(value, (str, int, float, list, tuple, type(None), bytes))
    if plain and name not in ("modules", "last_traceback"):
        print(name, value)
print(sorted(sys._xoptions), sys.implementation, sys.getdefaultencoding(),
      sys.getfilesystemencoding(), sys.getfilesystemencodeerrors(), sys.getrecursionlimit(),
      sys.getswitchinterval(), sys.get_int_max_str_digits(), sys.getdlopenflags())
print(sys.displayhook, sys.excepthook.__name__, sys.gettrace(), sys.getprofile())
print(sorted(sysconfig.get_config_vars().items(), key=str))
print(sysconfig.get_paths(), os.confstr("CS_PATH"))
