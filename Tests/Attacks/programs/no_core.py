"""Asks for a limit of core dumps of 0, and looks what it has then."""

import resource

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
if resource.getrlimit(resource.RLIMIT_CORE) == (0, 0):
    print("escaped: dumps are piped again")
print("finished")
