"""Variables, folder, umask, locale, time zone."""
import locale
import os
import pathlib
import tempfile
import time

print(list(os.environ.items()), os.environb is not None)
print(pathlib.Path("/proc/self/environ").read_bytes().rstrip(b"\0"))
print(os.getcwd(), pathlib.Path.cwd(), pathlib.Path.home(), os.path.expanduser("~/x"))
print(oct(os.umask(0o077)), tempfile.gettempdir(), tempfile.gettempprefix())
print(locale.getlocale(), locale.getpreferredencoding(), locale.localeconv())
for category in (locale.LC_ALL, locale.LC_CTYPE, locale.LC_NUMERIC, locale.LC_TIME):
    print(locale.setlocale(category), end=" ")
print(time.tzname, time.timezone, time.strftime("%Z %A", time.gmtime(0)))
print(os.getpid() == os.getsid(0) == os.getpgrp(), os.getuid(), os.getgroups(), os.nice(0))
print(os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), os.sched_getaffinity(0))
