"""Dark or light background of the terminal, asked for before the first colour is needed."""

from __future__ import annotations

import atexit
import re
import time
from collections.abc import Callable, Mapping

from nemochat.screen.keyboard import Keyboard

# The colour of the background (OSC 11), and what sort of terminal this is (DA1): every terminal
# answers the second at once, so one that does not know the first is not waited for.
QUESTION = "\x1b]11;?\x07\x1b[c"
SECONDS = 0.1  # that a reply is waited for, since the first colour is due
SECONDS_FAR_AWAY = 1.0  # where it travels
UNKNOWN = "ansi"  # the theme that is right on both
_COLOUR = (
    rb"(?i)\x1b\]11;rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})"
    rb"[^\x07\x1b]*(?:\x07|\x1b\\)"
)
_SORT = rb"\x1b\[\?[0-9;]*c"
_REPLIES = rb"\x1b\]11;[^\x07\x1b]*(?:\x07|\x1b\\|\Z)|" + _SORT
_MUTE = r"(dumb|unknown|linux|vt\d|ansi|cons|sun|eterm|emacs|$)"  # values of TERM
_MIDDLE = 0.179  # luminance on which black and white are read equally well
_NEARLY_BLACK = 0.04045  # where sRGB's curve begins
_LIGHT_COLOURS = {"7", "15"}  # of the sixteen, in COLORFGBG


class Background:
    """Asks a terminal for its background; what is typed meanwhile is left to the keyboard."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Prepare; where the environment's variables tell the background, nobody is asked."""
        self._environment = environment
        self._theme = from_environment(environment)
        self._keyboard: Keyboard | None = None  # where a reply is awaited

    def ask(self, keyboard: Keyboard, write: Callable[[str], None]) -> None:
        """Write the question to the terminal, if it will understand and there is need of it.

        Its keys are quiet from here to the reply, lest that is echoed.

        Args:
            keyboard: Of the terminal, from which the reply will come.
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
        """Whether a reply is awaited."""
        return self._keyboard is not None

    def theme(self) -> str:
        """The theme for this background, "dark" or "light"; UNKNOWN if the terminal is silent."""
        far = {"SSH_CONNECTION", "SSH_TTY"} & self._environment.keys()
        self._read_reply(SECONDS_FAR_AWAY if far else SECONDS)
        return self._theme or UNKNOWN

    def _end(self) -> None:
        """Take a reply that nobody came for: after the end it would be typed into the shell."""
        self._read_reply(SECONDS_FAR_AWAY)

    def _read_reply(self, seconds: float) -> None:
        """Take the reply, where one is awaited, and let the terminal be as it was."""
        if self._keyboard is not None:
            self._theme = self._parse_reply(self._keyboard, seconds)
            self._keyboard.release()
            atexit.unregister(self._end)
            self._keyboard = None

    def _parse_reply(self, keyboard: Keyboard, seconds: float) -> str | None:
        """The theme that the reply asks for, if there is one; the rest is what was typed."""
        deadline = time.monotonic() + seconds
        read = b""
        while not re.search(_SORT, read):
            more = keyboard.modes.read(max(deadline - time.monotonic(), 0))
            if not more:
                break
            read += more
        keyboard.typed += re.sub(_REPLIES, b"", read)
        if found := re.search(_COLOUR, read):
            red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in found.groups())
            return theme_for(red, green, blue)
        return None


def from_environment(environment: Mapping[str, str]) -> str | None:
    """The theme for the background that COLORFGBG tells: "15;0" is white on black."""
    background = environment.get("COLORFGBG", "").rpartition(";")[2]
    if not background.isdecimal() or int(background) > 15:  # noqa: PLR2004 - the sixteen colours
        return None
    return "light" if background in _LIGHT_COLOURS else "dark"


def theme_for(red: float, green: float, blue: float) -> str:
    """The theme for a background, its parts from 0 to 1: "dark" where white is read best on it."""
    return "dark" if luminance(red, green, blue) < _MIDDLE else "light"


def luminance(red: float, green: float, blue: float) -> float:
    """The relative luminance of a colour, its parts from 0 to 1 (WCAG 2.2)."""
    linear = [
        part / 12.92 if part <= _NEARLY_BLACK else ((part + 0.055) / 1.055) ** 2.4
        for part in (red, green, blue)
    ]
    return sum(part * share for part, share in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))
