"""Commands about saved conversations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nemochat.core.conversation import Conversation
from nemochat.core.messages import Message, Role
from nemochat.core.text import count_noun, format_value
from nemochat.errors import UsageError
from nemochat.files import expand_home
from nemochat.repl.entry import parse_number
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.repl.tables import (
    conversation_table,
    describe_conversation,
    escape_markdown,
    format_results,
)
from nemochat.screen.text.sanitize import sanitize_line
from nemochat.store.catalogue import BY_NAME, check_name, is_number
from nemochat.store.formats import exports
from nemochat.store.formats.markdown import format_ending
from nemochat.store.search import parse_query
from nemochat.store.search import search as find_texts

RESUME_TURNS = 2  # shown of a conversation that is continued
MAX_DESCRIPTION_COLUMNS = 200
PAGE_SIZE = 20  # conversations
_NEEDS_CONVERSATION = "needs the name or number of a conversation; /list shows them"
_STARTED = "Started a new conversation"


def _conversation_choices(session: Session) -> Iterator[tuple[str, str]]:
    for entry in session.disk_store.catalogue.entries(100) if session.disk_store else ():
        first = sanitize_line(entry.first, 40)
        yield entry.reference, f"{count_noun(entry.turns, 'question')}: {first}"


def _conversation_word_choices(session: Session) -> Iterator[tuple[str, str]]:
    """Yield conversations as single words: a number in place of a name with spaces."""
    for entry in session.disk_store.catalogue.entries(100) if session.disk_store else ():
        word = str(entry.id) if " " in entry.reference else entry.reference
        yield word, sanitize_line(entry.title, 60)


@command("[NAME]")
def save(session: Session, argument: str) -> str:
    """Name the conversation, so that `/load NAME` finds it; saving itself is automatic."""
    conversation, failure = session.chat.conversation, session.chat.failure
    store = session.require_disk_store()
    if not argument and failure is not None:
        raise UsageError(
            f"it is not saved yet ({failure.sentence})", "/export FILE writes it elsewhere"
        )
    if not argument:
        name = escape_markdown(conversation.name)
        saved = f"saved as {name}" if name else "saved automatically, without a name"
        return f"The conversation is {saved}."
    name = check_name(argument)
    if store.catalogue.find_exact(name) not in {None, conversation.id}:
        raise UsageError(f"another conversation is named {format_value(name)}")
    session.chat.rename(name)
    if session.chat.failure is not None:
        return f"Named {escape_markdown(name)}; it will be saved once saving works again."
    later = "" if conversation.id else " from the first question on"
    return f"Saved as {escape_markdown(name)}{later}."


@command("NAME or NUMBER", aliases=("resume",), choices=_conversation_choices)
def load(session: Session, argument: str) -> str:
    """Continue a saved conversation with its model, system prompt and parameters.

    Use its number, its name, or the beginning of its name if no other has it. Digits alone are a
    number: `/load name:7` loads the conversation named 7.
    """
    if not argument:
        raise UsageError(f"/load {_NEEDS_CONVERSATION}")
    session.switch_conversation(session.require_disk_store().load(argument))
    return last_turns(session.chat.conversation)


@command("[N]", aliases=("log",))
def show(session: Session, argument: str) -> str:
    """Show the conversation again, or its last N questions with their answers."""
    count = parse_number(argument or "0")
    if count is None:
        raise UsageError(f"/show takes a number of questions, not {format_value(argument)}")
    return transcript(_last_questions(session.chat.conversation.messages(), count))


def last_turns(conversation: Conversation) -> str:
    """Return the last turns of a conversation that is continued, as Markdown."""
    messages = conversation.messages()
    last = _last_questions(messages, RESUME_TURNS)
    before = sum(m.role is Role.USER for m in messages) - sum(m.role is Role.USER for m in last)
    more = f"*{count_noun(before, 'earlier question')}; `/show` shows all.*\n\n" if before else ""
    return f"**{escape_markdown(conversation.title())}**\n\n{more}{transcript(last)}"


def transcript(messages: list[Message]) -> str:
    """Return messages as Markdown: quoted questions, and answers with their endings."""
    parts = []
    for message in messages:
        if message.role is Role.USER:
            parts.append("\n".join(f"> {line}" for line in message.content.splitlines()))
        elif message.role is Role.ASSISTANT:
            parts.append(message.content + format_ending(message))
    return "\n\n".join(parts) or "The conversation is empty."


def _last_questions(messages: list[Message], count: int) -> list[Message]:
    """Return the last questions with their answers; all for 0, or if there are fewer."""
    places = [place for place, message in enumerate(messages) if message.role is Role.USER]
    return messages[places[-count] :] if 0 < count <= len(places) else messages


@command("[PAGE]", aliases=("chats", "sessions"))
def list_(session: Session, argument: str) -> str:
    """List the saved conversations, the last used first, 20 per page."""
    page = parse_number(argument or "1")
    if not page:
        raise UsageError(f"a page must be a number from 1 up, not {format_value(argument)}")
    catalogue = session.require_disk_store().catalogue
    entries = catalogue.entries(PAGE_SIZE, PAGE_SIZE * (page - 1))
    if not entries:
        return "There are no saved conversations yet." if page == 1 else "There are no more."
    left = catalogue.count() - PAGE_SIZE * page
    more = f"\n\n{left:,} more: `/list {page + 1}`." if left > 0 else ""
    return conversation_table(entries) + more


@command("WORDS")
def search(session: Session, argument: str) -> str:
    """Find the names, questions and answers that contain all words, newest first.

    Case does not matter, and a word is also found inside a longer one. Put a phrase in double
    quotes.
    """
    results = find_texts(session.require_disk_store().database, parse_query(argument), PAGE_SIZE)
    return format_results(results) or "There are no matches."


@command("[CHAT] NAME", choices=_conversation_word_choices)
def rename(session: Session, argument: str) -> str:
    """Rename this conversation, or another one: `/rename 12 lamb`."""
    catalogue = session.require_disk_store().catalogue
    conversation = session.chat.conversation
    reference, _, name = argument.partition(" ")
    if not name.strip():
        session.chat.rename(check_name(argument))
        return f"The conversation is named {escape_markdown(conversation.name)}."
    number, name = catalogue.find(reference), check_name(name)
    catalogue.rename(number, name)
    if number == conversation.id:
        conversation.name = name
    return f"Conversation {number} is named {escape_markdown(name)}."


@command("CHAT", aliases=("rm",), choices=_conversation_choices)
def delete(session: Session, argument: str) -> str:
    """Delete a conversation for good: `/delete NAME` shows it, `/delete NAME yes` deletes it."""
    if not argument:
        raise UsageError(f"/delete {_NEEDS_CONVERSATION}")
    catalogue = session.require_disk_store().catalogue
    reference = argument.removesuffix(" yes")
    exact = catalogue.find_exact(argument.removeprefix(BY_NAME))
    if exact is not None and not is_number(reference):
        reference = argument  # "yes" is the end of the name
    entry = catalogue.entry(catalogue.find(reference))
    description = escape_markdown(describe_conversation(entry), MAX_DESCRIPTION_COLUMNS)
    if reference == argument:
        return f"`/delete {entry.id} yes` deletes {description} for good."
    catalogue.delete([entry.id])
    if entry.id != session.chat.conversation.id:
        return f"Deleted {description}."
    session.start_conversation()
    return f"Deleted {description}. {_STARTED} with the same settings."


@command("[FILE]")
def export(session: Session, argument: str) -> str:
    """Write this conversation to a new file: .md, .html, .json, .jsonl or .txt.

    The default is `conversation-NUMBER.md` in the current folder. Existing files are not
    overwritten.
    """
    conversation = session.chat.conversation
    suffix = f"-{conversation.id}" if conversation.id is not None else ""
    path = expand_home(argument) if argument else Path(f"conversation{suffix}.md")
    exports.save(path, exports.find_format("", path).write([conversation]))
    return f"Wrote the conversation to {escape_markdown(str(path), 200)}."


@command("[off]", choices=lambda _: [("off", "a new conversation that is saved")])
def private(session: Session, argument: str) -> str:
    """Start a new conversation that is not saved, and keep no history of what you type.

    `/private off` starts one that is saved again.
    """
    if argument not in {"", "off"}:
        raise UsageError(f"/private takes off or nothing, not {format_value(argument)}")
    if argument == "off" and session.disk_store is None:
        raise UsageError("this chat was started with --private, and stays private")
    session.private = argument != "off"
    session.start_conversation()
    return f"{_STARTED}. It is {'not saved on this machine' if session.private else 'saved'}."
