"""Entry point of `python -m nemochat` and of the `nemochat` command."""

from __future__ import annotations

import atexit
import gc
import os
import sys

COLLECTED_AFTER = 100_000  # new objects; a chat starts with half as many, and none is garbage
VERSION_FLAGS = (["-V"], ["--version"])


def main() -> None:
    """Run the command line of this process."""
    gc.set_threshold(COLLECTED_AFTER)
    if sys.argv[1:] in VERSION_FLAGS and _print_version():
        return
    from nemochat import core_files
    from nemochat.signals import ExitSignals

    core_files.disable()
    with ExitSignals() as signals:
        from nemochat.cli.main import run

        code = run(sys.argv[1:])
        signals.finish(code)
        _exit(code)


def _print_version() -> bool:
    """Print the version, before anything is imported; return whether it could be written."""
    from nemochat import __version__

    try:
        sys.stdout.write(f"nemochat {__version__}\n")
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):  # the long way says why
        return False
    return True


def _exit(code: int) -> None:
    """End the process without taking it apart, which would take a fifth of a short run's time.

    Nothing is left to lose: what is kept was committed, and the streams are flushed here.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            try:
                stream.flush()
            except (OSError, ValueError):  # as Python's own end would: a full disk, or closed
                code = code or 1
    atexit._run_exitfuncs()  # noqa: SLF001 - as multiprocessing does before it ends so
    os._exit(code)


if __name__ == "__main__":
    main()
