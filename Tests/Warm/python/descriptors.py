"""What is open, and which number is next."""
import os

with os.scandir("/proc/self/fd") as entries:
    open_ = sorted(int(entry.name) for entry in entries)
print(open_)
print(os.open("/", os.O_RDONLY), os.pipe(), os.dup(0), os.memfd_create("x"))
print([os.get_inheritable(number) for number in range(3)])
print(os.fstat(0).st_mode, os.fstat(1).st_mode, os.fstat(2).st_mode)
