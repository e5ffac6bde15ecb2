"""Where what stands on the prompt came from: a paste, or the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemochat.repl.folding import Folds

if TYPE_CHECKING:
    from prompt_toolkit.buffer import Buffer

PASTED, TYPED = "p", "t"  # one for each character


class Provenance:
    """The origin of each character in a prompt's buffer.

    The buffer tells that its text changed, and not how. So each change is found by comparison, and
    what an undo or a yank brings back is recognised: it is as pasted as it was before.
    """

    def __init__(self, buffer: Buffer) -> None:
        """Follow a buffer from here on."""
        self._buffer = buffer
        self._text = self._origins = ""
        self._position = 1  # of the text in the history, from its end
        self._source = TYPED  # of what is inserted next
        self._around = ("", "")  # the origins before and after the last insertion
        self._states: dict[str, str] = {}  # the origins of each text that stood on this prompt
        self._cuts: dict[str, str] = {}  # of each pasted text that was deleted
        buffer.on_text_changed += self._change
        buffer.on_text_insert += self._insert

    def begin(self, text: str) -> None:
        """Start a prompt on which `text` stands: the last one's, or as an editor changed it."""
        before, _, after = self._compare(text, len(text))
        self._states, self._position = {}, 1
        self._keep(text, before + TYPED * (len(text) - len(before + after)) + after)

    def paste(self, text: str) -> None:
        """Insert a text that was pasted."""
        self._source = PASTED
        try:
            self._buffer.insert_text(text)
        finally:
            self._source = TYPED

    def unfold(self, folds: Folds) -> None:
        """Count what is folded as it is edited elsewhere: whole, and pasted."""
        text, origins = self._text, self._origins
        for start, end in reversed(folds.within(text)):
            whole = folds.whole(text[start:end])
            source = PASTED if folds.begins(text[start:end]) else TYPED
            text = text[:start] + whole + text[end:]
            origins = origins[:start] + source * len(whole) + origins[end:]
        self._keep(text, origins)

    def is_pasted(self) -> bool:
        """Return whether the first character that is no blank was pasted."""
        start = len(self._text) - len(self._text.lstrip())
        return self._origins[start : start + 1] == PASTED

    def _change(self, buffer: Buffer) -> None:
        """Take in a change that may bring a text back."""
        text = buffer.text
        # The index alone changes while the history is loaded, too.
        position = len(buffer._working_lines) - buffer.working_index  # noqa: SLF001 - no other way
        if position != self._position:  # to another entry, which is as it was typed
            self._position, self._around = position, ("", "")
            self._keep(text, self._states.get(text, TYPED * len(text)))
            return
        before, cut, after = self._compare(text, buffer.cursor_position)
        start, end = len(before), len(text) - len(after)
        removed = self._text[start : len(self._text) - len(after)]
        if PASTED in cut:
            self._cuts[removed] = cut
        else:
            self._cuts.pop(removed, None)
        origins = before + after
        if start < end:
            back = self._origins_of(text[start:end])
            if PASTED in cut:  # it is changed in place, such as to capitals
                back = PASTED * len(back)
            origins = self._states.get(text, before + back + after)
        self._around = before, after
        self._keep(text, origins)

    def _insert(self, _: Buffer) -> None:
        """Take in that the last change was an insertion at the cursor."""
        before, after = self._around
        inserted = len(self._text) - len(before + after)
        self._keep(self._text, before + self._source * inserted + after)

    def _compare(self, text: str, cursor: int) -> tuple[str, str, str]:
        """Return the origins of what a change left before it, of what it removed, and left after.

        Among equal characters, the cursor tells which ones it is about.
        """
        old = self._text
        most = max(0, min(cursor, cursor - (len(text) - len(old))))
        start = _common(old[:most], text[:most])
        kept = _common(old[start:][::-1], text[start:][::-1])
        start += _common(old[start : len(old) - kept], text[start : len(text) - kept])
        end = len(old) - kept
        return self._origins[:start], self._origins[start:end], self._origins[end:]

    def _origins_of(self, text: str) -> str:
        """Return the origins of a text that may have been deleted before, alone or in parts."""
        if text in self._cuts:
            return self._cuts[text]
        source = PASTED if any(cut in text for cut in self._cuts) else TYPED
        return source * len(text)

    def _keep(self, text: str, origins: str) -> None:
        self._text, self._origins = text, origins
        self._states[text] = origins


def _common(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
