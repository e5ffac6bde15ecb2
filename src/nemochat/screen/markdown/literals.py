"""Literal constructs: code, math, escapes, entities, line breaks and bare addresses.

They contain no Markdown. Each one closes within `SPAN` characters, or is plain text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from nemochat.screen.markdown.emphasis import CJK, SPAN
from nemochat.screen.markdown.latex import to_unicode
from nemochat.screen.markdown.links import ENTITY, UNFINISHED, decode, decode_entity, encode_address

_TICKS = re.compile(rf"`{{1,{SPAN}}}")
_ESCAPABLE = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_BREAK = re.compile(r"<br[ ]{0,9}/?>", re.IGNORECASE)
_END_OF_LINE = re.compile(r"[ ]{0,9}\n?")
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*)>")
_MAIL = re.compile(r"<([\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)>")
_ANGLE_BRACKET_START = re.compile(r"<(?:[^\s<>]*|[bB][rR][ ]{0,9}/?)\Z")
_MAY_BE_ENTITY = re.compile(r"&[#A-Za-z0-9]{0,32}\Z")
_ADDRESS = re.compile(rf"https?://[^\s<>`|\\{CJK}]+")
_SQUARE_BRACKET = re.compile(r"[\[\]]")
_AFTER_ADDRESS = "?!.,:;*_~'\"”’»"
_DOLLARS = re.compile(r"\$((?:[^$\\\n`]|\\.)+)\$")
_MAY_BE_DOLLARS = re.compile(r"\$(?:[^$\\\n`]|\\.)*\\?\Z")
_CODE_AFTER_DOLLAR = re.compile(r"[A-Za-z0-9_({]")  # `$PATH`, `${PATH}`, `$(pwd)`, `$5`
_COMMAND = re.compile(r"\\[A-Za-z]")
_SCRIPT = re.compile(
    r"(?:(?<![A-Za-z])[A-Za-z]_|[A-Za-z]\^|[0-9α-ωΑ-Ω∑∏∫)\]}][_^])[A-Za-z0-9({*+\-]"
)
_LEFT = r"(?:(?<![A-Za-z])[A-Za-z]|[0-9α-ωΑ-Ω)\]}'])[ ]?"
_RIGHT = r"[ ]?(?:[A-Za-z]{1,2}(?![A-Za-z])|[0-9α-ωΑ-Ω√∞∑∏∫(\[{\-])"
_RELATION = re.compile(rf"{_LEFT}[=<>+≤≥≠≈≡×÷±·∈⊂⊆∪∩]{_RIGHT}")
_OPERATION = re.compile(rf"{_LEFT}[-*/−]{_RIGHT}")
_INDEXED = re.compile(r"[A-Za-z0-9_)\]]")  # before a bracket of a call or an index
_ENVIRONMENT = re.compile(r"\\begin\{([A-Za-z]{1,20}\*?)\}")
_MAY_BE_ENVIRONMENT = re.compile(r"\\b(?:e(?:g(?:i(?:n(?:\{[A-Za-z]{0,20}\*?)?)?)?)?)?\Z")
_MONEY = re.compile(r"\$[0-9][0-9,.]*(?=[\s)])")
_WORDS = re.compile(r"[^\\^_={}+*/<>|]*\s[^\\^_={}+*/<>|]*")


class Literal(NamedTuple):
    """Construct that ends at `end`, and how it is shown."""

    end: int
    text: str
    style: str = ""
    link: str = ""


def read_literal(text: str, at: int, *, more: bool, math: bool) -> Literal | int | None:
    """Return the construct that begins at this character.

    Args:
        text: The source.
        at: Position of the character.
        more: Whether more text may follow the source.
        math: Whether to show formulas in Unicode where that is exact.

    Returns:
        None if nothing begins, `UNFINISHED` if the text ends before that is decided.
    """
    match text[at]:
        case "\\":
            return _backslash(text, at, math=math)
        case "`":
            return _code(text, at, more=more)
        case "$":
            return _dollars(text, at, more=more, math=math)
        case "<":
            return _parse_angle_bracket(text, at, more=more)
        case "&":
            return _entity(text, at)
        case _:
            return _bare_address(text, at, more=more)


def read_plain(text: str, at: int) -> Literal:
    """Return the plain characters here, or the escaped one, if no construct begins."""
    character = text[at]
    if character == "\\" and text[at + 1 : at + 2] in _ESCAPABLE:
        return Literal(at + 2, text[at + 1])
    if character == "`" and (ticks := _TICKS.match(text, at)):
        return Literal(ticks.end(), ticks[0])
    if text.startswith("$$", at):
        return Literal(at + 2, "$$")
    return Literal(at + 1, character)


def read_unfinished(text: str, at: int, *, math: bool) -> Literal:
    """Return the unfinished construct here as if it were closed at the end."""
    rest = text[at:]
    end = len(text)
    if rest.startswith("`"):
        return Literal(end, _trim(rest.strip("`")), "code")
    if rest.startswith(("\\(", "\\[")) and _is_formula(text, at, rest[2:]):
        return _formula(end, rest, rest[2:].rstrip("\\"), math=math)
    if rest.startswith("\\begin{"):
        return Literal(end, rest, "math")
    if rest.startswith("$$"):
        return _formula(end, rest, rest.strip("$"), math=math)
    if rest.startswith("http"):
        return Literal(end, rest, "link", encode_address(rest))
    if rest == "\\":
        return Literal(end, "")
    return read_plain(text, at)


def _backslash(text: str, at: int, *, math: bool) -> Literal | int | None:
    if at + 1 >= len(text):
        return UNFINISHED
    character = text[at + 1]
    if character == "\n":
        return Literal(at + 2, "\n")
    if character == "b":
        return _read_environment(text, at)
    if character not in "([":
        return None
    close = text.find("\\)" if character == "(" else "\\]", at + 2, at + SPAN)
    if close < 0:
        return UNFINISHED if len(text) < at + SPAN else None
    content = text[at + 2 : close]
    if not _is_formula(text, at, content):
        return None
    return _formula(close + 2, text[at : close + 2], content, math=math)


def _read_environment(text: str, at: int) -> Literal | int | None:
    r"""Return the source from `\begin{name}` to `\end{name}`."""
    match = _ENVIRONMENT.match(text, at)
    if match is None:
        return UNFINISHED if _MAY_BE_ENVIRONMENT.match(text, at) else None
    mark = f"\\end{{{match[1]}}}"
    close = text.find(mark, match.end(), at + SPAN)
    if close < 0:
        return UNFINISHED if len(text) < at + SPAN else None
    end = close + len(mark)
    return Literal(end, text[at:end], "math")


def _is_formula(text: str, at: int, content: str) -> bool:
    r"""Return whether `\(` or `\[` here begins a formula and is not an escaped bracket."""
    if _COMMAND.search(content):
        return True
    if _INDEXED.match(text, at - 1):  # `f\(x\)` is a call, `a\[i\]` an item
        return False
    if _SCRIPT.search(content) or _RELATION.search(content):
        return True
    return text[at + 1] == "(" and _OPERATION.search(content) is not None


def _code(text: str, at: int, *, more: bool) -> Literal | int | None:
    opener = _TICKS.match(text, at)
    assert opener
    if opener.end() == len(text):
        return UNFINISHED
    last = min(len(text), at + SPAN)
    for closer in _TICKS.finditer(text, opener.end(), last):
        end = closer.end()
        if end == last and (more if end == len(text) else text[end] == "`"):
            break  # the run may go on
        if len(closer[0]) == len(opener[0]):
            return Literal(end, _trim(text[opener.end() : closer.start()]), "code")
    return UNFINISHED if len(text) < at + SPAN else None


def _trim(code: str) -> str:
    code = code.replace("\n", " ")
    if code.startswith(" ") and code.endswith(" ") and not code.isspace():
        return code[1:-1]
    return code


def _dollars(text: str, at: int, *, more: bool, math: bool) -> Literal | int | None:
    after = text[at + 1 : at + 2]
    if not after:
        return UNFINISHED
    if after == "$":
        close = text.find("$$", at + 2, at + SPAN)
        if close < 0:
            return UNFINISHED if len(text) < at + SPAN else None
        return _formula(close + 2, text[at : close + 2], text[at + 2 : close], math=math)
    if after.isspace() or _MONEY.match(text, at):
        return None
    match = _DOLLARS.match(text, at, at + SPAN)
    if match is None:
        waits = len(text) < at + SPAN and _MAY_BE_DOLLARS.match(text, at, at + SPAN)
        return UNFINISHED if waits else None
    end = match.end()
    if end == len(text) and more:
        return UNFINISHED
    content = match[1]
    if content[-1].isspace() or _CODE_AFTER_DOLLAR.match(text, end):
        return None
    if after.isdecimal() and _WORDS.fullmatch(content):
        return None  # "$5K or 6$" is money
    return _formula(end, match[0], content, math=math)


def _formula(end: int, source: str, content: str, *, math: bool) -> Literal:
    formula = to_unicode(content) if math else None
    return Literal(end, formula or source, "math")


def _parse_angle_bracket(text: str, at: int, *, more: bool) -> Literal | int | None:
    if match := _BREAK.match(text, at):
        rest = _END_OF_LINE.match(text, match.end())
        assert rest
        if rest[0].endswith("\n"):
            return Literal(rest.end(), "\n")
        return UNFINISHED if more and rest.end() == len(text) else Literal(match.end(), "\n")
    if match := _AUTOLINK.match(text, at, at + SPAN):
        return Literal(match.end(), match[1], "link", encode_address(match[1]))
    if match := _MAIL.match(text, at, at + SPAN):
        return Literal(match.end(), match[1], "link", encode_address("mailto:" + match[1]))
    waits = len(text) < at + SPAN and _ANGLE_BRACKET_START.match(text, at)
    return UNFINISHED if waits else None


def _entity(text: str, at: int) -> Literal | int | None:
    if match := ENTITY.match(text, at):
        return Literal(match.end(), decode_entity(match[0]))
    return UNFINISHED if _MAY_BE_ENTITY.match(text, at) else None


def _bare_address(text: str, at: int, *, more: bool) -> Literal | int | None:
    match = _ADDRESS.match(text, at, at + SPAN)
    if match is None:
        return UNFINISHED if len(text) - at <= len("https://") else None
    address = _cut_at_bracket(match[0])
    if more and at + len(address) == len(text) and len(text) < at + SPAN:
        return UNFINISHED
    address = address.rstrip(_AFTER_ADDRESS)
    while address[-1] in ")]" and address.count(")") + address.count("]") > address.count(
        "("
    ) + address.count("["):
        address = address[:-1].rstrip(_AFTER_ADDRESS)
    return Literal(at + len(address), address, "link", encode_address(decode(address)))


def _cut_at_bracket(address: str) -> str:
    """Return the address up to a `]` without its `[`, which ends the text of a link."""
    depth = 0
    for match in _SQUARE_BRACKET.finditer(address):
        depth += 1 if match[0] == "[" else -1
        if depth < 0:
            return address[: match.start()]
    return address
