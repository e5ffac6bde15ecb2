"""Standard input, output and error: what they are connected to, and what comes through."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import BinaryIO

from nemochat.errors import UsageError
from nemochat.files import LARGEST, as_text, fenced


def input_is_terminal() -> bool:
    """Whether a person types on standard input."""
    return sys.stdin is not None and sys.stdin.isatty()


def output() -> BinaryIO:
    """Standard output for bytes; what is written is lost if it was closed."""
    if sys.stdout is None:
        return Path(os.devnull).open("wb")
    return sys.stdout.buffer


def piped() -> str:
    """All of standard input, if it is no terminal; "" if it is, or was closed.

    Raises:
        UsageError: it is binary, or no UTF-8 text.
    """
    if sys.stdin is None or sys.stdin.isatty():
        return ""
    try:
        return as_text(sys.stdin.buffer.read(LARGEST + 1), "standard input")
    except OSError as error:
        raise UsageError(f"standard input cannot be read ({error.strerror})") from error


def question(words: list[str], text: str) -> str:
    """What to ask: the words, and after them what came through the pipe, fenced.

    Raises:
        UsageError: there is neither.
    """
    asked = " ".join(words).strip()
    if not asked and not text.strip():
        raise UsageError("there is no question: give it as arguments or through a pipe")
    if not asked:
        return text.strip("\n")
    if not text.strip():
        return asked
    return f"{asked}\n\n{fenced(text.rstrip())}"
