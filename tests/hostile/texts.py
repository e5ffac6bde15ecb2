"""Hostile answers: as files that are shown, and streamed by an endpoint."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product

from nemochat.errors import ExitCode
from tests.api.fault_server.scripts import (
    Json,
    Step,
    chunk,
    event,
    head,
    over_and_over,
    plays,
)
from tests.api.fault_server.server import Behaviour
from tests.hostile.case import Case, Command
from tests.hostile.inputs import MEGABYTE, fill, nest, text

WIDEST = 2000  # columns: more than any screen has
LENGTH = 100_000  # characters of an answer; `max_tokens` allows about 4 MB, which no model writes
PIECE = 200  # characters of a streamed piece
_ENDLESS_PIECE = 64 * 1024
_MOST_ENDLESS = 1024 * MEGABYTE  # bytes after which even an endless answer ends

_UNITS = (
    "*", "**", "_", "~~", "`", "[", "]", "![", "[](", "[a](", "[a](<", "[a]: ", "<", "</", "<a@",
    "<http:", "http://", "www.", "&", "&#", "&amp;", "\\", "$", "$$", "\\(", "\\[", "|", "a|",
    "*a ", "*a_ ", "**a ", "_a", "`a", "``a`", "[a", "[[a]", "a*", "a**b", "<!--", "<?",
    "<![CDATA[", "<a b='", "\u0301", "a\u0301", "\u200b", "\u200d", "\ufe0f", "\U0001f468\u200d",
    "\U0001f1e6", "\u202e", "\u0e33", "\ufdfd", "\u1160", "\x1b[31m", "\t", " ", "\u00a0",
    "\u3000", "汉", "a ", "$a$ ", "\\frac{", "{", "x^{", "\\sqrt", "</s>", "<think>", "</think>",
)  # fmt: skip
_LINES = (
    "> ", "- ", "* ", "1. ", "# ", "    ", "```\n", "~~~\n", "---\n", "===\n", "|\n", "|-\n",
    "| a |\n|---|\n", "a\n", "- a\n", "- a\n\n", "> a\n", "1. a\n", "- - - a\n", "> - a\n",
    "[a]: b\n", "[a]:\n", "<div>\n", "<!--\n", "$$\n", "\n", " \n", "- [ ] a\n", "> ```\n",
    "- ```\n", "a\\\n", "a  \n", "\\[\n", "|a|\n|-|\n|b|\n", ":---:|\n",
)  # fmt: skip


def _nested(depth: int) -> dict[str, str]:
    """Return texts that are nested in so many levels."""
    lists = "\n".join("  " * n + "- a" for n in range(depth))
    return {
        f"quotes {depth} deep": "> " * depth + "a",
        f"lists {depth} deep": "- " * depth + "a",
        f"numbers {depth} deep": "1. " * depth + "a",
        f"quotes and lists {depth} deep": "> - " * depth + "a",
        f"indented lists {depth} deep": lists,
        f"a staircase of quotes, {depth} deep": "\n".join("> " * n + "a" for n in range(depth)),
        f"brackets {depth} deep": nest("[", "]", depth),
        f"links {depth} deep": nest("[", "](b)", depth),
        f"emphasis {depth} deep": nest("*a _b ", "_*", depth),
        f"formulas {depth} deep": f"${nest('{', '}', depth)}$",
        f"fractions {depth} deep": f"${nest(chr(92) + 'frac{', '}{b}', depth)}$",
    }


def _tables() -> dict[str, str]:
    wide = "|".join("a" * 1_000) + "\n" + "|".join(["-"] * 1_000)
    widest = "|" * LENGTH + "\n" + "|-" * LENGTH + "|\n" + "|" * LENGTH
    return {
        "a table of 1,000 columns": f"{wide}\n" + f"{'|'.join('b' * 1_000)}\n" * 50,
        "a table of 100,000 columns": widest,
        "a table of 20,000 rows": "|a|b|\n|-|-|\n" + "|c|d|\n" * 20_000,
        "a table with a cell of 100,000 characters": f"|a|b|\n|-|-|\n|{'c' * LENGTH}|d|\n",
        "a table with a cell of 100,000 words": f"|a|b|\n|-|-|\n|{'c ' * LENGTH}|d|\n",
        "a table with a cell of marks": f"|a|b|\n|-|-|\n|{'*a_' * 30_000}|d|\n",
    }


def _texts() -> dict[str, str | Callable[[], str]]:
    texts: dict[str, str | Callable[[], str]] = {
        f"a line of {unit!a}": partial(fill, unit, LENGTH) for unit in _UNITS
    }
    texts |= {
        f"a line of {u!a} after a word": partial(fill, u, LENGTH, "a", start="a")
        for u in _UNITS[:30]
    }
    texts |= {f"lines of {unit!a}": partial(fill, f"{unit}\n", LENGTH) for unit in _UNITS}
    texts |= {f"lines that begin with {unit!a}": partial(fill, unit, LENGTH) for unit in _LINES}
    texts |= {
        f"code of {unit!a}": partial(fill, unit, LENGTH, "\n```", start="```\n")
        for unit in ("`", "a", "\t", "\u0301", "汉")
    }
    for depth in (100, 2_000):
        texts |= _nested(depth)
    return texts | _tables()


def stream(pieces: Step) -> Behaviour:
    """Return an endpoint that streams these pieces and a clean end."""
    return plays(head(), pieces, event(chunk(finish="stop")) + event("[DONE]"))


def _streamed(content: str) -> Behaviour:
    pieces = [content[at : at + PIECE] for at in range(0, len(content), PIECE)]
    return stream(b"".join(event(chunk(piece)) for piece in pieces))


def _endless(delta: Json) -> Behaviour:
    """Return an endpoint that streams the same delta without end."""
    data = event({"choices": [{"index": 0, "delta": delta}]})
    return stream(over_and_over(data, _MOST_ENDLESS // len(data)))


def _call(**function: str) -> Json:
    call = {"index": 0, "id": "a", "type": "function", "function": function}
    return {"tool_calls": [call]}


_PIECE = fill("word ", _ENDLESS_PIECE)
_ENDLESS = {
    "text": {"content": _PIECE},
    "text of combining characters": {"content": fill("\u0301", _ENDLESS_PIECE)},
    "text in one line": {"content": fill("x", _ENDLESS_PIECE)},
    "reasoning": {"reasoning_content": _PIECE},
    "reasoning under its other name": {"reasoning": _PIECE},
    "a refusal": {"refusal": _PIECE},
    "a tool call": _call(arguments=_PIECE),
    "a tool call's name": _call(name=_PIECE),
}
_ASK: tuple[Command, ...] = (("ask", "--no-loop-guard", "Hi"),)
_SHOW: tuple[Command, ...] = (("show", "{}"),)
_STREAMED = (
    "*a_ ", "[", "> ", "\u0301", "\u200b", "a", "a ", "|", "`", "- a\n", "> - a\n",
    "| a |\n|---|\n", "$",
)  # fmt: skip


def _cases() -> list[Case]:
    texts = _texts()
    cases = [
        Case("text", name, text(content), _SHOW, columns=80) for name, content in texts.items()
    ]
    nothing = text("")
    for unit, columns in product(_STREAMED, (1, 80, WIDEST)):
        name = f"{unit!a} again and again, streamed to {columns:,} columns"
        server = _streamed(fill(unit, LENGTH))
        cases.append(Case("stream", name, nothing, _ASK, columns=columns, server=server))
    for (what, delta), columns in product(_ENDLESS.items(), (0, 80)):
        name = f"endless {what}, {f'on {columns} columns' if columns else 'into a pipe'}"
        codes = (ExitCode.INCOMPLETE, ExitCode.NO_ANSWER)
        server = _endless(delta)
        cases.append(
            Case("stream", name, nothing, _ASK, codes, columns, server=server, is_endless=True)
        )
    return cases


CASES = _cases()
