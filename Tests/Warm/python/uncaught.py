"""An error with a cause, a context and a note, in code of this file, of a string and of C."""
import json


class Mine(Exception):
    pass


def parse(text):
    try:
        json.loads(text)
    except ValueError as fault:
        fault.add_note("a note of ümlauts")
        raise Mine("what was it?") from fault


def again():
    try:
        parse("{")
    except Mine:
        exec(compile("1 / 0", "<a string>", "exec"))


print("not yet")
again()
