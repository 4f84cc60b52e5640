"""What every attack in Python says of each thing it tries, as attempt.h has it for C."""

import errno


def attempt(what, action, *arguments):
    try:
        action(*arguments)
    except OSError as error:
        print(f"refused: {what}: {errno.errorcode.get(error.errno, error)}", flush=True)
        return False
    print(f"escaped: {what}", flush=True)
    return True
