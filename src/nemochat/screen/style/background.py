"""Dark or light background of the terminal, requested before the first colour is needed."""

from __future__ import annotations

import atexit
import re
import time
from collections.abc import Callable, Mapping

from nemochat.screen.keyboard import Keyboard

# Requests the background (OSC 11) and the kind of terminal (DA1). Every terminal answers the second
# one, so there is no wait for a terminal that doesn't know the first.
QUESTION = "\x1b]11;?\x07\x1b[c"
SECONDS = 0.1  # to wait for a reply when the first colour is due
SECONDS_FAR_AWAY = 1.0  # the same, over SSH
UNKNOWN = "ansi"  # the theme for any background
_COLOUR = (
    rb"(?i)\x1b\]11;rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})"
    rb"[^\x07\x1b]*(?:\x07|\x1b\\)"
)
_SORT = rb"\x1b\[\?[0-9;]*c"
_REPLIES = rb"\x1b\]11;[^\x07\x1b]*(?:\x07|\x1b\\|\Z)|" + _SORT
_MUTE = r"(dumb|unknown|linux|vt\d|ansi|cons|sun|eterm|emacs|$)"  # values of TERM
_MIDDLE = 0.179  # luminance on which black and white have equal contrast
_NEARLY_BLACK = 0.04045  # where the curve of sRGB begins
_LIGHT_COLOURS = {"7", "15"}  # of the sixteen, in COLORFGBG


class Background:
    """Detector of the terminal's background; other keys are left to the keyboard."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Prepare; if an environment variable names the background, nothing is requested."""
        self._environment = environment
        self._theme = from_environment(environment)
        self._keyboard: Keyboard | None = None  # where a reply is expected

    def ask(self, keyboard: Keyboard, write: Callable[[str], None]) -> None:
        """Request the background from the terminal, if it is unknown and the terminal may reply.

        The terminal is quiet until the reply, which would be echoed otherwise.

        Args:
            keyboard: Where the reply will arrive.
            write: Writes to the terminal.
        """
        if self._theme or re.match(_MUTE, self._environment.get("TERM", "")):
            return
        if keyboard.modes.silence():
            atexit.register(self._end)
            self._keyboard = keyboard
            write(QUESTION)

    @property
    def is_pending(self) -> bool:
        """Return whether a reply is expected."""
        return self._keyboard is not None

    def theme(self) -> str:
        """Return "dark" or "light", or UNKNOWN if the terminal doesn't reply."""
        far = {"SSH_CONNECTION", "SSH_TTY"} & self._environment.keys()
        self._read_reply(SECONDS_FAR_AWAY if far else SECONDS)
        return self._theme or UNKNOWN

    def _end(self) -> None:
        """Read a reply that nobody waits for: after the exit, the shell would read it."""
        self._read_reply(SECONDS_FAR_AWAY)

    def _read_reply(self, seconds: float) -> None:
        """Read the reply, if one is expected, and restore the terminal."""
        if self._keyboard is not None:
            self._theme = self._parse_reply(self._keyboard, seconds)
            self._keyboard.release()
            atexit.unregister(self._end)
            self._keyboard = None

    def _parse_reply(self, keyboard: Keyboard, seconds: float) -> str | None:
        """Return the theme for the reply, if there is one; the other bytes were typed."""
        deadline = time.monotonic() + seconds
        read = b""
        while not re.search(_SORT, read):
            more = keyboard.modes.read(max(deadline - time.monotonic(), 0))
            if not more:
                break
            read += more
        if typed := re.sub(_REPLIES, b"", read):
            keyboard.typed.append(typed)
        if match := re.search(_COLOUR, read):
            red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in match.groups())
            return theme_for(red, green, blue)
        return None


def from_environment(environment: Mapping[str, str]) -> str | None:
    """Return the theme for the background in COLORFGBG: "15;0" is white on black."""
    background = environment.get("COLORFGBG", "").rpartition(";")[2]
    if not background.isdecimal() or int(background) > 15:  # noqa: PLR2004 - the sixteen colours
        return None
    return "light" if background in _LIGHT_COLOURS else "dark"


def theme_for(red: float, green: float, blue: float) -> str:
    """Return "dark" or "light" for a background with components from 0 to 1."""
    return "dark" if luminance(red, green, blue) < _MIDDLE else "light"


def luminance(red: float, green: float, blue: float) -> float:
    """Return the relative luminance of a colour with components from 0 to 1 (WCAG 2.2)."""
    linear = [
        part / 12.92 if part <= _NEARLY_BLACK else ((part + 0.055) / 1.055) ** 2.4
        for part in (red, green, blue)
    ]
    return sum(part * share for part, share in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))
