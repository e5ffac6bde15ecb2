"""Which of an answer's text is thinking? What stands in `<think>` tags at its start."""

from __future__ import annotations

OPENED, CLOSED = "<think>", "</think>"
_FURTHEST = 1_000  # characters within which the first tag ends, blanks before it among them


class Thinking:
    """Divides a text that comes in pieces into thoughts and answer, the same at any split."""

    def __init__(self) -> None:
        self._held: str | None = ""
        self._inside = False
        self._trims = False  # whether newlines between thoughts and answer may still come

    def feed(self, piece: str) -> tuple[str, str]:
        """What of the text so far, and not given yet, is thought, and what is answer."""
        if self._held is None:
            return "", self._trimmed(piece)
        text = self._held + piece
        if not self._inside:
            start = text[:_FURTHEST].lstrip()
            if len(text) < _FURTHEST and OPENED.startswith(start):
                self._held = text  # it may still become the tag
                return "", ""
            if not start.startswith(OPENED):
                self._held = None
                return "", text
            self._inside = True
            text = text.lstrip().removeprefix(OPENED)
        thought, tag, answer = text.partition(CLOSED)
        if tag:
            self._held, self._trims = None, True
            return thought, self._trimmed(answer)
        held = next(n for n in range(len(CLOSED) - 1, -1, -1) if text.endswith(CLOSED[:n]))
        self._held = text[len(text) - held :]
        return text[: len(text) - held], ""

    def flush(self) -> tuple[str, str]:
        """What was held back."""
        held, self._held = self._held or "", None
        return (held, "") if self._inside else ("", held)

    def _trimmed(self, answer: str) -> str:
        if self._trims:
            answer = answer.lstrip("\n")
            self._trims = not answer
        return answer


def without_thoughts(text: str) -> str:
    """The answer of a text that is there at once."""
    thinking = Thinking()
    return thinking.feed(text)[1] + thinking.flush()[1]
