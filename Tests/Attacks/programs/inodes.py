"""As many empty files as /tmp takes."""

import errno
import os
import shutil
import tempfile

ALLOWED = 65536
folder = tempfile.mkdtemp(dir="/tmp")
os.chdir(folder)
try:
    for number in range(ALLOWED + 1000):
        os.close(os.open(str(number), os.O_CREAT | os.O_WRONLY))
    print("escaped: more files than there may be")
except OSError as error:
    print(f"refused: after {number}: {errno.errorcode[error.errno]}")
shutil.rmtree(folder)
print("finished")
