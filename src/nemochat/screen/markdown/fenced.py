"""Which fenced blocks of code does an answer have, in the order in which the screen numbers them?

The blocks are found by what lays the answer out, so that a number on the screen and a number in a
command never mean two blocks. The code itself is given as it came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nemochat.screen.markdown.blocks import Kind
from nemochat.screen.markdown.document import Document
from nemochat.screen.markdown.setting import Setting
from nemochat.screen.safe import harmless

_END_OF_LINE = re.compile("\r\n?|[\n\u2028\u2029]")  # as `harmless` sees them
_WIDTH = 80  # columns; no block depends on them


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A fenced block.

    Attributes:
        info: What stands behind the opening fence, such as `python`, harmless; "" for nothing.
        code: Its lines as they came, each with a newline at its end, without their margin.
    """

    info: str
    code: str


def code_blocks(markdown: str) -> list[CodeBlock]:
    """The fenced blocks of an answer, the first one being number 1; one may lack its end."""
    document = Document(_WIDTH, Setting(coloured=False))
    found: list[tuple[str, list[str]]] = []
    inside = False  # a fence, not a formula
    lines = _END_OF_LINE.split(markdown)
    if not lines[-1]:
        lines.pop()
    for line in lines:
        shown = harmless(line)
        reading = document.read(shown)
        if reading.kind is Kind.FENCE:
            found.append((reading.text[len(reading.mark) :].strip(), []))
            inside = True
        elif reading.kind is not Kind.CODE:
            inside = False
        elif inside:
            came = document.read(line) if line != shown else reading
            found[-1][1].append(came.text if came.kind is Kind.CODE else reading.text)
        document.take(shown)
    return [CodeBlock(info, "".join(f"{line}\n" for line in code)) for info, code in found]
