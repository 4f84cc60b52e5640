"""Machines that the stand-in for multipass boots: each an instance's, told what its seed says,
reached as the real ones are, at an address of its own and port 22."""

import itertools
import os
import pathlib
import shutil
import tempfile

from disks import overlay, seed
from machines import (BOOTING_SECONDS, LISTENING_SECONDS, Monitor, banner, cloud_image,
                      ready_image, start)

PATIENCE_SECONDS = 120
NUMBERS = itertools.count(1)


def address():
    """One of loopback that no other machine of this machine's tests has."""
    number = next(NUMBERS)
    return f"127.{64 + os.getpid() // 250 % 64}.{1 + os.getpid() % 250}.{number % 250 + 2}"


class BootedMachine:
    """Up as soon as it is made, its SSH answering: from where it was put by, without its seed."""

    memory, patience_seconds = 256, PATIENCE_SECONDS

    @staticmethod
    def image():
        """The disk that it is a copy of, and where it was put by; None: it boots."""
        ready = ready_image()
        return ready / "disk", ready

    def __init__(self, name, instance):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix=f"orien-{name}-"))
        self.address = address()
        self.process = None
        try:
            disk, ready = self.image()
            overlay(disk, self.home / "disk")
            seed(self.home / "seed", instance["seed"], instance=name)
            self.boot(ready)
        except BaseException:
            self.remove()
            raise

    def boot(self, ready=None):
        self.process = start(
            self.home / "disk", self.home / "seed", qmp=self.home / "qmp", ready=ready,
            console=self.home / "console", address=self.address, memory=self.memory)
        banner(self.address, seconds=self.patience_seconds,
               again=LISTENING_SECONDS if ready else BOOTING_SECONDS)

    def start(self):
        if self.process.poll() is not None:
            self.boot()

    def stop(self):
        """By its button."""
        if self.process.poll() is None:
            with Monitor(self.home / "qmp") as monitor:
                monitor("system_powerdown")
            self.process.wait(self.patience_seconds)

    def remove(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


class ColdMachine(BootedMachine):
    """What clouds boot, from its first instruction on: its seed is read by cloud-init itself."""

    memory, patience_seconds = 768, 500

    @staticmethod
    def image():
        return cloud_image(), None
