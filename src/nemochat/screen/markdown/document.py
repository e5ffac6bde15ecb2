"""Open containers and the open block: lines go in, final rows come out.

A blank row separates blocks; within a list only if the source has a blank line there, because
only the end of a list tells whether it is loose.
"""

from __future__ import annotations

from typing import NamedTuple

from nemochat.lexers import open_highlighter
from nemochat.screen.markdown.blocks import Kind, Line, Open, read_line
from nemochat.screen.markdown.code import CodeBlock, FormulaBlock, IndentedCode
from nemochat.screen.markdown.containers import Container, Margin
from nemochat.screen.markdown.inline import Outlook, RenderOptions
from nemochat.screen.markdown.links import parse_definition
from nemochat.screen.markdown.paragraph import Paragraph
from nemochat.screen.markdown.table import Table, parse_alignments
from nemochat.screen.text.spans import Row, Span, row, rule
from nemochat.screen.text.wrap import lay_out

_WITHIN = {Kind.CODE, Kind.FENCE_END, Kind.FORMULA_END, Kind.TABLE_ROW}


class BlockStart(NamedTuple):
    """Rows before those of a new block.

    Attributes:
        ended_rows: Rows of empty items that end.
        gap: The blank row before the block, or None.
        margin: The margin of its rows.
    """

    ended_rows: list[Row]
    gap: Row | None
    margin: Margin


class ContainerStack:
    """The open containers, from the outermost one."""

    def __init__(self) -> None:
        self.containers: list[Container] = []
        self._filled = False  # whether any block has begun
        self._blank = False  # whether the last line was blank
        self._due: Row | None = None  # the gap before containers that are still empty
        self._last = Kind.BLANK

    def start_block(self, reading: Line, width: int) -> BlockStart:
        """Return what precedes the block that begins with this line."""
        gap = self._due
        containers = self.containers[: reading.matched]
        ended = self.end_empty_items(reading.matched, width)
        if ended:
            gap = None
        filled = containers[-1].is_filled if containers else self._filled
        if gap is None and filled and self._needs_gap(reading, containers):
            gap = row(Margin(containers, width).rest)
        margin = Margin(
            [*containers, *reading.opened], width, shown=len(containers) if ended else 0
        )
        return BlockStart(ended, gap, margin)

    def end_empty_items(self, matched: int, width: int) -> list[Row]:
        """Return the rows of empty items after this many containers."""
        empty = [
            index
            for index, container in enumerate(self.containers)
            if index >= matched and not (container.is_shown or container.is_quote)
        ]
        if not empty:
            return []
        labels = row(Margin(self.containers[: empty[-1] + 1], width).first)
        return [*([self._due] if self._due else []), labels]

    def enter(self, reading: Line, gap: Row | None) -> list[Row]:
        """Leave containers that end and enter new ones; return the gap if a block follows."""
        self.containers = [*self.containers[: reading.matched], *reading.opened]
        self._filled = True
        self._last = reading.kind
        self._blank = False
        if reading.kind is Kind.BLANK:
            self._due = gap
            for container in self.containers[:-1]:
                container.is_filled = True
            return []
        self._due = None
        for container in self.containers:
            container.is_filled = container.is_shown = True
        return [gap] if gap else []

    def add_blank(self, matched: int, width: int) -> list[Row]:
        """Add a blank line in this many containers; return rows of empty items that end."""
        self._blank = True
        if matched == len(self.containers):
            return []
        first = self.containers[matched]
        if not (first.is_quote or first.is_filled):
            first.is_closed = True
            return []
        ended = self.end_empty_items(matched, width)
        if ended:
            self._due = None
            for container in self.containers:
                container.is_shown = True
        del self.containers[matched:]
        return ended

    def mark_filled(self) -> None:
        """Note another line of the open block."""
        self._blank = False

    def _needs_gap(self, reading: Line, containers: list[Container]) -> bool:
        """Return whether a blank row precedes the block that begins with this line."""
        if self._blank:
            return True
        if reading.kind is Kind.DEFINITION is self._last:
            return False
        if any(not container.is_quote for container in containers):
            return False
        if reading.opened and reading.matched < len(self.containers):
            return not reading.opened[0].follows(self.containers[reading.matched])
        return True


class Document:
    """Layout of complete lines; `live` adds the rest."""

    def __init__(self, width: int, setting: RenderOptions) -> None:
        self._width = width
        self._setting = setting
        self._fences = 0  # number of fenced blocks so far
        self._stack = ContainerStack()
        self._block = Open()
        self._leaf: Paragraph | CodeBlock | Table | None = None

    @property
    def is_in_code(self) -> bool:
        """Return whether the next line is verbatim, unless it ends the block."""
        return self._block.kind in {Kind.FENCE, Kind.FORMULA}

    def read(self, line: str) -> Line:
        """Read a line, or the beginning of one."""
        return read_line(line, self._stack.containers, self._block)

    def add_line(self, line: str) -> list[Row]:
        """Add a complete line; return the rows that became final."""
        reading = self.read(line)
        if reading.kind is Kind.BLANK:
            return self._take_blank(reading)
        if reading.kind is Kind.UNDERLINE:
            return self._take_underline()
        if reading.kind is Kind.DELIMITERS:
            return self._take_delimiters(reading)
        final: list[Row] = [] if self._is_continuation(reading) else self._begin(reading)
        match self._leaf:
            case Paragraph() as paragraph:
                final += self._release(paragraph)
                if reading.is_claimable(alone=paragraph.is_empty):
                    self._block = Open(Kind.TEXT, reading.text.rstrip(), alone=paragraph.is_empty)
                else:
                    final += paragraph.begin_line(reading.text)
            case Table() as table:
                final += table.add_row(reading.text)
            case CodeBlock() as code if reading.kind in {Kind.CODE, Kind.INDENTED}:
                final += code.line(reading.text)
            case CodeBlock() as code if reading.kind in {Kind.FENCE_END, Kind.FORMULA_END}:
                final.append(row((*code.margin.take(), Span(reading.text, "fence"))))
                self._leaf, self._block = None, Open()
        self._stack.mark_filled()
        return final

    def begin_line(self, reading: Line) -> list[Row]:
        """Add the beginning of a line of text or code, before the line is complete."""
        final: list[Row] = [] if self._is_continuation(reading) else self._begin(reading)
        self._stack.mark_filled()
        if isinstance(self._leaf, Paragraph):
            return final + self._release(self._leaf) + self._leaf.begin_line(reading.text)
        assert isinstance(self._leaf, CodeBlock)
        return final + self._leaf.begin_line(reading.text, self._width + 1)

    def extend_line(self, text: str) -> list[Row]:
        """Add more of a line that has begun."""
        if isinstance(self._leaf, Paragraph):
            return self._leaf.add(text)
        assert isinstance(self._leaf, CodeBlock)
        return self._leaf.extend_line(text, self._width + 1)

    def end_line(self) -> list[Row]:
        """End a line that has begun."""
        return self._leaf.end_line() if isinstance(self._leaf, CodeBlock) else []

    def live(self, line: str) -> list[Row]:
        """Return the rows that are not final, including an incomplete line ("" for none)."""
        reading = self.read(line)
        if reading.kind in {Kind.BLANK, Kind.UNDERLINE, Kind.DELIMITERS}:
            return self._render_open_block("")
        if self._is_continuation(reading):
            ends = reading.kind in {Kind.FENCE_END, Kind.FORMULA_END}
            return self._render_open_block("" if ends else reading.text)
        rows = self._end_block(Outlook.ENDED)
        ended, gap, margin = self._stack.start_block(reading, self._width)
        rows += [*ended, *([gap] if gap else [])]
        match reading.kind:
            case Kind.TEXT:
                return rows + Paragraph(margin, self._setting).live(reading.text)
            case Kind.INDENTED:
                return rows + IndentedCode(margin).live(reading.text)
            case _:
                return rows + self._read_single_line(reading, margin)

    def end(self, outlook: Outlook) -> list[Row]:
        """End the text; return the remaining rows."""
        final = self._leave(outlook)
        return final + self._stack.start_block(Line(Kind.BLANK, 0), self._width).ended_rows

    def resize(self, width: int) -> None:
        """Lay out what is not final at another width."""
        self._width = width
        if self._leaf:
            self._leaf.margin.resize(width)

    def _is_continuation(self, reading: Line) -> bool:
        """Return whether the line belongs to the open block."""
        same = reading.kind is self._block.kind and reading.kind in {Kind.TEXT, Kind.INDENTED}
        return reading.kind in _WITHIN or (same and reading.is_continuation(self._stack.containers))

    def _take_blank(self, reading: Line) -> list[Row]:
        if reading.opened:
            return self._begin(reading)
        final: list[Row] = []
        if isinstance(self._leaf, IndentedCode) and reading.is_continuation(self._stack.containers):
            self._leaf.blanks += 1
        else:
            final = self._leave()
        return final + self._stack.add_blank(reading.matched, self._width)

    def _take_underline(self) -> list[Row]:
        assert isinstance(self._leaf, Paragraph)
        heading = Paragraph(self._leaf.margin, self._setting, "heading")
        final = heading.begin_line(self._block.held) + heading.finish()
        self._leaf, self._block = None, Open()
        self._stack.mark_filled()
        return final

    def _take_delimiters(self, reading: Line) -> list[Row]:
        paragraph = self._leaf
        assert isinstance(paragraph, Paragraph)
        head = self._block.held
        final: list[Row] = []
        margin = paragraph.margin
        if not paragraph.is_empty:
            self._block = Open(Kind.TEXT)
            final = self._begin(reading)
            margin = Margin(self._stack.containers, self._width)
        aligned = parse_alignments(reading.text) or []
        self._leaf = Table(margin, self._setting, head, aligned)
        self._block = Open(Kind.TABLE_ROW)
        self._stack.mark_filled()
        return final

    def _begin(self, reading: Line) -> list[Row]:
        """Leave the open block, enter the containers of another one and begin it."""
        final = self._leave()
        ended, gap, margin = self._stack.start_block(reading, self._width)
        final += ended + self._stack.enter(reading, gap) + self._read_single_line(reading, margin)
        self._open(reading, margin)
        return final

    def _open(self, reading: Line, margin: Margin) -> None:
        """Begin the block whose first line this is."""
        self._block = Open(reading.kind, mark=reading.mark, indent=reading.indent)
        match reading.kind:
            case Kind.TEXT:
                self._leaf = Paragraph(margin, self._setting)
            case Kind.FENCE:
                self._fences += 1
                info = reading.text[len(reading.mark) :] if self._setting.coloured else ""
                self._leaf = CodeBlock(margin, open_highlighter(info) if info else None)
            case Kind.INDENTED:
                self._leaf = IndentedCode(margin)
            case Kind.FORMULA:
                self._leaf = FormulaBlock(
                    margin, math=self._setting.math and not reading.mark.startswith("\\end")
                )
            case Kind.DEFINITION if definition := parse_definition(reading.text):
                self._setting.definitions.setdefault(*definition)
        if self._leaf is None:
            self._block = Open()

    def _read_single_line(self, reading: Line, margin: Margin) -> list[Row]:
        """Return the rows of a line that is a block, or the first line of one."""
        match reading.kind:
            case Kind.HEADING:
                heading = Paragraph(margin, self._setting, "heading")
                return heading.begin_line(reading.text) + heading.finish()
            case Kind.RULE:
                return [row((*margin.take(), rule(margin.columns)))]
            case Kind.FENCE | Kind.FORMULA:
                numbered = self._setting.numbered and reading.kind is Kind.FENCE
                number = f" · {self._fences + 1}" if numbered else ""
                return [row((*margin.take(), Span(reading.text + number, "fence")))]
            case Kind.DEFINITION:
                span = Span(reading.text.replace("\t", " "), "dim")
                return lay_out([span], margin.columns, margin.first, margin.rest)
            case _:
                return []

    def _release(self, paragraph: Paragraph) -> list[Row]:
        """Give the paragraph the line that nothing claimed."""
        held = self._block.held
        if not held:
            return []
        self._block = Open(Kind.TEXT)
        return paragraph.begin_line(held)

    def _leave(self, outlook: Outlook = Outlook.ENDED) -> list[Row]:
        final = self._end_block(outlook)
        self._leaf, self._block = None, Open()
        return final

    def _end_block(self, outlook: Outlook) -> list[Row]:
        """Return the rows that are not final, as if the open block ended here."""
        match self._leaf:
            case Paragraph() as paragraph:
                return paragraph.finish(self._block.held, outlook)
            case Table() as table:
                return table.finish()
            case _:
                return []

    def _render_open_block(self, text: str) -> list[Row]:
        """Return the rows of the open block with more text in it."""
        match self._leaf:
            case Paragraph() as paragraph:
                held = self._block.held
                return paragraph.live(f"{held}\n{text}" if held and text else held or text)
            case Table() as table:
                return table.live(text)
            case CodeBlock() as code if text or code.has_open_line:
                return code.live(text)
            case _:
                return []
