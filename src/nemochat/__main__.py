"""Entry point of `python -m nemochat` and of the `nemochat` command."""

from __future__ import annotations

import atexit
import gc
import os
import sys

GC_THRESHOLD = 100_000  # new objects; a chat starts with half as many, none of them garbage
VERSION_FLAGS = (["-V"], ["--version"])
INTERRUPTED = 130  # `ExitCode` is not loaded yet


def main() -> None:
    """Run the command line of this process."""
    try:
        if sys.argv[1:] in VERSION_FLAGS and _print_version():
            return
        import signal  # 3 ms, which `--version` saves

        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)
    gc.set_threshold(GC_THRESHOLD)
    from nemochat import core_files
    from nemochat.signals import ExitSignals

    core_files.disable()
    with ExitSignals() as signals:
        from nemochat.cli.main import run

        code = run(sys.argv[1:])
        signals.set_exit_code(code)
        _exit(code)


def _print_version() -> bool:
    """Print the version without loading the program; return whether that worked."""
    from nemochat import __version__

    try:
        sys.stdout.write(f"nemochat {__version__}\n")
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):  # the program reports why
        return False
    return True


def _exit(code: int) -> None:
    """End the process without finalizing Python, which would add a fifth to a short run.

    Nothing is lost: all data is committed, and the streams are flushed here.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            try:
                stream.flush()
            except (OSError, ValueError):  # the disk is full, or the stream is closed
                code = code or 1
    atexit._run_exitfuncs()  # noqa: SLF001 - multiprocessing does the same
    os._exit(code)


if __name__ == "__main__":
    main()
