"""Which files and folders go on as a path does that is being typed?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from nemochat.screen.safe import harmless_line

MOST_SEEN = 2000  # entries of a folder that are looked at, however many it has
MOST_OFFERED = 200
_UNITS = ("bytes", "kB", "MB", "GB")


def going_on(typed: str) -> Iterator[tuple[str, str]]:
    """The paths that begin as `typed` does, folders with a slash, each with a word about it.

    Hidden ones are told only where a dot was typed. `~` is the home directory, and stays as typed.
    """
    if typed == "~":
        yield "~/", "your home directory"
        return
    at = typed.rfind("/") + 1
    folder, begun = typed[:at], typed[at:]
    try:
        with os.scandir(Path(folder).expanduser() if folder else ".") as listed:
            found = [each for each in islice(listed, MOST_SEEN) if _goes_on(each.name, begun)]
    except (OSError, RuntimeError, ValueError):  # no folder, no home, a null character
        return
    for entry in sorted(found, key=lambda each: each.name.casefold())[:MOST_OFFERED]:
        is_folder, about = _about(entry)
        yield f"{folder}{entry.name}{'/' * is_folder}", about


def shown(path: str) -> str:
    """A path as a list of them shows it: its last part."""
    last = path.removesuffix("/").rpartition("/")[2]
    return harmless_line(last, 60) + "/" * path.endswith("/")


def _goes_on(name: str, begun: str) -> bool:
    hidden = name.startswith(".") and not begun.startswith(".")
    return name.startswith(begun) and not hidden and name.isprintable() and '"' not in name


def _about(entry: os.DirEntry[str]) -> tuple[bool, str]:
    try:
        if entry.is_dir():
            return True, "folder"
        size = float(entry.stat().st_size)
    except OSError:
        return False, "cannot be read"
    unit = 0
    while size >= 1000 and unit < len(_UNITS) - 1:  # noqa: PLR2004 - of one unit to the next
        size, unit = size / 1000, unit + 1
    return False, f"{size:.0f} {_UNITS[unit]}"
