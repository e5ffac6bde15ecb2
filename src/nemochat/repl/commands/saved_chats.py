"""Commands about saved conversations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nemochat.core.conversation import Conversation
from nemochat.core.messages import Message, Role
from nemochat.core.text import count_noun, format_value
from nemochat.errors import UsageError
from nemochat.files import expand_home
from nemochat.repl import tables
from nemochat.repl.arguments import parse_number
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.repl.tables import escape_markdown
from nemochat.screen.text.sanitize import sanitize_line
from nemochat.store.catalogue import BY_NAME, check_name, is_number
from nemochat.store.formats import exports
from nemochat.store.formats.markdown import format_ending
from nemochat.store.search import parse_query
from nemochat.store.search import search as found_in

RESUME_TURNS = 2  # of a conversation that is gone on with
MAX_DESCRIPTION_COLUMNS = 200  # columns
PAGE_SIZE = 20  # conversations on one page of a list


def conversation_choices(session: Session) -> Iterator[tuple[str, str]]:
    """The saved conversations that a command may be given, the last ones first."""
    if session.disk_store:
        for entry in session.disk_store.catalogue.entries(100):
            about = sanitize_line(entry.first, 40)
            yield entry.reference, f"{count_noun(entry.turns, 'question')}: {about}"


def conversation_word_choices(session: Session) -> Iterator[tuple[str, str]]:
    """Yield the same as one word each: in place of a name with blanks in it, the number."""
    if session.disk_store:
        for entry in session.disk_store.catalogue.entries(100):
            word = str(entry.id) if " " in entry.reference else entry.reference
            yield word, sanitize_line(entry.title, 60)


@command("[NAME]")
def save(session: Session, argument: str) -> str:
    """Name the conversation, so that `/load NAME` finds it; saved it is by itself."""
    conversation = session.chat.conversation
    saved = session.require_disk_store()
    if not argument and session.chat.failure is not None:
        raise UsageError(
            f"it is not saved yet ({session.chat.failure.sentence})",
            "/export FILE writes it elsewhere",
        )
    if not argument:
        name = (
            f"as {escape_markdown(conversation.name)}"
            if conversation.name
            else "by itself, without a name"
        )
        return f"It is saved {name}."
    argument = check_name(argument)
    if saved.catalogue.find_exact(argument) not in {None, conversation.id}:
        raise UsageError(f"another conversation is named {format_value(argument)}")
    session.chat.rename(argument)
    if session.chat.failure is not None:
        name = escape_markdown(argument)
        return f"It is named {name}, and will be saved so once saving works again."
    later = "" if conversation.id else " from the first question on"
    return f"Saved as {escape_markdown(argument)}{later}."


@command("NAME or NUMBER", aliases=("resume",), choices=conversation_choices)
def load(session: Session, argument: str) -> str:
    """Go on with a saved conversation; its model, system prompt and parameters come back.

    Its number, its name, or a beginning of its name that no other has. Digits alone are a number:
    `/load name:7` finds the conversation whose name is 7.
    """
    if not argument:
        raise UsageError("/load takes the name or the number of a conversation; /list shows them")
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
    """The last turns of a conversation that is gone on with, as Markdown."""
    messages = conversation.messages()
    last = _last_questions(messages, RESUME_TURNS)
    before = sum(m.role is Role.USER for m in messages) - sum(m.role is Role.USER for m in last)
    more = f"*{count_noun(before, 'earlier question')}; `/show` shows all*\n\n" if before else ""
    return f"**{escape_markdown(conversation.title())}**\n\n{more}{transcript(last)}"


def transcript(messages: list[Message]) -> str:
    """Messages as Markdown: questions quoted, answers as they are, endings told."""
    parts = []
    for message in messages:
        if message.role is Role.USER:
            parts.append("\n".join(f"> {line}" for line in message.content.splitlines()))
        elif message.role is Role.ASSISTANT:
            parts.append(message.content + format_ending(message))
    return "\n\n".join(parts) or "Nothing was said yet."


def _last_questions(messages: list[Message], questions: int) -> list[Message]:
    """The last so many questions with their answers; all where there are fewer, and for 0."""
    places = [place for place, message in enumerate(messages) if message.role is Role.USER]
    return messages[places[-questions] :] if 0 < questions <= len(places) else messages


@command("[PAGE]", aliases=("chats", "sessions"))
def list_(session: Session, argument: str) -> str:
    """List the saved conversations, the last one first, 20 a page."""
    page = _parse_page(argument)
    catalogue = session.require_disk_store().catalogue
    entries = catalogue.entries(PAGE_SIZE, PAGE_SIZE * (page - 1))
    if not entries:
        return "Nothing is saved yet." if page == 1 else "There are no more."
    left = catalogue.count() - PAGE_SIZE * page
    more = f"\n\n{left} more: `/list {page + 1}`" if left > 0 else ""
    return tables.conversation_table(entries) + more


@command("WORDS")
def search(session: Session, argument: str) -> str:
    """Find names, questions and answers in which all the words stand, the newest first.

    Words are found within longer ones, in any script, whatever their capitals. What stands in
    double quotes is found as it stands, blanks and all.
    """
    results = found_in(session.require_disk_store().database, parse_query(argument), PAGE_SIZE)
    return tables.format_results(results) if results else "Nothing was found."


@command("[CHAT] NAME", choices=conversation_word_choices)
def rename(session: Session, argument: str) -> str:
    """Give this conversation another name, or another one: `/rename 12 lamb`."""
    catalogue = session.require_disk_store().catalogue
    conversation = session.chat.conversation
    reference, _, name = argument.partition(" ")
    if not name.strip():
        session.chat.rename(check_name(argument))
        return f"It is named {tables.escape_markdown(conversation.name)}."
    number, name = catalogue.find(reference), check_name(name)
    catalogue.rename(number, name)
    if number == conversation.id:
        conversation.name = name
    return f"Conversation {number} is named {tables.escape_markdown(name)}."


@command("CHAT", aliases=("rm",), choices=conversation_choices)
def delete(session: Session, argument: str) -> str:
    """Delete a conversation for good: `/delete NAME` shows it, `/delete NAME yes` does it."""
    if not argument:
        raise UsageError("/delete takes the name or the number of a conversation; /list shows them")
    catalogue = session.require_disk_store().catalogue
    reference = argument.removesuffix(" yes")
    if (
        not is_number(reference)
        and catalogue.find_exact(argument.removeprefix(BY_NAME)) is not None
    ):
        reference = argument  # "yes" is the end of the name
    entry = catalogue.entry(catalogue.find(reference))
    sure = reference != argument
    what = tables.escape_markdown(tables.describe_conversation(entry), MAX_DESCRIPTION_COLUMNS)
    if not sure:
        return f"`/delete {entry.id} yes` deletes {what} for good."
    catalogue.delete([entry.id])
    if entry.id != session.chat.conversation.id:
        return f"Deleted {what}."
    session.start_conversation()
    return f"Deleted {what}. A new conversation begins; the settings stay."


@command("[FILE]")
def export(session: Session, argument: str) -> str:
    """Write this conversation to a new file: .md, .html, .json, .jsonl or .txt.

    Without a file it is `conversation-NUMBER.md` in the current folder. A file that is there
    already is never written over.
    """
    conversation = session.chat.conversation
    suffix = f"-{conversation.id}" if conversation.id is not None else ""
    path = expand_home(argument) if argument else Path(f"conversation{suffix}.md")
    exports.save(path, exports.find_format("", path).write([conversation]))
    return f"Written to {tables.escape_markdown(str(path), 200)}."


@command("[off]", choices=lambda _: [("off", "a new conversation that is saved")])
def private(session: Session, argument: str) -> str:
    """Begin a new conversation of which nothing is kept, not even what you type.

    `/private off` begins one that is saved again.
    """
    if argument not in {"", "off"}:
        raise UsageError("/private stands alone, or with off")
    if argument == "off" and session.disk_store is None:
        raise UsageError("this chat was begun with --private and stays so")
    session.private = argument != "off"
    session.start_conversation()
    if session.private:
        return "A new conversation begins, and nothing of it is kept on this machine."
    return "A new conversation begins, and it is saved."


def _parse_page(argument: str) -> int:
    if not argument:
        return 1
    page = parse_number(argument)
    if not page:
        raise UsageError(f"a page is a number from 1 on, not {format_value(argument)}")
    return page
