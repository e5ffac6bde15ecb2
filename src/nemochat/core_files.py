"""Limit on core files: a core file of this process would hold the token."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

_inherited: list[tuple[int, int]] = []  # the soft and hard limit before `disable`; at most one pair


def disable() -> None:
    """Let this process write no core file; only the soft limit changes, so it can be restored."""
    with suppress(ImportError, OSError, ValueError):  # not POSIX, or a sandbox forbids it
        from resource import RLIMIT_CORE, getrlimit, setrlimit

        limits = getrlimit(RLIMIT_CORE)
        setrlimit(RLIMIT_CORE, (0, limits[1]))
        _inherited[:] = [limits]


@contextmanager
def inherited_limit() -> Iterator[None]:
    """Start child processes with the limit that this process started with.

    A function for the child to call (`preexec_fn`) could deadlock, since there are threads.
    """
    if not _inherited:
        yield
        return
    from resource import RLIMIT_CORE, setrlimit

    ((soft, hard),) = _inherited
    setrlimit(RLIMIT_CORE, (soft, hard))
    try:
        yield
    finally:
        setrlimit(RLIMIT_CORE, (0, hard))
