"""A text into a file that its person named: whole, or not at all."""

from __future__ import annotations

from pathlib import Path
from stat import S_ISDIR, S_ISREG

from nemochat.core.values import shown
from nemochat.errors import OutputError, UsageError
from nemochat.writing import SHARED, replace


def there(path: Path) -> int | None:
    """How many bytes a file has that would be written over; None if there is none.

    Raises:
        UsageError: nothing can be written there: the folder is missing, or something else stands
            in its place.
    """
    name = shown(str(path))
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        if not path.parent.is_dir():
            raise UsageError(f"there is no folder {shown(str(path.parent))}") from None
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{name} cannot be written ({reason})") from error
    if S_ISDIR(found.st_mode):
        raise UsageError(f"{name} is a folder")
    if not S_ISREG(found.st_mode):
        raise UsageError(f"{name} is no regular file")
    return found.st_size


def put(path: Path, text: str) -> None:
    """Write a file, or write over one: it keeps its mode, and a link stays a link.

    Raises:
        OutputError: it cannot be written; what was there is as it was.
    """
    try:
        replace(path, text.encode("utf-8", "replace"), mode=SHARED)
    except OSError as error:
        name = shown(str(path))
        raise OutputError(f"{name} cannot be written ({error.strerror})") from error
