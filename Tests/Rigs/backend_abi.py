"""orien_plugin.h as Python has it: what `backend` needs to be a node to a library."""

import ctypes
import json

TEXT = ctypes.c_char_p
ANY = ctypes.c_void_p


class Bytes(ctypes.Structure):
    _fields_ = [("data", ANY), ("size", ctypes.c_size_t)]

    @property
    def text(self):
        return ctypes.string_at(self.data, self.size) if self.data else b""

    def take(self, other):
        self.data, self.size = other.data, other.size


BYTES = ctypes.POINTER(Bytes)
STATUS = ctypes.c_int32
RUN = ctypes.CFUNCTYPE(STATUS, ANY, ANY, Bytes)
ARG_FAIL = ctypes.CFUNCTYPE(STATUS, ANY, STATUS, TEXT, TEXT)


class Argument(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint32), ("type", ctypes.c_uint32), ("flags", ctypes.c_uint32),
                ("name", TEXT), ("doc", TEXT), ("fallback", TEXT), ("rules", TEXT)]


class Handler(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint32), ("flags", ctypes.c_uint32), ("name", TEXT),
                ("role", TEXT), ("title", TEXT), ("doc", TEXT), ("example", TEXT),
                ("result_type", TEXT), ("units", ANY), ("args", ANY), ("limits", ANY),
                ("run", ANY), ("context", ANY)]


class Exit(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint32), ("code", ctypes.c_int32), ("signal", ctypes.c_int32),
                ("reason", ctypes.c_uint32)]


class Host(ctypes.Structure):
    SERVICE = ctypes.CFUNCTYPE(ANY, ANY, TEXT)
    RELEASE = ctypes.CFUNCTYPE(None, ANY, Bytes)
    _fields_ = [("size", ctypes.c_uint32), ("version", TEXT), ("folder", TEXT),
                ("service", SERVICE), ("release", RELEASE)]


class Call(ctypes.Structure):
    EMIT = ctypes.CFUNCTYPE(STATUS, ANY, ctypes.c_uint32, Bytes)
    METER = ctypes.CFUNCTYPE(STATUS, ANY, TEXT, ctypes.c_uint64)
    ENDED = ctypes.CFUNCTYPE(STATUS, ANY, ANY, ANY)
    CANCELLED = ctypes.CFUNCTYPE(ctypes.c_int32, ANY)
    DESCRIPTOR = ctypes.CFUNCTYPE(ctypes.c_int32, ANY)
    _fields_ = [("size", ctypes.c_uint32), ("id", TEXT), ("session", TEXT), ("workspace", TEXT),
                ("host", ctypes.POINTER(Host)), ("handler", ctypes.POINTER(Handler)),
                ("limits", ANY), ("deadline_ms", ctypes.c_uint64), ("emit", EMIT),
                ("meter", METER), ("ended", ENDED), ("fail", ARG_FAIL), ("cancelled", CANCELLED),
                ("cancel_fd", DESCRIPTOR), ("workspace_user", ctypes.c_uint32),
                ("reserved", ctypes.c_uint32)]


class Plugin(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint32), ("flags", ctypes.c_uint32),
                ("concurrency", ctypes.c_uint32), ("id", TEXT), ("version", TEXT), ("doc", TEXT),
                ("needs", ANY), ("settings", ctypes.POINTER(ctypes.POINTER(Argument))),
                ("handlers", ctypes.POINTER(ctypes.POINTER(Handler))), ("open", ANY),
                ("close", ctypes.CFUNCTYPE(None, ANY)),
                ("probe", ctypes.CFUNCTYPE(STATUS, ANY, ANY)), ("context", ANY)]


class Command(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint32), ("flags", ctypes.c_uint32),
                ("argv", ctypes.POINTER(TEXT)), ("env", ctypes.POINTER(TEXT)), ("input", Bytes),
                ("wall_ms", ctypes.c_uint64)]


class Process(ctypes.Structure):
    EXEC = ctypes.CFUNCTYPE(STATUS, ANY, ANY)
    RUN = ctypes.CFUNCTYPE(STATUS, ANY, ctypes.POINTER(Command), ctypes.POINTER(Exit),
                           ctypes.c_uint64, BYTES, BYTES)
    _fields_ = [("size", ctypes.c_uint32), ("exec", EXEC), ("run", RUN)]


class State(ctypes.Structure):
    NUMBER = ctypes.POINTER(ctypes.c_uint64)
    PUT = ctypes.CFUNCTYPE(STATUS, ANY, TEXT, Bytes, NUMBER)
    GET = ctypes.CFUNCTYPE(STATUS, ANY, TEXT, BYTES, NUMBER)
    REMOVE = ctypes.CFUNCTYPE(STATUS, ANY, TEXT, ctypes.c_uint64)
    LIST = ctypes.CFUNCTYPE(STATUS, ANY, TEXT, TEXT, BYTES)
    _fields_ = [("size", ctypes.c_uint32), ("put", PUT), ("get", GET), ("remove", REMOVE),
                ("list", LIST)]


class Log(ctypes.Structure):
    WRITE = ctypes.CFUNCTYPE(None, ANY, ANY, ctypes.c_int32, TEXT)
    _fields_ = [("size", ctypes.c_uint32), ("write", WRITE)]


def given(text):
    return None if text is None else text.decode(errors="replace")


def texts(pointer):
    """What C has as an array of strings that ends in NULL."""
    found = []
    while pointer and pointer[len(found)] is not None:
        found.append(pointer[len(found)].decode())
    return found


def bytes_of(value, keeper):
    """A JSON object as the node packs it; `keeper` holds its memory."""
    data = json.dumps(value).encode()
    return Bytes(ctypes.addressof(keeper.keep(ctypes.create_string_buffer(data, len(data)))),
                 len(data))
