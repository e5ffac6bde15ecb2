"""Commands about saved conversations."""

from __future__ import annotations

from collections.abc import Iterator

from nemochat.core.conversation import LONGEST_TITLE, Conversation
from nemochat.core.messages import Message, Role
from nemochat.errors import UsageError
from nemochat.repl.registry import command
from nemochat.repl.session import Session

TURNS_SHOWN = 2  # of a conversation that is gone on with


def _saved(session: Session) -> Iterator[tuple[str, str]]:
    if session.saved:
        for entry in session.saved.entries(100):
            yield entry.name or str(entry.id), f"{entry.turns} questions: {entry.first[:40]}"


@command("[NAME]")
def save(session: Session, argument: str) -> str:
    """Name the conversation, so that `/load NAME` finds it; saved it is by itself."""
    conversation = session.chat.conversation
    saved = session.conversations()
    if not argument:
        name = f"as `{conversation.name}`" if conversation.name else "by itself; it has no name yet"
        return f"It is saved {name}."
    if not argument.isprintable() or len(argument) > LONGEST_TITLE:
        raise UsageError(f"a name is one line of at most {LONGEST_TITLE} characters")
    if saved.holds(argument) not in {None, conversation.id}:
        raise UsageError(f"another conversation is named {argument!r}")
    conversation.name = argument
    session.chat.mark()
    begun = "" if conversation.id else " from the first question on"
    return f"Saved as `{argument}`{begun}."


@command("NAME or NUMBER", aliases=("resume",), choices=_saved)
def load(session: Session, argument: str) -> str:
    """Go on with a saved conversation; its model, system prompt and parameters come back."""
    if not argument:
        raise UsageError("/load takes the name or the number of a conversation; /list shows them")
    session.open(session.conversations().load(argument))
    return last_turns(session.chat.conversation)


@command(aliases=("chats", "sessions"))
def list_(session: Session, argument: str) -> str:  # noqa: ARG001 - a Run
    """List the saved conversations, the last one first."""
    entries = session.conversations().entries()
    if not entries:
        return "Nothing is saved yet."
    rows = [
        f"| {e.id} | {e.name or first_line(e.first)} | {e.turns} | {e.started:%Y-%m-%d %H:%M} |"
        for e in entries
    ]
    return "\n".join(
        ["| | name or first question | questions | begun (UTC) |", "|---|---|---|---|", *rows]
    )


@command("[N]", aliases=("log",))
def show(session: Session, argument: str) -> str:
    """Show the conversation again, or its last N questions with their answers."""
    if argument and not (argument.isascii() and argument.isdecimal()):
        raise UsageError(f"/show takes a number of questions, not {argument!r}")
    said = session.chat.conversation.messages()
    return transcript(_last(said, int(argument))) if argument else transcript(said)


def last_turns(conversation: Conversation) -> str:
    """The last turns of a conversation that is gone on with, as Markdown."""
    said = conversation.messages()
    shown = _last(said, TURNS_SHOWN)
    before = sum(m.role is Role.USER for m in said) - sum(m.role is Role.USER for m in shown)
    more = f"*{before} earlier questions; `/show` shows all*\n\n" if before else ""
    return f"**{conversation.title()}**\n\n{more}{transcript(shown)}"


def transcript(messages: list[Message]) -> str:
    """Messages as Markdown: questions quoted, answers as they are, endings told."""
    parts = []
    for message in messages:
        if message.role is Role.USER:
            parts.append("\n".join(f"> {line}" for line in message.content.splitlines()))
        elif message.role is Role.ASSISTANT:
            outcome = message.outcome or ("" if message.ending else "stopped with nemochat")
            parts.append(message.content + (f"\n\n*[{outcome}]*" if outcome else ""))
    return "\n\n".join(parts) or "Nothing was said yet."


def first_line(text: str) -> str:
    """The first line of a question, cut to the length of a title."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1] + "…"


def _last(said: list[Message], questions: int) -> list[Message]:
    places = [place for place, message in enumerate(said) if message.role is Role.USER]
    return said[places[-questions] :] if 0 < questions <= len(places) else said
