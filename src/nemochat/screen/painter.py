"""Painter of the terminal: final rows stay, live rows are repainted below them.

Final rows are written once and belong to the terminal's scrollback. Live rows are compared with
those on the screen: most frames only append to the last one. A frame that moves the cursor is a
synchronized update, so that it is never seen half done. Only live rows are ever erased.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nemochat.screen.text.spans import Row, Span, cut
from nemochat.screen.text.width import TAB, clusters, text_width

BEGIN_UPDATE, END_UPDATE = "\x1b[?2026h", "\x1b[?2026l"
NO_WRAP, WRAP = "\x1b[?7l", "\x1b[?7h"
ERASE_LINE = "\x1b[K"
NEW_LINE = "\r\n"
# After a full row the cursor is still on it. A space moves it to the next one, where other text
# replaces the space; so the terminal knows that the line was wrapped.
WRAPPED = " \r"


class Painter:
    """Painter of rows, below a cursor at the start of an empty line.

    Attributes:
        apart: Whether the last row is blank, or there is none.
    """

    def __init__(self, write: Callable[[str], None], styled: Callable[[Span], str]) -> None:
        """Create a painter.

        Args:
            write: Writes to the terminal and flushes.
            styled: Returns the text of a span with its control sequences.
        """
        self._write = write
        self._styled = styled
        self._live: list[Row] = []
        self.apart = True

    def frame(self, final: Sequence[Row], live: Sequence[Row], columns: int) -> None:
        """Write final rows, and replace the live rows below them.

        Args:
            final: Written once, above the live rows. A row may be wider than the terminal, which
                wraps it.
            live: All live rows, fewer than the terminal has, and cropped to its width.
            columns: Width of the terminal.
        """
        tail = [crop(row, columns - 1) for row in live]
        if not final and tail == self._live:
            return
        rows = [*final, *tail]
        same = self._count_unchanged(rows, len(final))
        old = len(self._live)
        if same == old:
            start = NEW_LINE if old and (len(rows) > same or not tail) else ""
            self._write(start + self._join_rows(rows[same:], len(final) - same))
        elif (
            same == old - 1 < len(rows)
            and (same >= len(final) or _is_reusable(rows[same]))
            and (more := find_appended_spans(self._live[-1], rows[same]))
        ):
            appended = Row(tuple(more), 0, is_continued=rows[same].is_continued)
            self._write(self._join_rows([appended, *rows[same + 1 :]], len(final) - same))
        else:
            self._write(self._rewrite(rows, same, len(final)))
        self._live = tail
        self.apart = not (rows and rows[-1].spans)

    def resize(self, columns: int, *, reflows: bool) -> None:
        """Erase the live rows after a change of the terminal's width.

        Args:
            columns: Width of the terminal.
            reflows: Whether it has rewrapped its text.
        """
        heights = [-(-max(row.width, 1) // columns) if reflows else 1 for row in self._live]
        if heights:
            rows = ["\r" + ERASE_LINE] + [f"\x1b[A{ERASE_LINE}"] * (sum(heights) - 1)
            self._write("".join([BEGIN_UPDATE, *rows, END_UPDATE]))
        self._live = []

    def forget(self) -> None:
        """Leave the live rows where they are: something else was written below them."""
        self._live = []

    def drop_scrolled(self, rows: int) -> None:
        """Leave live rows alone that scrolled out of a terminal with this many rows."""
        self._live = self._live[-rows:]

    def _count_unchanged(self, rows: list[Row], final: int) -> int:
        """Return how many live rows, from the first, need no repainting."""
        same = 0
        for old, new in zip(self._live, rows, strict=False):
            if old != new or (same < final and not _is_reusable(new)):
                break
            same += 1
        return same

    def _rewrite(self, rows: list[Row], same: int, final: int) -> str:
        """Return what erases the live rows from the first changed one, and writes the rest."""
        old = len(self._live) - same
        erased = (NEW_LINE).join([ERASE_LINE] * old)
        text = "\r" + _up(old - 1) + erased + "\r" + _up(old - 1)
        if same < len(rows):
            text += self._join_rows(rows[same:], final - same)
        elif same:  # move the cursor to the end of the last row
            text += _up(1) + (f"\x1b[{rows[-1].width}C" if rows[-1].width else "")
        return BEGIN_UPDATE + text + END_UPDATE

    def _join_rows(self, rows: list[Row], final: int) -> str:
        """Return the rows as text; after a final row the cursor is on the next line."""
        lines = []
        for place, row in enumerate(rows):
            text = "".join(map(self._styled, row.spans))
            if place < final:
                lines.append(text + (WRAPPED if row.is_continued else NEW_LINE))
                continue
            if not text.isascii():  # one row, even if the terminal measures it differently
                text = NO_WRAP + text + WRAP
            lines.append(text + (NEW_LINE if place < len(rows) - 1 else ""))
        return "".join(lines)


def find_appended_spans(old: Row, new: Row) -> list[Span]:
    """Return the spans that `new` appends to `old`; none if it differs before that."""
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
    """Return whether a live row can become final without being rewritten.

    Other rows are written with autowrap off while they are live, and must be wrapped when final.
    """
    return not row.is_continued and all(span.text.isascii() for span in row.spans)


def crop(row: Row, most: int) -> Row:
    """Return the part of a row that fits into `most` columns."""
    if row.width <= most:
        return row
    size = columns = 0  # characters that fit, and their columns
    for cluster, width in clusters(row.text):
        columns += TAB - columns % TAB if cluster == "\t" else width
        if columns > most:
            break
        size += len(cluster)
    (spans,) = cut(row.spans, [(0, size)])
    return Row(tuple(spans), text_width("".join([span.text for span in spans])))


def _up(rows: int) -> str:
    return f"\x1b[{rows}A" if rows > 0 else ""
