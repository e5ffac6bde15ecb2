"""Hostile code: a block for each lexer, of lines that careless regular expressions choke on."""

from __future__ import annotations

import json
from functools import partial

from pygments.lexers import LEXERS as ALL

from nemochat.lexers import LEXERS
from tests.hostile.case import Case, Command
from tests.hostile.inputs import text
from tests.hostile.lexer_lines import lines

# Lexers that take exponential time on one line: such code is shown without colours.
SLOW = ("fish", "rego", "smithy")
_SHOW: tuple[Command, ...] = (("show", "{}"),)
_EXPORT: tuple[Command, ...] = (
    ("chats", "import", "{}"),
    ("chats", "export", "1", "--output", "x.html"),
)


def _block(language: str) -> str:
    return f"```{language}\n" + "\n".join(lines()) + "\n```\n"


def _conversation(language: str) -> str:
    question = {"key": 1, "parent": None, "role": "user", "content": "x"}
    answer = {"key": 2, "parent": 1, "role": "assistant", "content": _block(language)}
    return json.dumps(
        {"nemochat": 1, "model": "m", "endpoint": "guide", "tree": [question, answer], "head": 2}
    )


def _cases() -> list[Case]:
    languages = [str(ALL[name][2][0]) for name in sorted(LEXERS)]
    shown = [
        Case("code", name, text(partial(_block, name)), _SHOW, columns=80)
        for name in (*languages, *SLOW)
    ]
    exported = [
        Case("code", f"{name}, exported as HTML", text(partial(_conversation, name)), _EXPORT)
        for name in (*languages[::10], "bash", "php", *SLOW)
    ]
    return shown + exported


CASES = _cases()
