"""Signals that are handled here, and then one that is not."""
import os
import signal
import sys


def told(number, frame):
    print("handled", signal.Signals(number).name, frame.f_code.co_name, flush=True)


for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGALRM, signal.SIGINT):
    print(signal.signal(number, told))
    os.kill(os.getpid(), number)
signal.setitimer(signal.ITIMER_REAL, 0.01)
signal.pause()
try:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt as fault:
    print("interrupted", repr(fault))
reader, writer = os.pipe()
os.close(reader)
try:
    os.write(writer, b"x")
except BrokenPipeError as fault:
    print(fault)
sys.stdout.flush()
signal.signal(signal.SIGTERM, signal.SIG_DFL)
os.kill(os.getpid(), signal.SIGTERM)
