"""Lines on which careless regular expressions take exponential time, and lexers that read them.

    python -m tests.hostile.lexer_lines SECONDS LEXER...

prints the lexers that take more CPU seconds than that for all lines together. `!LEXER` is one of
Pygments' lexers without our repairs. Each lexer reads in a process of its own, because nothing else
can end a regular expression.
"""

from __future__ import annotations

import os
import resource
import sys
from itertools import product

from pygments.lexers import LEXERS as ALL
from pygments.lexers import get_lexer_by_name

from nemochat.lexers import LONGEST_LINE, Highlighter, open_highlighter

OPENERS = ("", '"', "'", "$'", "/", "s!", '#rx"', ":", '<?php <<<"', '<a b="', "*", "x = ")
UNITS = (
    *("\\", "\\1", "\\a", "é", "a", "a ", " ", "\t", "(", "[", "{", "<", "'", '"', "*/", "_1"),
    *("a.", "a,", "a=", "$a", "1'"),
)
CPU_EXCEEDED = 9  # the signal that ends the process


def lines() -> list[str]:
    """Return lines of the greatest length that is highlighted."""
    return [
        opener + unit * ((LONGEST_LINE - len(opener)) // len(unit))
        for opener, unit in product(OPENERS, UNITS)
    ]


def read_lines(name: str) -> None:
    """Highlight each line at the beginning of a block."""
    alias = ALL[name.removeprefix("!")][2][0]
    lexer = get_lexer_by_name(alias) if name.startswith("!") else None
    for line in lines():
        highlighter = Highlighter(lexer) if lexer else open_highlighter(alias)
        assert highlighter
        highlighter.line(line)


def is_fast(name: str, seconds: int) -> bool:
    """Return whether a lexer reads all lines in time, in a process of its own."""
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        read_lines(name)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert status in {0, CPU_EXCEEDED}, name
    return status == 0


if __name__ == "__main__":
    print(*(name for name in sys.argv[2:] if not is_fast(name, int(sys.argv[1]))))
