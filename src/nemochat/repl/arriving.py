"""What arrives from the terminal as keys, without what it says of itself."""

from __future__ import annotations

import re
from collections.abc import Callable

from prompt_toolkit.input.vt100_parser import Vt100Parser  # noqa: TID253 - loaded late by editor.py
from prompt_toolkit.key_binding import KeyPress  # noqa: TID253 - loaded late by editor.py

# A busy or distant terminal tells its background and its sort (screen/background.py) when nobody
# waits for it any more. No key begins like that.
_REPLY = re.compile(r"\x1b\]11;[^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[\?[0-9;]*c")
_BEGUN = re.compile(r"(?:\x1b\]11;[^\x07\x1b]*\x1b?|\x1b\[\?[0-9;]*)\Z")


class Arriving(Vt100Parser):
    """Keys out of characters; late replies of the terminal are no keys."""

    def __init__(self, pressed: Callable[[KeyPress], None]) -> None:
        """Give each key to `pressed`."""
        super().__init__(pressed)
        self._begun = ""  # of a reply

    def feed(self, data: str) -> None:
        """Take in what came."""
        text = _REPLY.sub("", self._begun + data)
        begun = _BEGUN.search(text)
        self._begun = ""  # for a paste in the text is followed by a call of this
        super().feed(text[: begun.start()] if begun else text)
        self._begun = begun[0] if begun else ""
