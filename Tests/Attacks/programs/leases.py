"""A lease on one's own file: who opens it then waits until it is given up, or fails."""

import fcntl

from attempt import attempt

with open("leased", "w") as file:
    attempt("a lease", fcntl.fcntl, file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    attempt("a signal for what becomes readable", fcntl.fcntl, 0, 10, 9)
print("finished")
