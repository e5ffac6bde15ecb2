"""Block structure of one line: the containers it continues, and the block it begins.

Reading a line changes nothing, so an incomplete line can be read too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from nemochat.screen.markdown.containers import TAB, Container, Cursor
from nemochat.screen.markdown.links import parse_definition
from nemochat.screen.markdown.table import parse_alignments, split_cells

DEEPEST = 32  # nested containers
LONGEST_TITLE = 200  # characters of a line that an underline turns into a heading
LONGEST_CLAIMED = 1_000  # characters of a table's head or a definition
LONGEST = 4_000  # characters of any other line except text and code

_HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)(.*)", re.DOTALL)
_CLOSING = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_FENCE = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$", re.DOTALL)
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*$")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_ITEM = re.compile(r"([-+*])(?=[ \t]|$)|([0-9]{1,9})([.)])(?=[ \t]|$)")
_FORMULA = {"\\[": "\\]", "$$": "$$"}
_ENVIRONMENT = re.compile(r"\\begin\{([A-Za-z]{1,20}\*?)\}")
_MOST_BLANKS = 4  # after a bullet; more begin indented code


class Kind(Enum):
    """Role of a line in its block."""

    BLANK = auto()
    TEXT = auto()
    HEADING = auto()
    UNDERLINE = auto()
    RULE = auto()
    DEFINITION = auto()
    FENCE = auto()
    FENCE_END = auto()
    FORMULA = auto()
    FORMULA_END = auto()
    CODE = auto()
    INDENTED = auto()
    DELIMITERS = auto()
    TABLE_ROW = auto()


class Open(NamedTuple):
    """Open block, as far as the next line depends on it.

    Attributes:
        kind: TEXT in a paragraph, FENCE in fenced code, and so on; BLANK for no block.
        held: The last line of a paragraph, which an underline or delimiters may still claim.
        alone: Whether it is the only line of its paragraph.
        mark: The fence, or the end of a formula.
        indent: Columns of indentation of the fence.
    """

    kind: Kind = Kind.BLANK
    held: str = ""
    alone: bool = False
    mark: str = ""
    indent: int = 0


class Line(NamedTuple):
    """Reading of a line.

    Attributes:
        kind: What it is.
        matched: Number of containers that it continues.
        opened: Containers that it begins.
        text: Text for its block.
        mark: As in `Open`, if it begins such a block.
        indent: As in `Open`.
        lazy: Whether it continues a paragraph without the marks of its containers.
    """

    kind: Kind
    matched: int
    opened: Sequence[Container] = ()
    text: str = ""
    mark: str = ""
    indent: int = 0
    lazy: bool = False

    def is_continuation(self, stack: Sequence[Container]) -> bool:
        """Return whether the line continues all open containers and begins no other."""
        return self.lazy or (self.matched == len(stack) and not self.opened)

    def is_claimable(self, *, alone: bool) -> bool:
        """Return whether the next line may turn this text into a heading or a table's head.

        Args:
            alone: Whether it is the first line of its paragraph.
        """
        size = len(self.text)
        if self.lazy:
            return False
        if alone and size <= LONGEST_TITLE:
            return True
        return "|" in self.text[:LONGEST_TITLE] and size <= LONGEST_CLAIMED


def read_line(line: str, stack: Sequence[Container], block: Open) -> Line:
    """Read a line, or the first `LONGEST` characters of a longer one."""
    cursor = Cursor(line)
    matched = _match_containers(cursor, stack)
    inside = matched == len(stack)
    if inside and (found := _read_verbatim(cursor, matched, block)):
        return found
    opened: list[Container] = []
    while True:
        in_paragraph = block.kind is Kind.TEXT and not opened
        found = _read_leaf(cursor, matched, opened, block if in_paragraph and inside else Open())
        if found and not (found.kind is Kind.INDENTED and in_paragraph):
            return found
        depth = matched + len(opened)
        if found or depth >= DEEPEST:
            break
        if not _open_container(cursor, opened, interrupts=in_paragraph and inside):
            break
        if len(opened) == 1 and not inside and opened[0].follows(stack[matched]):
            opened[0].number = _successor(stack[matched].number)
    text = line[cursor.indent()[1] :]
    if in_paragraph:
        return Line(Kind.TEXT, matched, opened, text, lazy=not inside)
    if block.kind is Kind.TABLE_ROW and inside and not opened and len(line) <= LONGEST:
        return Line(Kind.TABLE_ROW, matched, opened, text)
    if len(line) <= LONGEST_CLAIMED and parse_definition(text.rstrip()):
        return Line(Kind.DEFINITION, matched, opened, text.rstrip())
    return Line(Kind.TEXT, matched, opened, text)


def _match_containers(cursor: Cursor, stack: Sequence[Container]) -> int:
    """Return how many containers the line continues; the cursor passes their marks."""
    for index, container in enumerate(stack):
        if not container.holds(cursor):
            return index
    return len(stack)


def _read_verbatim(cursor: Cursor, matched: int, block: Open) -> Line | None:
    """Read a line within fenced code or a formula; return None elsewhere and after them."""
    if block.kind not in {Kind.FENCE, Kind.FORMULA}:
        return None
    long = len(cursor.text) > LONGEST
    columns, index = cursor.indent()
    text = cursor.text[index:].rstrip()
    if block.kind is Kind.FENCE:
        mark = block.mark
        if not long and columns < TAB and len(text) >= len(mark) and not text.strip(mark[0]):
            return Line(Kind.FENCE_END, matched, text=text)
        cursor.skip(min(block.indent, columns))
        return Line(Kind.CODE, matched, text=cursor.rest())
    if not text or long:
        return None  # a formula has no blank lines
    if text == block.mark or (block.mark in text and block.mark not in _FORMULA.values()):
        return Line(Kind.FORMULA_END, matched, text=text)
    cursor.skip(min(block.indent, columns))
    return Line(Kind.CODE, matched, text=cursor.rest().rstrip())


def _read_leaf(
    cursor: Cursor, matched: int, opened: list[Container], paragraph: Open
) -> Line | None:
    """Read the rest of a line that is blank or indented or begins a block other than text."""
    columns, index = cursor.indent()
    text = cursor.text[index:]
    if not text:
        return Line(Kind.BLANK, matched, opened)
    if columns >= TAB:
        cursor.skip(TAB)
        return Line(Kind.INDENTED, matched, opened, cursor.rest())
    if len(cursor.text) > LONGEST:
        return None
    leaf = _read_claim(text, paragraph) or _read_edge(text)
    if leaf is None:
        return None
    kind, content, mark = leaf
    return Line(kind, matched, opened, content, mark, columns)


def _read_claim(text: str, paragraph: Open) -> tuple[Kind, str, str] | None:
    """Return kind, content and mark of a line that changes the meaning of the one before."""
    held = paragraph.held
    first = text[0]
    if not held:
        return None
    if first in "=-" and paragraph.alone and len(held) <= LONGEST_TITLE and _UNDERLINE.match(text):
        return Kind.UNDERLINE, "", first
    if first in "|:-" and "|" in held:
        aligned = parse_alignments(text.rstrip())
        if aligned and len(aligned) == len(split_cells(held, len(aligned))):
            return Kind.DELIMITERS, text.rstrip(), ""
    return None


def _read_edge(text: str) -> tuple[Kind, str, str] | None:
    """Return kind, content and mark of a line that is a block, or begins one with an end mark."""
    first = text[0]
    if first == "#" and (match := _HEADING.match(text)):
        return Kind.HEADING, _CLOSING.sub("", match[2]).strip(), match[1]
    if first in "`~" and (match := _FENCE.match(text)):
        return Kind.FENCE, text.rstrip(), match[1] or match[3]
    if first in "*-_" and _RULE.match(text):
        return Kind.RULE, "", ""
    stripped = text.rstrip()
    if stripped in _FORMULA:
        return Kind.FORMULA, stripped, _FORMULA[stripped]
    if first == "\\" and (match := _ENVIRONMENT.match(text)):
        mark = f"\\end{{{match[1]}}}"
        return None if mark in text else (Kind.FORMULA, stripped, mark)
    return None


def _open_container(cursor: Cursor, opened: list[Container], *, interrupts: bool) -> bool:
    """Open the quotation or item that begins here, if any; the cursor passes its mark."""
    columns, index = cursor.indent()
    text = cursor.text[index:]
    if text[0] == ">":
        cursor.enter(index, 1)
        cursor.skip(1)
        opened.append(Container(">"))
        return True
    match = _ITEM.match(text)
    if match is None:
        return False
    empty = not text[match.end() :].strip()
    if interrupts and (empty or (match[2] and int(match[2]) != 1)):
        return False  # "in the year\n1998. Then" is not a list
    cursor.enter(index, match.end())
    blanks, _ = cursor.indent()
    if empty or blanks > _MOST_BLANKS:
        blanks = 1
    cursor.skip(blanks)
    number = int(match[2]) if match[2] else None
    opened.append(Container(match[1] or match[3], columns + match.end() + blanks, number))
    return True


def _successor(number: int | None) -> int | None:
    return None if number is None else number + 1
