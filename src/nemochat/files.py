"""Text files that the user names."""

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
MOST_FILES = 100
MOST_BYTES = 2 * 1024 * 1024  # of all files together
_MOST_CANDIDATES = 20_000  # files examined per pattern, in case a whole disk was named
_BEGINNING = 8192  # bytes in which binary files have a NUL


class Text(NamedTuple):
    """Text file: its name, as the user writes it, and its content."""

    name: str
    content: str


def gather(
    patterns: Iterable[str], *, most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES
) -> list[Text]:
    """Return the text files that paths, globs and folders name, each once, in order.

    Hidden and binary files in folders and globs are skipped. A file with a path of its own must be
    readable.

    Args:
        patterns: Paths, globs (`src/**/*.py`) or folders; `~` is the home directory.
        most_files: Maximum number of files.
        most_bytes: Maximum of their total size.

    Raises:
        UsageError: a file is missing, binary or not UTF-8, or there are no or too many files.
    """
    patterns = list(patterns)
    matches: dict[str, tuple[Path, str, bool]] = {}  # by the real path
    for pattern in patterns:
        new = {
            os.path.realpath(path): (path, _display_name(path, pattern), is_named)
            for path, is_named in _find_matches(pattern)
            if is_named or _is_text(path)
        }
        if not new:
            raise UsageError(f"no text file matches {format_value(pattern)}")
        matches |= {real: each for real, each in new.items() if real not in matches}
    names = ", ".join(patterns)
    if len(matches) > most_files:
        raise UsageError(f"{names}: {len(matches):,} text files; the limit is {most_files:,}")
    size = sum(_size(path) for path, _, _ in matches.values())
    if size > most_bytes:
        raise UsageError(f"{names}: {size:,} bytes; the limit is {most_bytes:,}")
    texts = [
        Text(name, content)
        for path, name, is_named in matches.values()
        if (content := _content(path, is_named=is_named)) is not None
    ]
    if not texts:
        raise UsageError(f"{names}: no UTF-8 text found")
    return texts


def matches_any(pattern: str) -> bool:
    """Return whether a path or a glob matches anything."""
    try:
        path = Path(pattern).expanduser()
    except RuntimeError:
        return False
    if _mode(path) is not None:
        return True
    return glob.has_magic(pattern) and next(_glob(path), None) is not None


def to_code_block(text: str, name: str = "", *, info: str | None = None) -> str:
    """Return a text as a Markdown code block, with a fence that does not occur in it.

    Args:
        text: The text.
        name: File name, which goes above the block and determines its language.
        info: Language, instead of that of the file name.
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
    """Return a path with `~` expanded.

    Raises:
        UsageError: there is no such home directory.
    """
    try:
        return Path(name).expanduser()
    except RuntimeError:
        raise UsageError(f"{format_value(name)}: there is no such home directory") from None


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        UsageError: it cannot be read, is too large, or is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})") from error
    return decode(content, str(path))


def decode(content: bytes, name: str) -> str:
    """Return the content of a file as text; `name` is for errors.

    Raises:
        UsageError: it is too large, or not UTF-8.
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


def _find_matches(pattern: str) -> Iterator[tuple[Path, bool]]:
    """Yield the files that match a pattern, and whether the pattern is the path itself."""
    path = expand_home(pattern)
    mode = _mode(path) if pattern else None
    if mode is not None and S_ISDIR(mode):
        yield from islice(((each, False) for each in _walk(path)), _MOST_CANDIDATES)
    elif mode is not None:
        yield path, True
    elif glob.has_magic(pattern):
        matches = sorted(islice(_glob(path), _MOST_CANDIDATES))
        yield from ((Path(match), False) for match in matches)
    else:
        raise UsageError(f"there is no file {format_value(pattern)}", _suggest_name(path))


def _glob(pattern: Path) -> Iterator[str]:
    # Path.glob accepts no absolute pattern, and finds hidden files.
    return glob.iglob(str(pattern), recursive=True)  # noqa: PTH207


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and its subfolders in order, without hidden ones."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in sorted(names) if not name.startswith("."))


def _mode(path: Path) -> int | None:
    """Return the `st_mode` of a path, or None."""
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
    """Return whether a path is a regular file that does not look binary."""
    mode = _mode(path)
    if mode is None or not S_ISREG(mode):
        return False
    try:
        with path.open("rb") as file:
            return b"\0" not in file.read(_BEGINNING)
    except OSError:
        return False


def _content(path: Path, *, is_named: bool) -> str | None:
    """Return the text of a file, or None if it is not text and its path was not given."""
    try:
        return read_text(path)
    except UsageError:
        if is_named:
            raise
        return None


def _display_name(path: Path, pattern: str) -> str:
    """Return a path as the user wrote it, with `~`."""
    if not pattern.startswith("~"):
        return str(path)
    home = pattern.partition("/")[0]
    return home + str(path).removeprefix(str(Path(home).expanduser()))


def _suggest_name(path: Path) -> str:
    try:
        names = [each.name for each in path.parent.iterdir()]
    except (OSError, ValueError):
        return ""
    near = nearest(path.name, names)
    return f"Did you mean {format_value(str(path.with_name(near[0])))}?" if near else ""
