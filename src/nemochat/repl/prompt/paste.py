"""Pastes at the prompt: long ones folded to a mark, and the origin of each character."""

from __future__ import annotations

import re

from prompt_toolkit.buffer import Buffer

from nemochat.repl.entry import escape

MAX_LINES = 20  # of a text that stands on the prompt as it is
MAX_CHARACTERS = 10_000  # of one, in however few lines
PASTE_LABEL, HISTORY_LABEL = "paste", "more"  # what the marks say
FROM_PASTE, FROM_KEYBOARD = "p", "t"  # one for each character


class Pastes:
    """The texts that are folded on a prompt, each under a mark that no other has."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._multiline_pastes: set[str] = (
            set()
        )  # that stand on a prompt as they are, in several lines
        self._numbers: dict[str, int] = {}
        self._pattern: re.Pattern[str] | None = None

    def fold_paste(self, text: str) -> str:
        """What stands on the prompt for a paste: a mark if it is long, else itself."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if is_long(text):
            return self._fold(text, PASTE_LABEL)
        if "@" in text and "\n" in text.strip("\n"):
            self._multiline_pastes.add(text)
        return text

    def find_pastes(self, text: str) -> list[tuple[int, int]]:
        """From where to where a message was pasted in several lines, or recalled folded."""
        found = []
        for pasted in (*self._multiline_pastes, *self._texts.values()):
            within = pasted.strip("\n")
            start = text.find(within)
            while start >= 0:
                found.append((start, start + len(within)))
                start = text.find(within, start + len(within))
        return found

    def fold_history_entry(self, text: str) -> str:
        """What stands on the prompt for an earlier message: a long one's first line, then a mark.

        So it is still known, and found by how it begins.
        """
        if not is_long(text):
            return text
        first, newline, rest = text.partition("\n")
        if not rest or is_long(first):
            return self._fold(text, HISTORY_LABEL)
        return first + newline + self._fold(rest, HISTORY_LABEL)

    def unfold(self, text: str) -> str:
        """A text with what is folded in it unfolded."""
        if not self._texts or "[" not in text:
            return text
        return self._mark_pattern().sub(lambda found: self._texts[found[0]], text)

    def to_entry(self, text: str) -> str:
        """Return the entry for what stands on the prompt; a paste at its start is no command."""
        whole = self.unfold(text)
        return escape(whole) if self.has_leading_paste(text) else whole

    def has_leading_paste(self, text: str) -> bool:
        """Return whether a text begins with a folded paste; an earlier entry is as it was typed."""
        bare = text.lstrip()
        return bare.startswith(f"[{PASTE_LABEL}") and any(
            start == 0 for start, _ in self.find_marks(bare)
        )

    def refold(self, text: str) -> str:
        """A text in which what has a mark already is folded again."""
        for mark, within in reversed(self._texts.items()):
            text = text.replace(within, mark)
        return text

    def find_marks(self, text: str) -> list[tuple[int, int]]:
        """From where to where marks stand in a text."""
        if not self._texts or "[" not in text:
            return []
        return [found.span() for found in self._mark_pattern().finditer(text)]

    def list_pastes(self) -> list[tuple[str, str]]:
        """The pastes of this chat with their marks, the last one first."""
        pasted = [(m, text) for m, text in self._texts.items() if m.startswith(f"[{PASTE_LABEL}")]
        return pasted[::-1]

    def _fold(self, text: str, word: str) -> str:
        for mark, known in self._texts.items():
            if known == text and mark.startswith(f"[{word}"):
                return mark
        number = self._numbers[word] = self._numbers.get(word, 0) + 1
        lines = text.removesuffix("\n").count("\n") + 1
        named = word if number == 1 else f"{word} {number}"
        mark = f"[{named}: {lines} line{'s' if lines > 1 else ''}]"
        self._texts[mark], self._pattern = text, None
        return mark

    def _mark_pattern(self) -> re.Pattern[str]:
        if self._pattern is None:
            self._pattern = re.compile("|".join(map(re.escape, self._texts)))
        return self._pattern


def is_long(text: str) -> bool:
    """Whether a text is too long to stand on the prompt as it is."""
    return text.removesuffix("\n").count("\n") >= MAX_LINES or len(text) > MAX_CHARACTERS


class PasteTracker:
    """The origin of each character in a prompt's buffer.

    The buffer tells that its text changed, and not how. So each change is found by comparison, and
    what an undo or a yank brings back is recognised: it is as pasted as it was before.
    """

    def __init__(self, buffer: Buffer) -> None:
        """Follow a buffer from here on."""
        self._buffer = buffer
        self._text = self._origins = ""
        self._position = 1  # of the text in the history, from its end
        self._source = FROM_KEYBOARD  # of what is inserted next
        self._around = ("", "")  # the origins before and after the last insertion
        self._states: dict[str, str] = {}  # the origins of each text that stood on this prompt
        self._cuts: dict[str, str] = {}  # of each pasted text that was deleted
        buffer.on_text_changed += self._change
        buffer.on_text_insert += self._insert

    def begin(self, text: str) -> None:
        """Start a prompt on which `text` stands: the last one's, or as an editor changed it."""
        before, _, after = self._compare(text, len(text))
        self._states, self._position = {}, 1
        self._record(text, before + FROM_KEYBOARD * (len(text) - len(before + after)) + after)

    def paste(self, text: str) -> None:
        """Insert a text that was pasted."""
        self._source = FROM_PASTE
        try:
            self._buffer.insert_text(text)
        finally:
            self._source = FROM_KEYBOARD

    def unfold(self, folds: Pastes) -> None:
        """Count what is folded as it is edited elsewhere: whole, and pasted."""
        text, origins = self._text, self._origins
        for start, end in reversed(folds.find_marks(text)):
            whole = folds.unfold(text[start:end])
            source = FROM_PASTE if folds.has_leading_paste(text[start:end]) else FROM_KEYBOARD
            text = text[:start] + whole + text[end:]
            origins = origins[:start] + source * len(whole) + origins[end:]
        self._record(text, origins)

    def is_pasted(self) -> bool:
        """Return whether the first character that is no blank was pasted."""
        start = len(self._text) - len(self._text.lstrip())
        return self._origins[start : start + 1] == FROM_PASTE

    def _change(self, buffer: Buffer) -> None:
        """Take in a change that may bring a text back."""
        text = buffer.text
        # The index alone changes while the history is loaded, too.
        position = len(buffer._working_lines) - buffer.working_index  # noqa: SLF001 - no other way
        if position != self._position:  # to another entry, which is as it was typed
            self._position, self._around = position, ("", "")
            self._record(text, self._states.get(text, FROM_KEYBOARD * len(text)))
            return
        before, cut, after = self._compare(text, buffer.cursor_position)
        start, end = len(before), len(text) - len(after)
        removed = self._text[start : len(self._text) - len(after)]
        if FROM_PASTE in cut:
            self._cuts[removed] = cut
        else:
            self._cuts.pop(removed, None)
        origins = before + after
        if start < end:
            back = self._find_origins(text[start:end])
            if FROM_PASTE in cut:  # it is changed in place, such as to capitals
                back = FROM_PASTE * len(back)
            origins = self._states.get(text, before + back + after)
        self._around = before, after
        self._record(text, origins)

    def _insert(self, _: Buffer) -> None:
        """Take in that the last change was an insertion at the cursor."""
        before, after = self._around
        inserted = len(self._text) - len(before + after)
        self._record(self._text, before + self._source * inserted + after)

    def _compare(self, text: str, cursor: int) -> tuple[str, str, str]:
        """Return the origins of what a change left before it, of what it removed, and left after.

        Among equal characters, the cursor tells which ones it is about.
        """
        old = self._text
        most = max(0, min(cursor, cursor - (len(text) - len(old))))
        start = _common_length(old[:most], text[:most])
        kept = _common_length(old[start:][::-1], text[start:][::-1])
        start += _common_length(old[start : len(old) - kept], text[start : len(text) - kept])
        end = len(old) - kept
        return self._origins[:start], self._origins[start:end], self._origins[end:]

    def _find_origins(self, text: str) -> str:
        """Return the origins of a text that may have been deleted before, alone or in parts."""
        if text in self._cuts:
            return self._cuts[text]
        source = FROM_PASTE if any(cut in text for cut in self._cuts) else FROM_KEYBOARD
        return source * len(text)

    def _record(self, text: str, origins: str) -> None:
        self._text, self._origins = text, origins
        self._states[text] = origins


def _common_length(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
