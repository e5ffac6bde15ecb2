"""Pastes at the prompt: recognised in the input, folded if they are long, tracked while edited."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable
from select import select

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.input.posix_utils import PosixStdinReader
from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from nemochat.core.text import count_noun
from nemochat.repl.entry import PASTE_END, PASTE_START, escape
from nemochat.screen.keyboard import LONGEST_TYPED, pause_after

MAX_LINES = 20  # of a paste that is shown in full
MAX_CHARACTERS = 10_000
PASTE_LABEL, HISTORY_LABEL = "paste", "more"
FROM_PASTE, FROM_KEYBOARD = "p", "t"  # the origin of a character
_READ_BYTES = 65536
# Replies about the background and the type of the terminal (screen/style/background.py) that come
# too late. No key begins like them.
_TERMINAL_REPLY = re.compile(r"\x1b\]11;[^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[\?[0-9;]*c")
_PARTIAL_REPLY = re.compile(r"(?:\x1b\]11;[^\x07\x1b]*\x1b?|\x1b\[\?[0-9;]*)\Z")
_CURSOR_REPLY = re.compile(r"\x1b\[\d+;\d+R")
_TEXT_OR_KEY = re.compile(
    r"(?P<text>[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+)"
    r"|\x1b(?:\[[0-?]*[ -/]*[@-~]|O[@-~]|[^\x1b])?|[^\x1b]",
    re.DOTALL,
)


class BurstReader(PosixStdinReader):
    """Reader of a terminal that returns everything that has arrived, with the rest of a paste."""

    def read(self, count: int = _READ_BYTES) -> str:
        """Return what has arrived, or an empty string."""
        parts = [super().read(count)]
        while parts[-1] and select([self.stdin_fd], [], [], pause_after(parts[-1]))[0]:
            parts.append(super().read(count))
        return "".join(parts)


class KeyParser(Vt100Parser):
    """Parser of keys and pastes; a burst is what arrived in one read.

    Text behind the end of a paste, in the same burst, belongs to the paste: it may have been copied
    with an end mark in it. Only a single Enter at the end is a key. Terminals that don't mark
    pastes send several lines in one burst: that is a paste, too.
    """

    def __init__(self, on_key: Callable[[KeyPress], None]) -> None:
        super().__init__(on_key)
        self._partial = ""  # beginning of a terminal's reply
        self._parts: list[str] = []  # of a paste
        self._tail = ""  # of the last part, which may end within a mark

    def parse(self, bursts: Iterable[bytes]) -> list[KeyPress]:
        """Return the keys of earlier bursts; a paste without an end continues in the next one."""
        keys: list[KeyPress] = []
        decoder = getincrementaldecoder("utf-8")("replace")
        on_key, self.feed_key_callback = self.feed_key_callback, keys.append
        try:
            for burst in bursts:
                self.feed(decoder.decode(burst))
            if not self._in_bracketed_paste:
                self.flush()
        finally:
            self.feed_key_callback = on_key
        return keys

    def feed(self, data: str) -> None:
        """Parse a burst."""
        text = _TERMINAL_REPLY.sub("", self._partial + data)
        partial = _PARTIAL_REPLY.search(text)
        self._partial = ""  # the base class calls this method with the rest of a burst
        text = text[: partial.start()] if partial else text
        if not self._in_bracketed_paste:
            keys, mark, text = text.partition(PASTE_START)
            self._feed_keys(keys, before_paste=bool(mark))
            self._in_bracketed_paste |= bool(mark)
        if self._in_bracketed_paste:
            self._feed_paste(text)
        self._partial = partial[0] if partial else ""

    def _feed_keys(self, text: str, *, before_paste: bool) -> None:
        """Parse a burst or its beginning, in which several lines are a paste."""
        text = text.replace("\r\n", "\r")
        tokens = list(_TEXT_OR_KEY.finditer(text))
        end = len(text) if before_paste else 0  # of the text, without Enter at its end
        for token in tokens:
            if line := (token["text"] or "").rstrip("\r\n"):
                end = max(end, token.start() + len(line))
        parts = [(text[token.start() : min(token.end(), end)], token["text"]) for token in tokens]
        typed = "".join(part for part, is_text in parts if is_text)
        if len(typed) <= LONGEST_TYPED and not {"\r", "\n"} & set(typed):
            super().feed(text)
            return
        for part, is_text in parts:
            if is_text and part:
                self.feed_key_callback(KeyPress(Keys.BracketedPaste, part))
            else:
                super().feed(part)
        super().feed(text[end:])

    def _feed_paste(self, text: str) -> None:
        """Collect a part of a marked paste; the burst with its last end mark completes it."""
        for reply in _CURSOR_REPLY.findall(text):
            self.feed_key_callback(KeyPress(Keys.CPRResponse, reply))
        text = _CURSOR_REPLY.sub("", text)
        self._parts.append(text)
        seen = self._tail + text
        self._tail = seen[1 - len(PASTE_END) :]
        if seen.rfind(PASTE_END) <= seen.rfind(PASTE_START):
            return
        before, _, behind = "".join(self._parts).rpartition(PASTE_END)
        self._in_bracketed_paste, self._parts, self._tail = False, [], ""
        behind = behind.replace("\r\n", "\r")
        pasted = before + behind.removesuffix("\r")
        pasted = pasted.replace(PASTE_START, "").replace(PASTE_END, "")
        self.feed_key_callback(KeyPress(Keys.BracketedPaste, pasted))
        if behind.endswith("\r"):
            self.feed_key_callback(KeyPress(Keys.ControlM, "\r"))


class Pastes:
    """The texts that are folded on a prompt, by their marks.

    A mark such as `[paste 2: 40 lines]` is unique within a chat.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._unfolded: set[str] = set()  # pastes of several lines that are shown in full
        self._numbers: dict[str, int] = {}
        self._pattern: re.Pattern[str] | None = None

    def fold_paste(self, text: str) -> str:
        """Return what the prompt shows for a paste: its mark if it is long, otherwise the text."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if is_long(text):
            return self._fold(text, PASTE_LABEL)
        if "@" in text and "\n" in text.strip("\n"):
            self._unfolded.add(text)
        return text

    def fold_history_entry(self, text: str) -> str:
        """Return what the prompt shows for an earlier message.

        A long one is folded behind its first line, by which it is recognised and searched.
        """
        if not is_long(text):
            return text
        first, newline, rest = text.partition("\n")
        if not rest or is_long(first):
            return self._fold(text, HISTORY_LABEL)
        return first + newline + self._fold(rest, HISTORY_LABEL)

    def find_pastes(self, text: str) -> list[tuple[int, int]]:
        """Return the start and end of each folded text or paste of several lines in a message."""
        found = []
        for pasted in (*self._unfolded, *self._texts.values()):
            part = pasted.strip("\n")
            start = text.find(part)
            while start >= 0:
                found.append((start, start + len(part)))
                start = text.find(part, start + len(part))
        return found

    def find_marks(self, text: str) -> list[tuple[int, int]]:
        """Return the start and end of each mark in a text."""
        if not self._texts or "[" not in text:
            return []
        return [mark.span() for mark in self._mark_pattern().finditer(text)]

    def unfold(self, text: str) -> str:
        """Return a text with its marks replaced by what they stand for."""
        if not self._texts or "[" not in text:
            return text
        return self._mark_pattern().sub(lambda mark: self._texts[mark[0]], text)

    def refold(self, text: str) -> str:
        """Return a text in which everything that has a mark is folded again."""
        for mark, folded in reversed(self._texts.items()):
            text = text.replace(folded, mark)
        return text

    def has_leading_paste(self, text: str) -> bool:
        """Return whether a text begins with the mark of a paste, not of a history entry."""
        bare = text.lstrip()
        return bare.startswith(f"[{PASTE_LABEL}") and any(
            start == 0 for start, _ in self.find_marks(bare)
        )

    def to_entry(self, text: str) -> str:
        """Return the entry for the text on the prompt, in which a leading paste is no command."""
        full = self.unfold(text)
        return escape(full) if self.has_leading_paste(text) else full

    def list_pastes(self) -> list[tuple[str, str]]:
        """Return the marks and texts of the folded pastes, newest first."""
        pastes = [item for item in self._texts.items() if item[0].startswith(f"[{PASTE_LABEL}")]
        return pastes[::-1]

    def _fold(self, text: str, label: str) -> str:
        for mark, folded in self._texts.items():
            if folded == text and mark.startswith(f"[{label}"):
                return mark
        number = self._numbers[label] = self._numbers.get(label, 0) + 1
        lines = text.removesuffix("\n").count("\n") + 1
        name = label if number == 1 else f"{label} {number}"
        mark = f"[{name}: {count_noun(lines, 'line')}]"
        self._texts[mark], self._pattern = text, None
        return mark

    def _mark_pattern(self) -> re.Pattern[str]:
        if self._pattern is None:
            self._pattern = re.compile("|".join(map(re.escape, self._texts)))
        return self._pattern


def is_long(text: str) -> bool:
    """Return whether a text is too long to be shown in full on the prompt."""
    return text.removesuffix("\n").count("\n") >= MAX_LINES or len(text) > MAX_CHARACTERS


class PasteTracker:
    """Origin of each character on the prompt: the keyboard or a paste.

    A buffer reports that its text changed, but not how, so each change is found by comparison.
    Text that an undo or a yank restores keeps its origin.
    """

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer
        self._text = self._origins = ""
        self._position = 1  # in the history, from its end
        self._source = FROM_KEYBOARD  # of the next insertion
        self._around = ("", "")  # the origins before and after the last insertion
        self._states: dict[str, str] = {}  # the origins of each text that was on this prompt
        self._cuts: dict[str, str] = {}  # the origins of deleted texts with pasted characters
        buffer.on_text_changed += self._update
        buffer.on_text_insert += self._record_insertion

    def begin(self, text: str) -> None:
        """Begin a prompt with a text: that of the last prompt, or as an editor changed it."""
        before, _, after = self._compare(text, len(text))
        self._states, self._position = {}, 1
        self._record(text, before + FROM_KEYBOARD * (len(text) - len(before + after)) + after)

    def paste(self, text: str) -> None:
        """Insert a pasted text."""
        self._source = FROM_PASTE
        try:
            self._buffer.insert_text(text)
        finally:
            self._source = FROM_KEYBOARD

    def unfold(self, pastes: Pastes) -> None:
        """Replace the marks by what they stand for, as an editor will show it."""
        text, origins = self._text, self._origins
        for start, end in reversed(pastes.find_marks(text)):
            full = pastes.unfold(text[start:end])
            source = FROM_PASTE if pastes.has_leading_paste(text[start:end]) else FROM_KEYBOARD
            text = text[:start] + full + text[end:]
            origins = origins[:start] + source * len(full) + origins[end:]
        self._record(text, origins)

    def is_pasted(self) -> bool:
        """Return whether the first character that isn't blank was pasted."""
        start = len(self._text) - len(self._text.lstrip())
        return self._origins[start : start + 1] == FROM_PASTE

    def _update(self, buffer: Buffer) -> None:
        """Record a change, which may restore a text."""
        text = buffer.text
        # Count from the end: loading the history changes the index.
        position = len(buffer._working_lines) - buffer.working_index  # noqa: SLF001 - no other way
        if position != self._position:  # another history entry, which counts as typed
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
            inserted = self._find_origins(text[start:end])
            if FROM_PASTE in cut:  # a change in place, such as to upper case
                inserted = FROM_PASTE * len(inserted)
            origins = self._states.get(text, before + inserted + after)
        self._around = before, after
        self._record(text, origins)

    def _record_insertion(self, _: Buffer) -> None:
        """Record that the last change was an insertion at the cursor."""
        before, after = self._around
        inserted = len(self._text) - len(before + after)
        self._record(self._text, before + self._source * inserted + after)

    def _compare(self, text: str, cursor: int) -> tuple[str, str, str]:
        """Return the origins of the unchanged beginning, the removed middle and the unchanged end.

        The cursor decides which of several equal characters changed.
        """
        old = self._text
        most = max(0, min(cursor, cursor - (len(text) - len(old))))
        start = _common_length(old[:most], text[:most])
        kept = _common_length(old[start:][::-1], text[start:][::-1])
        start += _common_length(old[start : len(old) - kept], text[start : len(text) - kept])
        end = len(old) - kept
        return self._origins[:start], self._origins[start:end], self._origins[end:]

    def _find_origins(self, text: str) -> str:
        """Return the origins of a text that may be, or contain, a deleted one."""
        if text in self._cuts:
            return self._cuts[text]
        source = FROM_PASTE if any(cut in text for cut in self._cuts) else FROM_KEYBOARD
        return source * len(text)

    def _record(self, text: str, origins: str) -> None:
        self._text, self._origins = text, origins
        self._states[text] = origins


def _common_length(one: str, other: str) -> int:
    """Return the length of the common beginning of two texts."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
