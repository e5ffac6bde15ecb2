"""Text files that a person names, read whole or refused in one sentence."""

from __future__ import annotations

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
