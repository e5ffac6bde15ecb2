"""Tables: widths that fit the terminal, and rows that are final.

The widths depend on all rows, so a table is printed when it ends. After `MOST_WAITING` rows the
widths freeze. From the first row that needs more, the head is repeated with the full width.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nemochat.screen.markdown.containers import Margin
from nemochat.screen.markdown.inline import Outlook, RenderOptions, parse
from nemochat.screen.text.spans import BLANK, Row, Span, row
from nemochat.screen.text.width import text_width
from nemochat.screen.text.wrap import drop_empty_row, lay_out, unbreakable_width, wrap

MOST_WAITING = 300  # rows
_SHOWN = 12  # the last rows, shown while the table grows
_NARROWEST = 4  # columns of a cell; if there are less, a row becomes "name: value" lines
_BETWEEN = " │ "
_CROSSING = "─┼─"
_RULE = "table.rule"
_SHORT_RULE = 8  # columns, between rows shown as lines
_HEAD = "strong"

_DELIMITERS = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_BAR = re.compile(r"(?<!\\)\|")
_CODE_OR_BAR = re.compile(r"(?<![`\\])(`+)(?!`).*?(?<!`)\1(?!`)|(?<!\\)\|")

Cell = list[Span]


def parse_alignments(line: str) -> list[str] | None:
    """Return the alignments of the columns ("<", "^" or ">") from a delimiter row."""
    if not _DELIMITERS.fullmatch(line) or not ("|" in line or ":" in line):
        return None
    alignments = []
    for cell in split_cells(line):
        left, right = cell.startswith(":"), cell.endswith(":")
        alignments.append("^" if left and right else ">" if right else "<")
    return alignments


def split_cells(line: str, columns: int | None = None) -> list[str]:
    """Return the cells of a row; if there are too many, bars within code separate none."""
    line = line.strip()
    line = line.removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    cells = _BAR.split(line)
    if columns and len(cells) > columns:
        bars = [match.start() for match in _CODE_OR_BAR.finditer(line) if match[0] == "|"]
        edges = zip([-1, *bars], [*bars, len(line)], strict=True)
        cells = [line[before + 1 : after] for before, after in edges]
    return [cell.strip().replace("\\|", "|") for cell in cells]


class Table:
    """Table that grows row by row."""

    def __init__(
        self, margin: Margin, setting: RenderOptions, header: str, aligned: list[str]
    ) -> None:
        self.margin = margin
        self._setting = setting
        self._aligned = aligned
        self._natural = [1] * len(aligned)  # columns of the widest cell
        self._longest = [1] * len(aligned)  # columns of the widest unbreakable part
        self._header = self._cells(header, _HEAD)
        self._natural, self._longest = self._measure(self._header)
        self._body: list[list[Cell]] = []
        self._widths: list[int] = []  # of the columns; [] means "name: value" lines
        self._frozen = False

    def add_row(self, text: str) -> list[Row]:
        """Add a row; return the rows that became final."""
        row_of_cells = self._cells(text)
        if self._frozen:
            head = self._widen(row_of_cells)
            return self._finish_rows([*head, *self._record(row_of_cells, first=False)])
        self._natural, self._longest = self._measure(row_of_cells)
        self._body.append(row_of_cells)
        if len(self._body) < MOST_WAITING:
            return []
        final = self._finish_rows(self._layout_all())
        self._frozen = True
        self._body.clear()
        return final

    def live(self, extra: str = "") -> list[Row]:
        """Return the head and the last rows, with an incomplete row."""
        rows: list[Row] = []
        growing = self._cells(extra, outlook=Outlook.HOPEFUL) if extra else None
        if not self._frozen:
            self._fit(growing)
            rows += self._head()
            first = max(0, len(self._body) - _SHOWN)
            for index in range(first, len(self._body)):
                rows += self._record(self._body[index], first=index == 0)
        if growing:
            rows += self._record(growing, first=not (self._frozen or self._body))
        return self._add_margin(rows)

    def finish(self) -> list[Row]:
        """Return the rows that are not final, if the table ends here."""
        return [] if self._frozen else self._add_margin(self._layout_all())

    def _cells(self, line: str, style: str = "", outlook: Outlook = Outlook.ENDED) -> list[Cell]:
        """Return as many cells as the head has; the last one contains any further ones."""
        count = len(self._aligned)
        texts = split_cells(line.replace("\t", " "), count)
        texts[count - 1 :] = [" | ".join(texts[count - 1 :])]
        texts += [""] * (count - len(texts))
        return [parse(text, "", style, self._setting, outlook).spans for text in texts]

    def _measure(self, row_of_cells: list[Cell]) -> tuple[list[int], list[int]]:
        """Return the widest cells and the widest unbreakable parts, with one more row."""
        natural, longest = self._natural.copy(), self._longest.copy()
        for index, cell in enumerate(row_of_cells):
            text = "".join([span.text for span in cell])
            natural[index] = max(natural[index], *map(text_width, text.split("\n")))
            longest[index] = max(longest[index], unbreakable_width(text))
        return natural, longest

    def _fit(self, growing: list[Cell] | None = None) -> None:
        """Choose the widths.

        Args:
            growing: The incomplete row, if it is shown. Widths that ignore it would wrap its cells,
                which would jump when it is complete.
        """
        natural, longest = self._measure(growing or [])
        self._widths = fit_widths(natural, longest, self.margin.columns)

    def _widen(self, row_of_cells: list[Cell]) -> list[Row]:
        """Return the head again if a row needs more than the frozen widths and there is room."""
        natural, longest = self._measure(row_of_cells)
        spare = self.margin.columns - len(_BETWEEN) * (len(natural) - 1) - sum(self._widths)
        if not self._widths or natural == self._natural or spare < len(natural):
            return []
        self._natural, self._longest = natural, longest
        widths = fit_widths(natural, longest, self.margin.columns)
        spare = (spare + sum(self._widths) - sum(widths)) // len(widths)
        self._widths = [width + spare for width in widths]
        return [BLANK, *self._head()]

    def _layout_all(self) -> list[Row]:
        self._fit()
        rows = self._head()
        for index, row_of_cells in enumerate(self._body):
            rows += self._record(row_of_cells, first=index == 0)
        return rows

    def _head(self) -> list[Row]:
        if not self._widths:
            return []
        rule = Span(_CROSSING.join(["─" * width for width in self._widths]), _RULE)
        return [*self._align_rows(self._header), row([rule])]

    def _record(self, row_of_cells: list[Cell], *, first: bool) -> list[Row]:
        """Return the rows of one row of the table."""
        if self._widths:
            return self._align_rows(row_of_cells)
        rule = row([Span("─" * min(self.margin.columns, _SHORT_RULE), _RULE)])
        rows = [] if first else [rule]
        for name, value in zip(self._header, row_of_cells, strict=True):
            spans = [*name, Span(": ", _HEAD), *value] if name else value
            rows += lay_out(spans, self.margin.columns)
        return rows

    def _align_rows(self, row_of_cells: list[Cell]) -> list[Row]:
        parts = [
            drop_empty_row(wrap(cell, width))
            for cell, width in zip(row_of_cells, self._widths, strict=True)
        ]
        rows: list[Row] = []
        for index in range(max(map(len, parts))):
            spans: list[Span] = []
            for column, (part, width) in enumerate(zip(parts, self._widths, strict=True)):
                if column:
                    spans.append(Span(_BETWEEN, _RULE))
                spans += _pad(
                    part[index] if index < len(part) else [], width, self._aligned[column]
                )
            rows.append(row(spans))
        return rows

    def _finish_rows(self, rows: list[Row]) -> list[Row]:
        with_margin = self._add_margin(rows)
        if with_margin:
            self.margin.take()
        return with_margin

    def _add_margin(self, rows: list[Row]) -> list[Row]:
        """Return the rows with the margin."""
        margin = self.margin
        if not margin.rest:
            return rows
        return [
            row((*(margin.rest if index else margin.first), *each.spans))
            for index, each in enumerate(rows)
        ]


def fit_widths(natural: Sequence[int], longest: Sequence[int], width: int) -> list[int]:
    """Return widths of columns that fit, or [] if a cell would have less than `_NARROWEST`."""
    room = width - len(_BETWEEN) * (len(natural) - 1)
    if sum(natural) <= room:
        return list(natural)
    if room < _NARROWEST * len(natural):
        return []
    least = [min(most, max(word, _NARROWEST)) for word, most in zip(longest, natural, strict=True)]
    if sum(least) > room:  # a word must be split: the widest columns shrink
        return _level(least, room)
    shortages = [most - word for most, word in zip(natural, least, strict=True)]
    extra = _level(shortages, room - sum(least))
    return [word + more for word, more in zip(least, extra, strict=True)]


def _level(shortages: Sequence[int], room: int) -> list[int]:
    """Return each value limited to a common maximum, so that the sum fits the room."""
    extra = [0] * len(shortages)
    left = room
    order = sorted(range(len(shortages)), key=shortages.__getitem__)
    for rank, index in enumerate(order):
        extra[index] = min(shortages[index], left // (len(order) - rank))
        left -= extra[index]
    return extra


def _pad(part: Cell, width: int, aligned: str) -> Cell:
    text = "".join([span.text for span in part])
    content = text.rstrip()
    space = width - text_width(content)
    if len(content) < len(text):
        part = list(row(part).spans)
    before = space if aligned == ">" else space // 2 if aligned == "^" else 0
    spans = [Span(" " * before), *part] if before > 0 else list(part)
    return [*spans, Span(" " * (space - before))] if space > before else spans
