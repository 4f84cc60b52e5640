"""The catalogue, by what is attacked."""

from . import kernel, limits, machine, metering, reach, tree, workspace  # noqa: F401
