"""Commands about the conversations that are kept: list, search, rename, delete, export."""

from __future__ import annotations

from pathlib import Path

from nemochat.core.values import shown
from nemochat.errors import UsageError
from nemochat.repl import listings
from nemochat.repl.argument import number
from nemochat.repl.commands.chats import saved_ones, saved_words
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.store.catalogue import BY_NAME, check_name, is_number
from nemochat.store.search import search as found_in
from nemochat.store.search import words_of

LONGEST_DESCRIPTION = 200  # columns
SHOWN = 20  # conversations on one page of a list


@command("[PAGE]", aliases=("chats", "sessions"))
def list_(session: Session, argument: str) -> str:
    """List the saved conversations, the last one first, 20 a page."""
    page = _page(argument)
    catalogue = session.conversations().catalogue
    entries = catalogue.entries(SHOWN, SHOWN * (page - 1))
    if not entries:
        return "Nothing is saved yet." if page == 1 else "There are no more."
    left = catalogue.count() - SHOWN * page
    more = f"\n\n{left} more: `/list {page + 1}`" if left > 0 else ""
    return listings.table(entries) + more


@command("WORDS")
def search(session: Session, argument: str) -> str:
    """Find names, questions and answers in which all the words stand, the newest first.

    Words are found within longer ones, in any script, whatever their capitals. What stands in
    double quotes is found as it stands, blanks and all.
    """
    found = found_in(session.conversations().database, words_of(argument), SHOWN)
    return listings.results(found) if found else "Nothing was found."


@command("[CHAT] NAME", choices=saved_words)
def rename(session: Session, argument: str) -> str:
    """Give this conversation another name, or another one: `/rename 12 lamb`."""
    catalogue = session.conversations().catalogue
    conversation = session.chat.conversation
    wanted, _, name = argument.partition(" ")
    if not name.strip():
        session.chat.rename(check_name(argument))
        return f"It is named {listings.plain(conversation.name)}."
    found, name = catalogue.find(wanted), check_name(name)
    catalogue.rename(found, name)
    if found == conversation.id:
        conversation.name = name
    return f"Conversation {found} is named {listings.plain(name)}."


@command("CHAT", aliases=("rm",), choices=saved_ones)
def delete(session: Session, argument: str) -> str:
    """Delete a conversation for good: `/delete NAME` shows it, `/delete NAME yes` does it."""
    if not argument:
        raise UsageError("/delete takes the name or the number of a conversation; /list shows them")
    catalogue = session.conversations().catalogue
    wanted = argument.removesuffix(" yes")
    if not is_number(wanted) and catalogue.holds(argument.removeprefix(BY_NAME)) is not None:
        wanted = argument  # "yes" is the end of the name
    entry = catalogue.entry(catalogue.find(wanted))
    sure = wanted != argument
    what = listings.plain(listings.describe(entry), LONGEST_DESCRIPTION)
    if not sure:
        return f"`/delete {entry.id} yes` deletes {what} for good."
    catalogue.delete([entry.id])
    if entry.id != session.chat.conversation.id:
        return f"Deleted {what}."
    session.renew()
    return f"Deleted {what}. A new conversation begins; the settings stay."


@command("[FILE]")
def export(session: Session, argument: str) -> str:
    """Write this conversation to a new file: .md, .html, .json, .jsonl or .txt.

    Without a file it is `conversation-NUMBER.md` in the current folder. A file that is there
    already is never written over.
    """
    from nemochat.store.formats import exports

    conversation = session.chat.conversation
    suffix = f"-{conversation.id}" if conversation.id is not None else ""
    path = Path(argument).expanduser() if argument else Path(f"conversation{suffix}.md")
    exports.save(path, exports.chosen("", path).write([conversation]))
    return f"Written to {listings.plain(str(path), 200)}."


@command("[off]", choices=lambda _: [("off", "a new conversation that is saved")])
def private(session: Session, argument: str) -> str:
    """Begin a new conversation of which nothing is kept, not even what you type.

    `/private off` begins one that is saved again.
    """
    if argument not in {"", "off"}:
        raise UsageError("/private stands alone, or with off")
    if argument == "off" and session.saved is None:
        raise UsageError("this chat was begun with --private and stays so")
    session.private = argument != "off"
    session.renew()
    if session.private:
        return "A new conversation begins, and nothing of it is kept on this machine."
    return "A new conversation begins, and it is saved."


def _page(argument: str) -> int:
    if not argument:
        return 1
    page = number(argument)
    if not page:
        raise UsageError(f"a page is a number from 1 on, not {shown(argument)}")
    return page
