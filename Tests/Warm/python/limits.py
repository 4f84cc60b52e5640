"""The limits of the process, and what was made of them."""
import os
import resource
import threading

for name in sorted(dir(resource)):
    if name.startswith("RLIMIT_"):
        print(name, resource.getrlimit(getattr(resource, name)))
print(os.sysconf("SC_OPEN_MAX"), threading.stack_size())
maps = []


def look():
    """The stack of a thread that asks for none: the mapping that holds a local of C."""
    with open("/proc/self/maps") as file:
        maps.extend(line.split()[0].split("-") for line in file)


before = threading.Thread(target=look)
before.start()
before.join()
print(max(int(end, 16) - int(start, 16) for start, end in maps[-1:]) > 0)
try:
    print(len([os.open("/", os.O_RDONLY) for _ in range(200)]))
except OSError as fault:
    print(fault)
