"""Which of an answer's text is thinking? What stands in `<think>` tags at its start."""

from __future__ import annotations

OPENED, CLOSED = "<think>", "</think>"


class Thinking:
    """Divides a text that comes in pieces into thoughts and answer, the same at any split."""

    def __init__(self) -> None:
        self._held: str | None = ""
        self._inside = False

    def feed(self, piece: str) -> tuple[str, str]:
        """What of the text so far, and not given yet, is thought, and what is answer."""
        if self._held is None:
            return "", piece
        text = self._held + piece
        if not self._inside:
            start = text.lstrip()
            if OPENED.startswith(start[: len(OPENED)]) and len(start) < len(OPENED):
                self._held = text  # it may still become the mark
                return "", ""
            if not start.startswith(OPENED):
                self._held = None
                return "", text
            self._inside = True
            text = start[len(OPENED) :]
        thought, mark, answer = text.partition(CLOSED)
        if mark:
            self._held = None
            return thought, answer.lstrip("\n")
        held = next(n for n in range(len(CLOSED) - 1, -1, -1) if text.endswith(CLOSED[:n]))
        self._held = text[len(text) - held :]
        return text[: len(text) - held], ""

    def flush(self) -> tuple[str, str]:
        """What was held back."""
        held, self._held = self._held or "", None
        return (held, "") if self._inside else ("", held)


def without_thoughts(text: str) -> str:
    """The answer of a text that is there at once."""
    thinking = Thinking()
    return thinking.feed(text)[1] + thinking.flush()[1]
