"""Text files: those that a person names, read whole or refused; our own, written whole or not."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from nemochat.errors import UsageError

LARGEST = 32 * 1024 * 1024  # bytes; the model's context holds about half a megabyte


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
    return as_text(content, str(path))


def as_text(content: bytes, name: str) -> str:
    """Bytes as text; `name` says in errors whose they are.

    Raises:
        UsageError: they are too many, or no UTF-8 text.
    """
    if len(content) > LARGEST:
        raise UsageError(f"{name} is larger than {LARGEST // 1024 // 1024} MB")
    if b"\0" in content[:8192]:
        raise UsageError(f"{name} is binary, not text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{name} is not UTF-8 text (byte {error.start} is 0x{content[error.start]:02x})"
        ) from None


def own_folder(path: Path) -> None:
    """Make a folder and those above it where they lack, for their owner alone."""
    if not path.is_dir():
        if path.exists():
            raise NotADirectoryError(errno.ENOTDIR, f"{path} is not a directory")
        own_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def replace_text(path: Path, text: str) -> None:
    """Put a text in the place of a file's: after a crash the old one is there, or the new one.

    A new file is its owner's alone; one that is there keeps its permissions, and a link leads
    where it led. OSError if it cannot be written.
    """
    own_folder(path.parent)
    real = Path(os.path.realpath(path))
    made = real.with_name(f".{real.name}.{os.getpid()}")
    mode = real.stat().st_mode & 0o777 if real.exists() else 0o600
    with suppress(FileNotFoundError):
        made.unlink()
    descriptor = os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, mode)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        made.replace(real)
    except BaseException:
        with suppress(FileNotFoundError):
            made.unlink()
        raise
