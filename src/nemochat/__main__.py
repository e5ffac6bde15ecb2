"""`python -m nemochat`, and the program itself."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line of this process."""
    if sys.argv[1:] in (["--version"], ["-V"]):  # before anything is imported: 10 ms instead of 60
        from nemochat import __version__

        try:
            print(f"nemochat {__version__}", flush=True)  # noqa: T201 - without a screen
        except OSError:
            pass  # the program itself tells why it cannot be written
        else:
            return
    from nemochat.cli.program import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
