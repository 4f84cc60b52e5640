/// What runs a caller's Python in the jail. The list of builtins and modules is a guard rail, for
/// whoever means well; the wall is the list of system calls, which nothing the code reaches can widen:
/// memory, time, its end, and writing to what is open already.
enum PythonGuard {
  /// Reads `code.py` and `data.json` beside it. What the code prints is the output; the last line of
  /// the errors is a JSON object of `success`, `result` and `error`.
  static let script = #"""
    import ctypes, json, os, platform, sys
    import datetime, math, random, statistics, time

    MODULES = {"datetime": datetime, "json": json, "math": math, "random": random,
               "statistics": statistics, "time": time}
    NAMES = ("abs all any ascii bin bool bytearray bytes callable chr classmethod complex dict divmod "
             "enumerate filter float format frozenset getattr hasattr hash hex id int isinstance "
             "issubclass iter len list map max min next object oct ord pow print property range repr "
             "reversed round set setattr slice sorted staticmethod str sum super tuple type zip "
             "__build_class__ NotImplemented Ellipsis").split()
    # read write mmap mprotect munmap brk sigaction sigprocmask sigreturn mremap madvise nanosleep
    # exit futex exit_group clock_gettime clock_nanosleep gettimeofday getrandom
    CALLS = {"x86_64": (0xC000003E, (0, 1, 9, 10, 11, 12, 13, 14, 15, 25, 28, 35, 60, 202, 231, 228,
                                     230, 96, 318)),
             "aarch64": (0xC00000B7, (63, 64, 222, 226, 215, 214, 134, 135, 139, 216, 233, 101, 93,
                                      98, 94, 113, 115, 169, 278))}


    class Step(ctypes.Structure):
        _fields_ = [("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte),
                    ("value", ctypes.c_uint)]


    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.POINTER(Step))]


    def wall_in():
        """From here on every other system call fails, for good."""
        architecture, calls = CALLS[platform.machine()]
        load, equal, answer = 0x20, 0x15, 0x06
        allow, refuse, kill = 0x7FFF0000, 0x00050001, 0x80000000
        steps = [Step(load, 0, 0, 4), Step(equal, 1, 0, architecture), Step(answer, 0, 0, kill),
                 Step(load, 0, 0, 0)]
        for place, call in enumerate(calls):
            steps.append(Step(equal, len(calls) - place, 0, call))
        steps += [Step(answer, 0, 0, refuse), Step(answer, 0, 0, allow)]
        array = (Step * len(steps))(*steps)
        program = Program(len(steps), ctypes.cast(array, ctypes.POINTER(Step)))
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, ctypes.byref(program), 0, 0) != 0:
            raise SystemError("the walls could not be made: %s" % os.strerror(ctypes.get_errno()))


    def import_known(name, globals=None, locals=None, fromlist=(), level=0):
        if level == 0 and name in MODULES:
            return MODULES[name]
        raise ImportError("the module %r is not allowed here" % name)


    def said(value):
        try:
            return json.dumps(value, allow_nan=False)
        except (TypeError, ValueError, RecursionError):
            return json.dumps(repr(value))


    def main():
        names = vars(sys.modules["builtins"])
        allowed = {name: names[name] for name in NAMES}
        allowed |= {name: value for name, value in names.items()
                    if isinstance(value, type) and issubclass(value, BaseException)}
        allowed["__import__"] = import_known
        code = open("code.py", encoding="utf-8").read()
        data = json.load(open("data.json", encoding="utf-8"))
        space = {**data["context"], "context": data["context"], "input_data": data["input_data"],
                 "__builtins__": allowed, "__name__": "__main__"}
        # What is looked up on first use is looked up before there are walls.
        sys.stdout.reconfigure(line_buffering=True)
        time.localtime()
        time.strptime("1", "%d")
        random.random()
        wall_in()
        success, error = True, None
        try:
            exec(compile(code, "code.py", "exec"), space)
        except BaseException as caught:
            success, error = False, "%s: %s" % (type(caught).__name__, caught)
        line = '{"success":%s,"result":%s,"error":%s}\n' % (
            json.dumps(success), said(space.get("result")), json.dumps(error))
        sys.stdout.flush()
        sys.stderr.write("\n" + line)
        sys.stderr.flush()
        os._exit(0)


    main()
    """#
}
