"""What a case is: an attack, what must be seen of it, and the defences that stop it. Without these
it must succeed; where it does not, something else stops it too, and it proves nothing."""

import dataclasses
import pathlib
from typing import Callable

from jail import Jail
from stage import FIRST_USER, NODE_USER, PROGRAMS

CASES = []
# By level: how the keeper is started, as whom, and the walls that it has then. `plain` is root
# without control groups, `unscoped` a user on a kernel before 6.12, `root-v2` root where there are
# groups of version 2 alone.
OPTIONS = {"root": (), "plain": ("--groups", "none"), "user": ("--walls", "user"),
           "unscoped": ("--walls", "user", "--scopes", "none"), "none": ("--walls", "none"),
           "root-v2": ("--groups", "v2")}
USERS = {"root": 0, "plain": 0, "user": NODE_USER, "unscoped": NODE_USER, "none": NODE_USER,
         "root-v2": 0}
WALLS = {"root": "root", "plain": "root", "user": "user", "unscoped": "user", "none": "none",
         "root-v2": "root"}


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    attack: str
    seen: str
    # By level, the defences that stop it there; none where there is nothing to take away.
    stopped_by: dict
    # Says what got through; nothing where the attack was held off.
    run: Callable


def case(name, attack, seen, **stopped_by):
    """Declares one; `root="filter user"` says that it is run at that level, and what stops it."""
    def declare(run):
        taken = {level: tuple(names.split()) for level, names in stopped_by.items()}
        CASES.append(Case(name, attack, seen, taken, run))
        return run
    return declare


class Arena:
    """A jail of a level, `without` some of its defences, that attacks are run in."""

    def __init__(self, stage, level, without=(), inherited=()):
        self.stage, self.level = stage, level
        words = ["--first-user", FIRST_USER, "--workspaces", stage.folder]
        words += [word for name in without for word in ("--without", name)]
        self.jail = Jail(str(stage.jail), stage.folder, *OPTIONS[level], *map(str, words),
                         user=USERS[level], inherited=inherited)
        self.jail.patience *= stage.slowness
        if self.jail.level != WALLS[level]:
            raise RuntimeError(f"no walls of level {level} here: {self.jail.why}")

    @property
    def has_groups(self):
        """Control groups hold and count here."""
        return self.level in ("root", "root-v2")

    def escapes(self, *words, **options):
        """What a program says that it could do; it must come to its end."""
        end, text = self.jail.run(*located(words), **options)
        lines = text.splitlines()
        if "finished" not in lines:
            raise RuntimeError(f"the attack did not run: {end} {text[-400:]}")
        return [line for line in lines if line.startswith("escaped")]

    def start(self, *words, **options):
        return self.jail.start(*located(words), **options)

    def run(self, *words, **options):
        return self.jail.run(*located(words), **options)

    def close(self):
        self.jail.close()


def located(words):
    """An attack by its path; scripts by their interpreter."""
    interpreter = {".py": "python3", ".js": "node", ".sh": "sh"}.get(pathlib.Path(words[0]).suffix)
    if (PROGRAMS / words[0]).exists():
        words = (PROGRAMS / words[0], *words[1:])
    return (interpreter, *words) if interpreter else words
