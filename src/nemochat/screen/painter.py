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
        ends_blank: Whether the last row is blank, or there is none.
    """

    def __init__(self, write: Callable[[str], None], style: Callable[[Span], str]) -> None:
        """Create a painter.

        Args:
            write: Writes to the terminal and flushes.
            style: Returns the text of a span with its control sequences.
        """
        self._write = write
        self._style = style
        self._live: list[Row] = []
        self.ends_blank = True

    def paint(self, final: Sequence[Row], live: Sequence[Row], columns: int) -> None:
        """Write final rows, and replace the live rows below them.

        Args:
            final: Written once, above the live rows. A row may be wider than the terminal, which
                wraps it.
            live: All live rows, fewer than the terminal's rows; each is cropped to its width.
            columns: Width of the terminal.
        """
        tail = [crop(row, columns - 1) for row in live]
        if not final and tail == self._live:
            return
        rows = [*final, *tail]
        final_count = len(final)
        same_count = self._count_unchanged(rows, final_count)
        old_count = len(self._live)
        if same_count == old_count:
            start = NEW_LINE if old_count and (len(rows) > same_count or not tail) else ""
            self._write(start + self._join_rows(rows[same_count:], final_count - same_count))
        elif (
            same_count == old_count - 1 < len(rows)
            and (same_count >= final_count or _is_reusable(rows[same_count]))
            and (more := find_appended_spans(self._live[-1], rows[same_count]))
        ):
            appended = Row(tuple(more), 0, is_continued=rows[same_count].is_continued)
            new_rows = [appended, *rows[same_count + 1 :]]
            self._write(self._join_rows(new_rows, final_count - same_count))
        else:
            self._write(self._rewrite(rows, same_count, final_count))
        self._live = tail
        self.ends_blank = not (rows and rows[-1].spans)

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
        """Forget live rows that have scrolled out of a terminal with this many rows."""
        self._live = self._live[-rows:]

    def _count_unchanged(self, rows: list[Row], final_count: int) -> int:
        """Return how many live rows, from the first, need no repainting."""
        same_count = 0
        for old, new in zip(self._live, rows, strict=False):
            if old != new or (same_count < final_count and not _is_reusable(new)):
                break
            same_count += 1
        return same_count

    def _rewrite(self, rows: list[Row], same_count: int, final_count: int) -> str:
        """Return the text that erases live rows from the first changed one and writes the rest."""
        old_count = len(self._live) - same_count
        erased = NEW_LINE.join([ERASE_LINE] * old_count)
        text = "\r" + _up(old_count - 1) + erased + "\r" + _up(old_count - 1)
        if same_count < len(rows):
            text += self._join_rows(rows[same_count:], final_count - same_count)
        elif same_count:  # move the cursor to the end of the last row
            text += _up(1) + (f"\x1b[{rows[-1].width}C" if rows[-1].width else "")
        return BEGIN_UPDATE + text + END_UPDATE

    def _join_rows(self, rows: list[Row], final_count: int) -> str:
        """Return the rows as text; after a final row the cursor is on the next line."""
        lines = []
        for place, row in enumerate(rows):
            text = "".join(map(self._style, row.spans))
            if place < final_count:
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

    A row with other characters than ASCII was written with autowrap off; a continued one must end
    with `WRAPPED`.
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
