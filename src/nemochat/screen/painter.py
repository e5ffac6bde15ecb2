"""Painter of the terminal: final rows stay, live rows are repainted below them.

Final rows are written once and belong to the terminal's scrollback. The live rows are compared
with those on the screen: most frames only append to the last one. A frame that moves the cursor
is a synchronized update, so that no half of it is seen. Only live rows are ever erased.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nemochat.screen.text.spans import Row, Span
from nemochat.screen.text.width import clusters
from nemochat.screen.text.width import text_width as columns_of

BEGIN_UPDATE, END_UPDATE = "\x1b[?2026h", "\x1b[?2026l"
NO_WRAP, WRAP = "\x1b[?7l", "\x1b[?7h"
ERASE_LINE = "\x1b[K"
NEW_LINE = "\r\n"
# After a row that fills the terminal's the cursor still stands on it: a blank goes over to the next
# one, whose first character then takes its place, and the terminal knows that the line was wrapped.
WRAPPED = " \r"


class Painter:
    """Writes rows to a terminal whose cursor stands at the start of an empty line.

    Attributes:
        apart: Whether what is written next stands apart: a blank row was the last one, or none was.
    """

    def __init__(self, write: Callable[[str], None], styled: Callable[[Span], str]) -> None:
        """Prepare.

        Args:
            write: Writes to the terminal, and flushes.
            styled: A span with its sequences.
        """
        self._write = write
        self._styled = styled
        self._live: list[Row] = []
        self.apart = True

    def frame(self, final: Sequence[Row], live: Sequence[Row], columns: int) -> None:
        """Let the final rows stay, and the live rows stand below them.

        Args:
            final: Rows that are written for good, above what is live.
            live: All rows that are live now, fewer than the terminal has. A live row is cut at the
                terminal's edge.
            columns: Of the terminal. A final row may be wider: it is wrapped by the terminal.
        """
        tail = [crop(row, columns - 1) for row in live]
        if not final and tail == self._live:
            return
        rows = [*final, *tail]
        same = self._count_unchanged(rows, len(final))
        old = len(self._live)
        if same == old:
            beginning = NEW_LINE if old and (len(rows) > same or not tail) else ""
            self._write(beginning + self._join_rows(rows[same:], len(final) - same))
        elif (
            same == old - 1 < len(rows)
            and (same >= len(final) or _is_reusable(rows[same]))
            and (more := find_appended_spans(self._live[-1], rows[same]))
        ):
            going_on = Row(tuple(more), 0, is_continued=rows[same].is_continued)
            self._write(self._join_rows([going_on, *rows[same + 1 :]], len(final) - same))
        else:
            self._write(self._rewrite(rows, same, len(final)))
        self._live = tail
        self.apart = not (rows and rows[-1].spans)

    def resize(self, columns: int, *, reflows: bool) -> None:
        """Take the live rows away: the terminal has another width now.

        Args:
            columns: Of the terminal.
            reflows: Whether it wraps anew what stands on it.
        """
        heights = [-(-max(row.width, 1) // columns) if reflows else 1 for row in self._live]
        if heights:
            rows = ["\r" + ERASE_LINE] + [f"\x1b[A{ERASE_LINE}"] * (sum(heights) - 1)
            self._write("".join([BEGIN_UPDATE, *rows, END_UPDATE]))
        self._live = []

    def forget(self) -> None:
        """Give up the live rows: something else was written below them."""
        self._live = []

    def drop_scrolled(self, rows: int) -> None:
        """Give up the live rows that a terminal of so many rows has pushed into its scrollback."""
        self._live = self._live[-rows:]

    def _count_unchanged(self, rows: list[Row], final: int) -> int:
        """How many of the live rows, from the first, stand as they should already."""
        same = 0
        for old, new in zip(self._live, rows, strict=False):
            if old != new or (same < final and not _is_reusable(new)):
                break
            same += 1
        return same

    def _rewrite(self, rows: list[Row], same: int, final: int) -> str:
        """Erase the live rows from the first that differs, and write from there on."""
        old = len(self._live) - same
        erased = (NEW_LINE).join([ERASE_LINE] * old)
        text = "\r" + _up(old - 1) + erased + "\r" + _up(old - 1)
        if same < len(rows):
            text += self._join_rows(rows[same:], final - same)
        elif same:  # the cursor belongs to the end of the last row
            text += _up(1) + (f"\x1b[{rows[-1].width}C" if rows[-1].width else "")
        return BEGIN_UPDATE + text + END_UPDATE

    def _join_rows(self, rows: list[Row], final: int) -> str:
        """Rows one below the other; after a final one the cursor is at the next line's start."""
        lines = []
        for place, row in enumerate(rows):
            text = "".join(map(self._styled, row.spans))
            if place < final:
                lines.append(text + (WRAPPED if row.is_continued else NEW_LINE))
                continue
            if not text.isascii():  # it stays one row, whatever widths the terminal believes in
                text = NO_WRAP + text + WRAP
            lines.append(text + (NEW_LINE if place < len(rows) - 1 else ""))
        return "".join(lines)


def find_appended_spans(old: Row, new: Row) -> list[Span]:
    """The spans by which `new` goes on after `old`; none if it differs before, or is the same."""
    if len(new.spans) < len(old.spans) or old.spans[:-1] != new.spans[: len(old.spans) - 1]:
        return []
    if not old.spans:
        return list(new.spans)
    before, after = old.spans[-1], new.spans[len(old.spans) - 1]
    if before[1:] != after[1:] or not after.text.startswith(before.text):
        return []
    rest = Span(after.text[len(before.text) :], after.style, after.link)
    return [span for span in (rest, *new.spans[len(old.spans) :]) if span.text]


def _is_reusable(row: Row) -> bool:
    """Whether a live row that becomes final may stand as it is.

    Others are written again, for a live row is not wrapped: it may take two rows when it is, where
    a terminal believes in other widths.
    """
    return not row.is_continued and all(span.text.isascii() for span in row.spans)


def crop(row: Row, most: int) -> Row:
    """As much of a row as so many columns hold."""
    if row.width <= most:
        return row
    spans: list[Span] = []
    text = ""  # up to here
    for span in row.spans:
        prefix = ""
        for cluster, _ in clusters(span.text):
            if columns_of(text + prefix + cluster) > most:
                spans.append(span._replace(text=prefix))
                return Row(tuple(s for s in spans if s.text), columns_of(text + prefix))
            prefix += cluster
        spans.append(span)
        text += prefix
    return row


def _up(rows: int) -> str:
    return f"\x1b[{rows}A" if rows > 0 else ""
