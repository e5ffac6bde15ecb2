"""Commands about saved conversations."""

from __future__ import annotations

from collections.abc import Iterator

from nemochat.core.conversation import Conversation
from nemochat.core.messages import Message, Role
from nemochat.core.values import shown
from nemochat.errors import UsageError
from nemochat.repl.argument import number
from nemochat.repl.listings import counted, plain
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.screen.safe import harmless_line
from nemochat.store.catalogue import check_name
from nemochat.store.formats.markdown import ending

TURNS_SHOWN = 2  # of a conversation that is gone on with


def saved_ones(session: Session) -> Iterator[tuple[str, str]]:
    """The saved conversations that a command may be given, the last ones first."""
    if session.saved:
        for entry in session.saved.catalogue.entries(100):
            about = harmless_line(entry.first, 40)
            yield entry.reference, f"{counted(entry.turns, 'question')}: {about}"


def saved_words(session: Session) -> Iterator[tuple[str, str]]:
    """Yield the same as one word each: in place of a name with blanks in it, the number."""
    if session.saved:
        for entry in session.saved.catalogue.entries(100):
            word = str(entry.id) if " " in entry.reference else entry.reference
            yield word, harmless_line(entry.title, 60)


@command("[NAME]")
def save(session: Session, argument: str) -> str:
    """Name the conversation, so that `/load NAME` finds it; saved it is by itself."""
    conversation = session.chat.conversation
    saved = session.conversations()
    if not argument and session.chat.failure is not None:
        raise UsageError(
            f"it is not saved yet ({session.chat.failure.sentence})",
            "/export FILE writes it elsewhere",
        )
    if not argument:
        name = (
            f"as {plain(conversation.name)}" if conversation.name else "by itself, without a name"
        )
        return f"It is saved {name}."
    argument = check_name(argument)
    if saved.catalogue.holds(argument) not in {None, conversation.id}:
        raise UsageError(f"another conversation is named {shown(argument)}")
    session.chat.rename(argument)
    if session.chat.failure is not None:
        return f"It is named {plain(argument)}, and will be saved so once saving works again."
    begun = "" if conversation.id else " from the first question on"
    return f"Saved as {plain(argument)}{begun}."


@command("NAME or NUMBER", aliases=("resume",), choices=saved_ones)
def load(session: Session, argument: str) -> str:
    """Go on with a saved conversation; its model, system prompt and parameters come back.

    Its number, its name, or a beginning of its name that no other has. Digits alone are a number:
    `/load name:7` finds the conversation whose name is 7.
    """
    if not argument:
        raise UsageError("/load takes the name or the number of a conversation; /list shows them")
    session.open(session.conversations().load(argument))
    return last_turns(session.chat.conversation)


@command("[N]", aliases=("log",))
def show(session: Session, argument: str) -> str:
    """Show the conversation again, or its last N questions with their answers."""
    wanted = number(argument or "0")
    if wanted is None:
        raise UsageError(f"/show takes a number of questions, not {shown(argument)}")
    return transcript(_last(session.chat.conversation.messages(), wanted))


def last_turns(conversation: Conversation) -> str:
    """The last turns of a conversation that is gone on with, as Markdown."""
    said = conversation.messages()
    last = _last(said, TURNS_SHOWN)
    before = sum(m.role is Role.USER for m in said) - sum(m.role is Role.USER for m in last)
    more = f"*{counted(before, 'earlier question')}; `/show` shows all*\n\n" if before else ""
    return f"**{plain(conversation.title())}**\n\n{more}{transcript(last)}"


def transcript(messages: list[Message]) -> str:
    """Messages as Markdown: questions quoted, answers as they are, endings told."""
    parts = []
    for message in messages:
        if message.role is Role.USER:
            parts.append("\n".join(f"> {line}" for line in message.content.splitlines()))
        elif message.role is Role.ASSISTANT:
            parts.append(message.content + ending(message))
    return "\n\n".join(parts) or "Nothing was said yet."


def _last(said: list[Message], questions: int) -> list[Message]:
    """The last so many questions with their answers; all where there are fewer, and for 0."""
    places = [place for place, message in enumerate(said) if message.role is Role.USER]
    return said[places[-questions] :] if 0 < questions <= len(places) else said
