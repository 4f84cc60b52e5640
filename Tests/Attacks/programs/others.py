"""Another session's workspace, by its path and beside one's own."""

import os
import sys

from attempt import attempt

attempt("to list it", os.listdir, sys.argv[1])
attempt("to read it", open, os.path.join(sys.argv[1], "secret"))
attempt("to read it beside one's own", open, "../secret/secret")
attempt("to link to it", os.link, os.path.join(sys.argv[1], "secret"), "linked")
print("finished")
