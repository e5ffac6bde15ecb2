"""`python -m nemochat`, and the program itself."""

from __future__ import annotations

import gc
import os
import sys

COLLECTED_AFTER = 50_000  # new objects; a start makes about as many, and none of them is garbage


def main() -> None:
    """Run the command line of this process."""
    gc.set_threshold(COLLECTED_AFTER)
    if sys.argv[1:] in (["--version"], ["-V"]):  # before anything is imported: 10 ms instead of 60
        from nemochat import __version__

        try:
            print(f"nemochat {__version__}", flush=True)  # noqa: T201 - without a screen
        except OSError:
            pass  # the program itself tells why it cannot be written
        else:
            return
    from nemochat.cli.program import run

    _leave(run(sys.argv[1:]))


def _leave(code: int) -> None:
    """End the process without taking it apart, which would take a fifth of a short run's time.

    Nothing is left to lose: what is kept was committed, and the streams are flushed here.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            try:
                stream.flush()
            except (OSError, ValueError):  # as Python's own end would: a full disk, or closed
                code = code or 1
    os._exit(code)


if __name__ == "__main__":
    main()
