"""What /proc tells and takes: of what holds this program, and of the kernel."""

import os

from attempt import attempt

OF_A_PROCESS = ("environ", "mem", "maps", "fd", "root", "cwd", "exe", "stack", "syscall", "io",
                "auxv", "personality", "ns/net", "status", "cmdline")
KNOBS = ("/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname",
         "/proc/sys/vm/drop_caches", "/proc/sys/net/ipv4/ip_forward", "/proc/self/oom_score_adj",
         "/proc/self/uid_map", "/proc/self/setgroups", "/proc/self/loginuid", "/proc/self/mem",
         "/proc/self/attr/exec", "/proc/self/timens_offsets", "/proc/self/clear_refs",
         "/proc/self/coredump_filter", "/proc/irq/default_smp_affinity", "/proc/mtrr")
SECRETS = ("/proc/kcore", "/proc/kmsg", "/proc/kpagecount", "/proc/timer_list",
           "/proc/vmallocinfo", "/proc/slabinfo", "/proc/sched_debug")
# Of these the kernel has addresses, or what is the reader's, alone.
BLANK = {"/proc/iomem": "00000000-00000000", "/proc/kallsyms": "0000000000000000", "/proc/keys": ""}


def read(path):
    if os.path.isdir(path):
        os.listdir(path)
        return
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    os.read(file, 1)
    os.close(file)


def write(path):
    os.close(os.open(path, os.O_WRONLY))


for name in OF_A_PROCESS:
    attempt(f"to read {name} of process 1", read, f"/proc/1/{name}")
for knob in KNOBS:
    attempt(f"to write to {knob}", write, knob)
for secret in SECRETS:
    attempt(f"to read {secret}", read, secret)
for path, blank in BLANK.items():
    if os.path.exists(path):
        with open(path) as file:
            line = file.readline().strip()
        if not line.startswith(blank) or line and not blank:
            print(f"escaped: {path} tells {line}")
others = [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
if others:
    print(f"escaped: sees processes {others[:9]}")
for path in "/sys/fs/cgroup", "/sys/kernel", "/proc/sys/kernel/ns_last_pid":
    attempt(f"to write to {path}", write, path) if os.path.isfile(path) else \
        attempt(f"to list {path}", os.listdir, path)
print("finished")
