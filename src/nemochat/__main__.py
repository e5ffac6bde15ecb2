"""Entry point of `python -m nemochat` and of the `nemochat` command."""

from __future__ import annotations

import atexit
import gc
import os
import sys

COLLECTED_AFTER = 100_000  # new objects; a chat starts with half as many, and none is garbage
VERSION = {("-V",), ("--version",)}
HELP_COLUMNS = 80  # for which the pages of help/ are laid out
HELP = {  # the help that is asked for most is read, not made: 15 ms instead of 90
    ("-h",): "nemochat.txt",
    ("--help",): "nemochat.txt",
    ("ask", "-h"): "ask.txt",
    ("ask", "--help"): "ask.txt",
}


def main() -> None:
    """Run the command line of this process."""
    gc.set_threshold(COLLECTED_AFTER)
    try:
        if text := _static_text(tuple(sys.argv[1:])):
            sys.stdout.write(text)
            sys.stdout.flush()
            return
    except (OSError, ValueError, AttributeError):
        pass  # the long way tells why it cannot be written
    from nemochat.signals import ExitSignals

    with ExitSignals() as signals:
        from nemochat.api import early

        if early.is_question(sys.argv[1:]) and not early.has_deciding_flag(sys.argv[1:]):
            early.begin()
        from nemochat.cli.main import run

        code = run(sys.argv[1:])
        signals.finish(code)
        _exit(code)


def _static_text(arguments: tuple[str, ...]) -> str:
    """What a command line asks for that lies ready, before anything is imported; else ""."""
    if arguments in VERSION:
        from nemochat import __version__

        return f"nemochat {__version__}\n"
    page = HELP.get(arguments)
    if page is None or "COLUMNS" in os.environ:
        return ""
    if os.isatty(1) and os.get_terminal_size(1).columns < HELP_COLUMNS:
        return ""
    place = os.path.dirname(__file__)  # noqa: PTH120 - pathlib takes 10 ms to load
    with open(f"{place}/help/{page}", encoding="utf-8") as file:  # noqa: PTH123 - as above
        return file.read()


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
