"""Processes that the script starts: what they inherit, and how they end."""
import os
import subprocess
import sys

DUMP = """
import os, signal, sys
print(sys.argv, sys.orig_argv[1:2], sys.flags, sys.path, sys.executable, os.getcwd())
print(sorted(os.environ.items()), [signal.getsignal(n) for n in (2, 13, 15, 25)])
print(sorted(map(int, os.listdir("/proc/self/fd"))), oct(os.umask(0)))
"""
print(subprocess.run([sys.executable, "-c", DUMP, "a"], capture_output=True, text=True).stdout)
print(subprocess.run(["python3", "-c", DUMP], capture_output=True, text=True).stdout)
print(subprocess.run("cat; kill -9 $$", shell=True, input=b"given", capture_output=True))
sys.stdout.flush()
print(os.system("grep -E 'Sig[BIC]|Umask' /proc/self/status; exit 3"))
print(os.popen("echo $0 $HOME").read())
subprocess.run(["cat"])
subprocess.run([sys.executable, "-c", "print(input())"], input=b"x\n")
pid = os.fork()
if pid == 0:
    print("in a fork", end=" ")
    sys.exit(5)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), subprocess._args_from_interpreter_flags())
sys.stdout.flush()
os.execvp("sh", ["sh", "-c", "echo executed $0 $#; exit 6", *sys.argv])
