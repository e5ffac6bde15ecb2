"""Commands that take an answer out of the chat: to the clipboard, or into a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nemochat.core.conversation import Conversation
from nemochat.core.messages import Message, Role
from nemochat.core.values import shown
from nemochat.errors import UsageError
from nemochat.repl import clipboard, writing
from nemochat.repl.argument import place, words
from nemochat.repl.commands.tree import nth_question
from nemochat.repl.listings import counted, numbered, plain
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.screen.markdown.fenced import code_blocks
from nemochat.screen.safe import harmless_line


@dataclass(frozen=True, slots=True)
class Chosen:
    """A part of the conversation: its text, without a line end, and what it is in words."""

    text: str
    what: str


def _parts(session: Session) -> Iterator[tuple[str, str]]:
    talk = session.chat.conversation
    last = talk.last(Role.ASSISTANT)
    blocks = code_blocks(last.message.content) if last else []
    for number, block in enumerate(blocks, 1):
        beginning = harmless_line(block.code, 40)
        yield f"code {number}", f"{harmless_line(block.info, 12)}: {beginning}".removeprefix(": ")
    yield "all", "the whole conversation, as Markdown"
    for number, question in enumerate(talk.questions(), 1):
        yield str(number), harmless_line(question.message.content, 50)


@command("[N, code N or all]", choices=_parts)
def copy(session: Session, argument: str) -> str:
    """Copy the last answer to the clipboard, or another part of the conversation.

    `/copy 2` copies the answer to question 2, `/copy code 1` the first code block of the last
    answer, `/copy 2 code 1` that of an earlier one, `/copy all` the conversation as Markdown. It
    goes to the clipboard of the system where there is one, to tmux, and through the terminal, so
    that it works over ssh too.
    """
    talk = session.chat.conversation
    if argument == "all":
        from nemochat.store.formats import markdown

        if not talk.head:
            raise UsageError("there is nothing to copy yet")
        part = Chosen(markdown.write([talk]).rstrip("\n"), "the conversation")
    else:
        part = chosen(talk, argument.split())
    ways = clipboard.put(part.text, session.screen.copy, os.environ)
    return f"Copied {part.what} ({_size(part.text)}) by {ways}."


@command("FILE [N or code N]")
def write(session: Session, argument: str) -> str:
    """Write the last answer to a file, or the answer to question N, or a code block.

    `/write answer.md`, `/write answer.md 2`, `/write script.py code 1`. A name with blanks stands
    in quotes. Before a file that is there is written over, you are asked.
    """
    named, *which = words(argument) or [""]
    if not named:
        raise UsageError("/write takes the name of a file")
    path = Path(named).expanduser()
    part = chosen(session.chat.conversation, which)
    there = writing.there(path)
    name = harmless_line(named, 80)
    if there is not None and not session.agreed(
        f"{name} ({there:,} bytes) is there. Overwrite it?"
    ):
        return f"{plain(named, 200)} is left as it is."
    writing.put(path, part.text + "\n")
    return f"Wrote {part.what} ({_size(part.text)}) to {plain(named, 200)}."


def chosen(talk: Conversation, which: list[str]) -> Chosen:
    """What words such as `2`, `code 1` or `2 code 1` choose; none choose the last answer.

    Raises:
        UsageError: there is no such answer or block.
    """
    number = ""
    if which and which[0] != "code":
        number, *which = which
    answer = _answer(talk, number)
    what = f"the answer to question {number}" if number else "the last answer"
    if not which:
        return Chosen(answer.content.strip("\n"), what)
    if which[0] != "code" or len(which) > 2:  # noqa: PLR2004 - code and its number
        raise UsageError(f"of an answer there is code 1, code 2 and so on, not {shown(which[0])}")
    blocks = code_blocks(answer.content)
    if not blocks:
        raise UsageError(f"there is no code block in {what}")
    typed = which[1] if len(which) > 1 else "1" * (len(blocks) == 1)
    block = place(typed, len(blocks))
    if block is None:
        named = f", not {shown(typed)}" if typed else ""
        there = numbered(len(blocks), "code block", "code blocks")
        raise UsageError(f"{what} has {there}{named}")
    text = blocks[block - 1].code.removesuffix("\n")
    return Chosen(text, f"code block {block} of {what}")


def _answer(talk: Conversation, number: str) -> Message:
    """The last answer, or the last one to the question of this number."""
    said = talk.path()
    if number:
        begun = said.index(nth_question(talk, number)) + 1
        after = [at for at in range(begun, len(said)) if said[at].message.role is Role.USER]
        said = said[begun : after[0] if after else len(said)]
    answers = [n.message for n in said if n.message.role is Role.ASSISTANT and not n.message.empty]
    if not answers:
        raise UsageError(f"question {number} has no answer" if number else "there is no answer yet")
    return answers[-1]


def _size(text: str) -> str:
    return counted(text.count("\n") + 1, "line")
