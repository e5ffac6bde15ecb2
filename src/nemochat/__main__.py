"""`python -m nemochat`, and the program itself."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line of this process."""
    if sys.argv[1:] in (["--version"], ["-V"]):  # before anything is imported: 10 ms instead of 60
        from nemochat import __version__

        print(f"nemochat {__version__}")  # noqa: T201 - without a screen
        return
    from nemochat.cli.program import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
