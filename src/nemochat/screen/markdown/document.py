"""Which rows does each line of the source make, and what is shown of the block that is open?"""

from __future__ import annotations

from nemochat.screen.markdown.blocks import Kind, Open, Reading, read
from nemochat.screen.markdown.code import Code, Formula, Indented
from nemochat.screen.markdown.containers import Margin
from nemochat.screen.markdown.highlight import highlighter
from nemochat.screen.markdown.links import definition
from nemochat.screen.markdown.paragraph import Paragraph
from nemochat.screen.markdown.setting import Outlook, Setting
from nemochat.screen.markdown.spans import Row, Span, row, rule
from nemochat.screen.markdown.stack import Stack
from nemochat.screen.markdown.table import Table, alignments
from nemochat.screen.markdown.wrap import rows

_WITHIN = {Kind.CODE, Kind.FENCE_END, Kind.FORMULA_END, Kind.TABLE_ROW}


class Document:
    """Lines of source go in, final rows come out; `live` shows the rest."""

    def __init__(self, width: int, setting: Setting) -> None:
        self._width = width
        self._setting = setting
        self._fences = 0  # fenced blocks of code so far
        self._stack = Stack()
        self._block = Open()
        self._leaf: Paragraph | Code | Table | None = None

    @property
    def in_code(self) -> bool:
        """Whether the next line stands as it is, unless it ends that."""
        return self._block.kind in {Kind.FENCE, Kind.FORMULA}

    def read(self, line: str) -> Reading:
        """What this line does, or the beginning of a line."""
        return read(line, self._stack.containers, self._block)

    def take(self, line: str) -> list[Row]:
        """Take in a complete line; returns rows that became final."""
        reading = self.read(line)
        if reading.kind is Kind.BLANK:
            return self._take_blank(reading)
        if reading.kind is Kind.UNDERLINE:
            return self._take_underline()
        if reading.kind is Kind.DELIMITERS:
            return self._take_delimiters(reading)
        final: list[Row] = [] if self._goes_on(reading) else self._begin(reading)
        match self._leaf:
            case Paragraph() as paragraph:
                final += self._release(paragraph)
                if reading.may_be_claimed(alone=paragraph.empty):
                    self._block = Open(Kind.TEXT, reading.text.rstrip(), alone=paragraph.empty)
                else:
                    final += paragraph.line(reading.text)
            case Table() as table:
                final += table.line(reading.text)
            case Code() as code if reading.kind in {Kind.CODE, Kind.INDENTED}:
                final += code.line(reading.text)
            case Code() as code if reading.kind in {Kind.FENCE_END, Kind.FORMULA_END}:
                final.append(row((*code.margin.take(), Span(reading.text, "fence"))))
                self._leaf, self._block = None, Open()
        self._stack.filled()
        return final

    def hand_over(self, reading: Reading) -> list[Row]:
        """Take in the beginning of a line of text or code, before the line is complete."""
        final: list[Row] = [] if self._goes_on(reading) else self._begin(reading)
        self._stack.filled()
        if isinstance(self._leaf, Paragraph):
            return final + self._release(self._leaf) + self._leaf.line(reading.text)
        assert isinstance(self._leaf, Code)
        return final + self._leaf.begin(reading.text, self._width + 1)

    def go_on(self, text: str) -> list[Row]:
        """Take in more of a line that was handed over."""
        if isinstance(self._leaf, Paragraph):
            return self._leaf.add(text)
        assert isinstance(self._leaf, Code)
        return self._leaf.go_on(text, self._width + 1)

    def end_line(self) -> list[Row]:
        """End a line that was handed over."""
        return self._leaf.end() if isinstance(self._leaf, Code) else []

    def live(self, line: str) -> list[Row]:
        """The rows that are not final, with a line that is not complete ("" for none)."""
        reading = self.read(line)
        if reading.kind in {Kind.BLANK, Kind.UNDERLINE, Kind.DELIMITERS}:
            return self._standing("")
        if self._goes_on(reading):
            ends = reading.kind in {Kind.FENCE_END, Kind.FORMULA_END}
            return self._standing("" if ends else reading.text)
        shown = self._ended(Outlook.ENDED)
        ended, gap, margin = self._stack.opening(reading, self._width)
        shown += [*ended, *([gap] if gap else [])]
        match reading.kind:
            case Kind.TEXT:
                return shown + Paragraph(margin, self._setting).live(reading.text)
            case Kind.INDENTED:
                return shown + Indented(margin).live(reading.text)
            case _:
                return shown + self._at_once(reading, margin)

    def end(self, outlook: Outlook) -> list[Row]:
        """Nothing more comes; returns all rows that are left."""
        final = self._leave(outlook)
        return final + self._stack.opening(Reading(Kind.BLANK, 0), self._width).ended

    def resize(self, width: int) -> None:
        """Lay out what is not final for another width."""
        self._width = width
        if self._leaf:
            self._leaf.margin.resize(width)

    def _goes_on(self, reading: Reading) -> bool:
        """Whether the line belongs to the block that is open."""
        same = reading.kind is self._block.kind and reading.kind in {Kind.TEXT, Kind.INDENTED}
        return reading.kind in _WITHIN or (same and reading.goes_on(self._stack.containers))

    def _take_blank(self, reading: Reading) -> list[Row]:
        if reading.opened:
            return self._begin(reading)
        final: list[Row] = []
        if isinstance(self._leaf, Indented) and reading.goes_on(self._stack.containers):
            self._leaf.blanks += 1
        else:
            final = self._leave()
        return final + self._stack.blank(reading.matched, self._width)

    def _take_underline(self) -> list[Row]:
        assert isinstance(self._leaf, Paragraph)
        heading = Paragraph(self._leaf.margin, self._setting, "heading")
        final = heading.line(self._block.held) + heading.ended()
        self._leaf, self._block = None, Open()
        self._stack.filled()
        return final

    def _take_delimiters(self, reading: Reading) -> list[Row]:
        paragraph = self._leaf
        assert isinstance(paragraph, Paragraph)
        head = self._block.held
        final: list[Row] = []
        margin = paragraph.margin
        if not paragraph.empty:
            self._block = Open(Kind.TEXT)
            final = self._begin(reading)
            margin = Margin(self._stack.containers, self._width)
        aligned = alignments(reading.text) or []
        self._leaf = Table(margin, self._setting, head, aligned)
        self._block = Open(Kind.TABLE_ROW)
        self._stack.filled()
        return final

    def _begin(self, reading: Reading) -> list[Row]:
        """Leave the block that is open, enter the containers of another one and begin it."""
        final = self._leave()
        ended, gap, margin = self._stack.opening(reading, self._width)
        final += ended + self._stack.enter(reading, gap) + self._at_once(reading, margin)
        self._open(reading, margin)
        return final

    def _open(self, reading: Reading, margin: Margin) -> None:
        """Begin the block of which this line is the first one."""
        self._block = Open(reading.kind, mark=reading.mark, indent=reading.indent)
        match reading.kind:
            case Kind.TEXT:
                self._leaf = Paragraph(margin, self._setting)
            case Kind.FENCE:
                self._fences += 1
                info = reading.text[len(reading.mark) :] if self._setting.coloured else ""
                self._leaf = Code(margin, highlighter(info) if info else None)
            case Kind.INDENTED:
                self._leaf = Indented(margin)
            case Kind.FORMULA:
                self._leaf = Formula(margin, math=self._setting.math)
            case Kind.DEFINITION if found := definition(reading.text):
                self._setting.definitions.setdefault(*found)
        if self._leaf is None:
            self._block = Open()

    def _at_once(self, reading: Reading, margin: Margin) -> list[Row]:
        """The rows of a line that is a block, or the edge of one."""
        match reading.kind:
            case Kind.HEADING:
                heading = Paragraph(margin, self._setting, "heading")
                return heading.line(reading.text) + heading.ended()
            case Kind.RULE:
                return [row((*margin.take(), rule(margin.columns)))]
            case Kind.FENCE | Kind.FORMULA:
                numbered = self._setting.numbered and reading.kind is Kind.FENCE
                number = f" · {self._fences + 1}" if numbered else ""
                return [row((*margin.take(), Span(reading.text + number, "fence")))]
            case Kind.DEFINITION:
                said = Span(reading.text.replace("\t", " "), "dim")
                return rows([said], margin.columns, margin.first, margin.rest)
            case _:
                return []

    def _release(self, paragraph: Paragraph) -> list[Row]:
        """Give the paragraph the line that nothing claimed."""
        held = self._block.held
        if not held:
            return []
        self._block = Open(Kind.TEXT)
        return paragraph.line(held)

    def _leave(self, outlook: Outlook = Outlook.ENDED) -> list[Row]:
        final = self._ended(outlook)
        self._leaf, self._block = None, Open()
        return final

    def _ended(self, outlook: Outlook) -> list[Row]:
        """The rows that are not final, if the block that is open ends here."""
        match self._leaf:
            case Paragraph() as paragraph:
                return paragraph.ended(self._block.held, outlook)
            case Table() as table:
                return table.ended()
            case _:
                return []

    def _standing(self, text: str) -> list[Row]:
        """The rows of the block that is open, with more text in it."""
        match self._leaf:
            case Paragraph() as paragraph:
                held = self._block.held
                return paragraph.live(f"{held}\n{text}" if held and text else held or text)
            case Table() as table:
                return table.live(text)
            case Code() as code if text or code.going_on:
                return code.live(text)
            case _:
                return []
