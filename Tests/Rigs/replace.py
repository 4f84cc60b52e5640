#!/usr/bin/env python3
"""Changes plugins at random for a minute, under calls that may not be lost: replace.py --seconds N

Four plugins, two in the node and two in workers, are added, replaced and removed a hundred times
a minute, under at least three hundred calls a second that take 1 to 200 ms. Each answer is to be
of the plugin that was asked, and each generation of one library.
"""

from holding import hold
from node import UNBOUNDED, Node
from workshop import Workshop, changing

CALLERS = 64
CALLS_A_SECOND = 300
CHANGES_A_MINUTE = 100


class Replacing:
    def __init__(self, home, seed):
        self.shop = Workshop()
        self.node = Node(state=home / "state", tools=self.shop.tools,
                         environment=UNBOUNDED)

    def run(self, seconds):
        seen = changing(self.shop, self.node.start, lambda: self.node, seconds, CALLERS)
        rate, changes = seen.done / seconds, seen.changes * 60 / seconds
        figures = (f"{rate:.0f} calls a second, {changes:.0f} changes a minute,"
                   f" {len(seen.said)} generations")
        wrong = f"{len(seen.wrong)} of {seen.done} calls: {seen.wrong[:3]}"
        assert not seen.wrong, f"{wrong}; {figures}"
        yield f"no call lost: {figures}"
        assert rate >= CALLS_A_SECOND and changes >= CHANGES_A_MINUTE, figures
        yield "under as much load as that is worth"

    def close(self):
        self.node.close()
        self.shop.close()


if __name__ == "__main__":
    hold(__doc__, "seconds", 60, Replacing, Replacing.run)
