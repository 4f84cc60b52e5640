"""Nobody stands below the script."""
import inspect
import sys
import traceback


def chain(frame):
    while frame:
        yield frame.f_code.co_filename, frame.f_code.co_name, frame.f_lineno, frame.f_lasti
        frame = frame.f_back


def inner():
    print(list(chain(sys._getframe())))
    traceback.print_stack()
    for entry in inspect.stack(context=3):
        print(entry.filename, entry.lineno, entry.function, entry.code_context, entry.index)


inner()
(lambda: inner())()
print(sys._getframe().f_globals is globals(), sys._getframe().f_locals is globals())
print(len(sys._current_frames()), sys._getframe().f_builtins is vars(__builtins__))
print(inspect.getsource(inner), inspect.getmodule(inner).__name__)
