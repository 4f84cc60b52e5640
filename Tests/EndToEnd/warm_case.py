"""A node for whose calls containers wait: each call has one, unless a test says otherwise, and what
waits is all that is left after a test."""

import docker
from docker_case import PATIENCE_SECONDS, DockerCase, lent
from node import until

# The engine tells of the last one before the plugin knows that it waits, and never of two.
WAITING = {docker.SANDBOX: 2, docker.SMALL: 2}


class WarmCase(DockerCase):
    manifest = {"config": {"warm": WAITING}}
    # Images of which a call has been, whose like wait from then on.
    known = frozenset()

    @classmethod
    def waiting(cls, image, states=("paused",)):
        digest = cls.engine.digest(image)
        return [one["Id"] for one in cls.engine.containers("orien.warm")
                if one["State"] in states and one["ImageID"] == digest]

    @classmethod
    def is_ready(cls, image):
        """So many wait or run a call as are to wait: one of those that wait is the next call's."""
        alive = cls.waiting(image, ("paused", "running"))
        return len(alive) >= WAITING[image] and cls.waiting(image)

    @classmethod
    def await_waiting(cls, image=docker.SANDBOX):
        if image in cls.known:
            until(lambda: cls.is_ready(image), PATIENCE_SECONDS,
                  lambda: f"none of {image} waits:\n" + "\n".join(cls.node.lines[-20:]))

    @classmethod
    def execute(cls, session, tool, arguments, wait=None, headers=None):
        cls.await_waiting(arguments.get("image", docker.SANDBOX))
        answer = super().execute(session, tool, arguments, wait, headers)
        if tool == "docker-run" and "warm" in answer.json.get("facts", {}):
            cls.known |= {arguments.get("image", docker.SANDBOX)}
        return answer

    @classmethod
    def ours(cls):
        """Those that wait are nobody's yet; one that is being made will wait in a moment."""
        return [one for one in super().ours()
                if one["State"] != "paused" or "orien.warm" not in one["Labels"]]

    def still_lent(self):
        """A place is there for each that waits, and shows nothing."""
        waiting = [one["Labels"]["orien.warm"] for one in self.engine.containers("orien.warm")]
        places = [line.split()[1] for line in lent(self.node)]
        return sorted(set(places) - set(waiting)) or [
            place for place in places if places.count(place) > 1]
