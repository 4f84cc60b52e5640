"""Modules that are libraries, and the interpreter's own library as they see it."""
import _ctypes
import bz2
import ctypes
import decimal
import hashlib
import lzma
import readline
import sqlite3
import ssl
import zlib

print(_ctypes.__file__, readline.get_completer())
ctypes.pythonapi.Py_GetVersion.restype = ctypes.c_char_p
ctypes.pythonapi.Py_GetProgramFullPath.restype = ctypes.c_wchar_p
ctypes.pythonapi.Py_GetProgramName.restype = ctypes.c_wchar_p
print(ctypes.pythonapi.Py_GetVersion(), ctypes.pythonapi.Py_GetProgramFullPath(),
      ctypes.pythonapi.Py_GetProgramName())
print(ctypes.c_int.in_dll(ctypes.pythonapi, "Py_IsolatedFlag"), ssl.OPENSSL_VERSION)
print(decimal.getcontext(), hashlib.sha256(b"x").hexdigest(), sqlite3.sqlite_version)
print(zlib.decompress(zlib.compress(b"x")), bz2.compress(b"x"), lzma.decompress(lzma.compress(b"")))
