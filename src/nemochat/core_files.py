"""Limit on core files: a core file of this process would hold the token."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_inherited: list[tuple[int, int]] = []  # the soft and hard limit before `disable`; at most one pair


def disable() -> None:
    """Let this process write no core file; only the soft limit changes, so it can be restored."""
    with suppress(OSError, ValueError):  # a sandbox may forbid it
        limits = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, limits[1]))
        _inherited[:] = [limits]


@contextmanager
def inherited_limit() -> Iterator[None]:
    """Start child processes with the limit that this process started with.

    A function for the child to call (`preexec_fn`) could deadlock, since there are threads.
    """
    for limits in _inherited:
        resource.setrlimit(resource.RLIMIT_CORE, limits)
    try:
        yield
    finally:
        for _, hard in _inherited:
            resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
