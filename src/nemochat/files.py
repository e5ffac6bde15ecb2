"""Text files named by the user: read whole, or refused."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import NamedTuple

from nemochat.core.text import format_value, nearest
from nemochat.errors import UsageError

LARGEST = 32 * 1024 * 1024  # bytes; the model's context holds about half a megabyte
MOST_FILES = 100  # that are gathered at once
MOST_BYTES = 2 * 1024 * 1024  # that they have together
_MOST_LOOKED_AT = 20_000  # files of one folder: a home or a disk named by mistake ends here
_BEGINNING = 8192  # bytes that tell binary from text


class Text(NamedTuple):
    """A text file: its name, as its person would write it, and its content."""

    name: str
    content: str


def gather(
    patterns: Iterable[str], *, most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES
) -> list[Text]:
    """The text files that paths, globs and folders name, each once, in order.

    A folder stands for all files within it. Hidden and binary files are passed over where a folder
    or a glob finds them; what is named itself is read or refused.

    Args:
        patterns: Paths, `~` for one's home, globs (`src/**/*.py`), or folders.
        most_files: How many files may be gathered.
        most_bytes: How many bytes they may have together.

    Raises:
        UsageError: a file is missing, binary or no UTF-8 text, nothing is found, or too much is.
    """
    patterns = list(patterns)
    matches: dict[str, tuple[Path, str, bool]] = {}  # by the real path
    for pattern in patterns:
        new = {
            os.path.realpath(path): (path, _display_name(path, pattern), itself)
            for path, itself in _matches(pattern)
            if itself or _is_text(path)
        }
        if not new:
            raise UsageError(f"{format_value(pattern)} finds no text file")
        matches = {**matches, **{real: each for real, each in new.items() if real not in matches}}
    what = ", ".join(patterns)
    if len(matches) > most_files:
        raise UsageError(f"{what}: {len(matches)} text files, where {most_files} are the most")
    size = sum(_size(path) for path, _, _ in matches.values())
    if size > most_bytes:
        raise UsageError(f"{what}: {size:,} bytes, where {most_bytes:,} are the most")
    texts = [
        Text(name, content)
        for path, name, itself in matches.values()
        if (content := _content(path, itself=itself)) is not None
    ]
    if not texts:
        raise UsageError(f"{what}: there is no text in UTF-8")
    return texts


def matches_any(pattern: str) -> bool:
    """Whether a path or a glob names anything that is there."""
    try:
        path = Path(pattern).expanduser()
    except RuntimeError:
        return False
    if _mode(path) is not None:
        return True
    return glob.has_magic(pattern) and next(_glob(path), None) is not None


def to_code_block(text: str, name: str = "", *, info: str | None = None) -> str:
    """A text as a code block that nothing in it can end; where it has a name, after its name.

    Args:
        text: What is fenced.
        name: A file's name: it stands on a line before, and its suffix tells the language.
        info: Another language than the suffix tells.
    """
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    name = " ".join(name.split())
    suffix = Path(name).suffix[1:]
    if info is None:
        info = suffix.lower() if suffix.isascii() and suffix.isalnum() else ""
    head = f"`{name}`:\n\n" if name else ""
    return f"{head}{fence}{info}\n{text.rstrip(chr(10))}\n{fence}"


def expand_home(name: str) -> Path:
    """Return the path that a name stands for, `~` being the home directory.

    Raises:
        UsageError: there is no such home directory.
    """
    try:
        return Path(name).expanduser()
    except RuntimeError:
        raise UsageError(f"{format_value(name)}: there is no such home directory") from None


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        UsageError: it cannot be read, is too large, or is no UTF-8 text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})") from error
    return decode(content, str(path))


def decode(content: bytes, name: str) -> str:
    """Bytes as text; `name` says in errors whose they are.

    Raises:
        UsageError: they are too many, or no UTF-8 text.
    """
    if len(content) > LARGEST:
        raise UsageError(f"{name} is larger than {LARGEST // 1024 // 1024} MB")
    if b"\0" in content[:_BEGINNING]:
        raise UsageError(f"{name} is binary, not text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{name} is not UTF-8 text (byte {error.start} is 0x{content[error.start]:02x})"
        ) from None


def _matches(pattern: str) -> Iterator[tuple[Path, bool]]:
    """The files that a pattern finds, and whether each is what it names itself."""
    path = expand_home(pattern)
    mode = _mode(path) if pattern else None
    if mode is not None and S_ISDIR(mode):
        yield from islice(((each, False) for each in _within(path)), _MOST_LOOKED_AT)
    elif mode is not None:
        yield path, True
    elif glob.has_magic(pattern):
        matches = sorted(islice(_glob(path), _MOST_LOOKED_AT))
        yield from ((Path(match), False) for match in matches)
    else:
        raise UsageError(f"there is no file {format_value(pattern)}", _nearest(path))


def _glob(pattern: Path) -> Iterator[str]:
    # Path.glob takes no absolute pattern, and finds hidden files, too.
    return glob.iglob(str(pattern), recursive=True)  # noqa: PTH207


def _within(folder: Path) -> Iterator[Path]:
    """The files of a folder and of those in it, the hidden ones left out, in order."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names) if not name.startswith("."))


def _mode(path: Path) -> int | None:
    """What a path leads to, as `stat` tells; None if to nothing that can be told."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _is_text(path: Path) -> bool:
    """Whether a regular file begins as text does."""
    mode = _mode(path)
    if mode is None or not S_ISREG(mode):
        return False
    try:
        with path.open("rb") as file:
            return b"\0" not in file.read(_BEGINNING)
    except OSError:
        return False


def _content(path: Path, *, itself: bool) -> str | None:
    """The text of a file; None if it has none and was not named itself."""
    try:
        return read_text(path)
    except UsageError:
        if itself:
            raise
        return None


def _display_name(path: Path, pattern: str) -> str:
    """A path as its person writes it: `~` stays."""
    if not pattern.startswith("~"):
        return str(path)
    home = pattern.partition("/")[0]
    return home + str(path).removeprefix(str(Path(home).expanduser()))


def _nearest(path: Path) -> str:
    try:
        names = [each.name for each in path.parent.iterdir()]
    except (OSError, ValueError):
        return ""
    near = nearest(path.name, names)
    return f"Did you mean {format_value(str(path.with_name(near[0])))}?" if near else ""
