"""`nemochat chats`: list, search, show, rename, delete, export and import conversations."""

from __future__ import annotations

import json as as_json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from nemochat.chat.factory import load_rows
from nemochat.cli import streams
from nemochat.cli.app import create_app
from nemochat.cli.open_chat import write_completion_names
from nemochat.cli.output import draw_progress, load_view, print_table, print_text
from nemochat.config import endpoints
from nemochat.config.load import load_config
from nemochat.config.paths import directories
from nemochat.core.text import count_noun
from nemochat.core.text import format_value as quoted
from nemochat.errors import ExitCode, UsageError
from nemochat.repl import tables
from nemochat.screen.plain import say
from nemochat.screen.text.sanitize import sanitize_line
from nemochat.store.catalogue import CatalogueEntry
from nemochat.store.conversations import ConversationStore

chats_group = create_app(
    help_="List, search, show, name, delete, export and import the conversations that are kept.",
    epilog="CHAT is a number of the list, a name, or the beginning of one name. Digits alone are"
    " always a number; name:7 is the conversation that is named 7. Example: nemochat chats list."
    " More: docs/conversations.md",
)
ChatArgument = Annotated[str, typer.Argument(metavar="CHAT", show_default=False)]
ChatArguments = Annotated[list[str] | None, typer.Argument(metavar="CHAT…", show_default=False)]
JsonFlag = Annotated[bool, typer.Option("--json", help="as JSON")]
LimitOption = Annotated[int, typer.Option(metavar="N", min=1, max=100_000, help="how many at most")]
YesFlag = Annotated[bool, typer.Option("--yes", "-y", help="do not ask")]
FormatOption = Annotated[
    str,
    typer.Option("--format", metavar="NAME", help="markdown, json, jsonl, text or html"),
]
MAX_QUESTION_COLUMNS = 200  # columns
MAX_IMPORT_BYTES = 1024**3  # bytes
_AGE = re.compile(r"(\d{1,6})\s*([hdw])", re.ASCII)
_HOURS = {"h": 1, "d": 24, "w": 24 * 7}


@chats_group.command(
    "list", epilog="Example: nemochat chats list --limit 5. More: docs/conversations.md"
)
def list_(
    *,
    limit: LimitOption = 20,
    page: Annotated[int, typer.Option(metavar="N", min=1, help="which page of the list")] = 1,
    json: JsonFlag = False,
) -> int:
    """List them, the one talked in last first."""
    return list_conversations(limit, page, json=json)


@chats_group.command(epilog="Example: nemochat chats show lamb. More: docs/conversations.md")
def show(*, chat: ChatArgument, format_: FormatOption = "", json: JsonFlag = False) -> int:
    """Show a conversation: laid out on a terminal, as Markdown in a pipe."""
    return show_conversation(chat, "json" if json else format_)


@chats_group.command(
    epilog="Example: nemochat chats search lamb '\"red wine\"'. More: docs/conversations.md"
)
def search(
    *,
    words: Annotated[list[str], typer.Argument(metavar="WORDS…", show_default=False)],
    limit: LimitOption = 20,
    json: JsonFlag = False,
) -> int:
    """Find names, questions and answers in which all the words stand."""
    return search_conversations(words, limit, json=json)


@chats_group.command(epilog="Example: nemochat chats rename 12 lamb. More: docs/conversations.md")
def rename(
    *, chat: ChatArgument, name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
) -> int:
    """Give a conversation a name."""
    return rename_conversation(chat, name)


@chats_group.command(epilog="Example: nemochat chats delete lamb. More: docs/conversations.md")
def delete(*, several: ChatArguments = None, yes: YesFlag = False) -> int:
    """Delete conversations for good, after asking."""
    return delete_conversations(several or [], yes=yes)


@chats_group.command(
    epilog="Example: nemochat chats prune --older-than 90d. More: docs/conversations.md"
)
def prune(
    *,
    older_than: Annotated[
        str, typer.Option(metavar="TIME", help="90d, 12w or 24h without a word said")
    ],
    yes: YesFlag = False,
) -> int:
    """Delete the conversations in which nothing was said for long, after asking."""
    return prune_conversations(older_than, yes=yes)


@chats_group.command(
    epilog="Example: nemochat chats export lamb --output lamb.html. More: docs/export.md"
)
def export(
    *,
    several: ChatArguments = None,
    every: Annotated[bool, typer.Option("--all", help="all of them")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="a new file to write")
    ] = None,
    format_: FormatOption = "",
) -> int:
    """Write conversations to standard output, or to a new file whose suffix tells the format."""
    return export_conversations(several or [], output, format_, every=every)


@chats_group.command(
    "import", epilog="Example: nemochat chats import conversations.json. More: docs/import.md"
)
def import_(
    *,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", show_default=False)],
    from_: Annotated[
        str, typer.Option("--from", metavar="NAME", help="the format, if it is not found out")
    ] = "",
) -> int:
    """Take in conversations of nemochat, OpenAI messages, ChatGPT, llm, aichat or shell_gpt."""
    return import_conversations(files, from_)


@chats_group.command(
    epilog="Example: nemochat chats backup nemochat-2026.db. More: docs/conversations.md"
)
def backup(*, file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]) -> int:
    """Copy the whole database into a new file, also while others write; import reads it again."""
    return back_up_database(file)


@chats_group.command(epilog="Example: ls -l $(nemochat chats path). More: docs/conversations.md")
def path() -> int:
    """Tell where the database is."""
    return print_database_path()


@contextmanager
def _open_store() -> Iterator[ConversationStore]:
    """The conversations that are kept; what is new about their database is said at the end."""
    saved = ConversationStore(directories().database)
    try:
        yield saved
        write_completion_names(saved)
    finally:
        for news in saved.take_notices():
            say(sys.stderr, news)
        saved.database.close()


def list_conversations(limit: int, page: int, *, json: bool) -> int:
    """List conversations: a table on a terminal, tabs in a pipe."""
    with _open_store() as saved:
        entries = saved.catalogue.entries(limit, limit * (page - 1))
        left = saved.catalogue.count() - limit * page
    if json:
        print_text(
            as_json.dumps([_entry_to_object(e) for e in entries], ensure_ascii=False, indent=2)
        )
    elif not streams.is_output_terminal():
        for e in entries:
            row = (str(e.id), str(e.turns), tables.format_cost(e), f"{e.touched:%Y-%m-%d %H:%M}")
            print_text("\t".join((*row, sanitize_line(e.title, 60))))
    elif not entries:
        load_view().show("Nothing is saved yet." if page == 1 else "There are no more.")
    else:
        more = f"{left} more: `--page {page + 1}`" if left > 0 else ""
        print_table(tables.CONVERSATION_COLUMNS, [*map(tables.conversation_cells, entries)], more)
    return ExitCode.OK


def show_conversation(chat: str, format_: str) -> int:
    """Show one conversation."""
    from nemochat.store.formats import exports

    kind = exports.find_format(format_, None)
    with _open_store() as saved:
        text = kind.write([saved.load(chat)])
    if kind.name == "markdown" and streams.is_output_terminal():
        load_view().show(text)
    else:
        print_text(text.rstrip("\n"))
    return ExitCode.OK


def search_conversations(words: list[str], limit: int, *, json: bool) -> int:
    """Find words; an argument with blanks in it is found as it stands."""
    from nemochat.store.search import parse_query, search

    wanted = [w for a in words for w in ([a] if " " in a and '"' not in a else parse_query(a))]
    with _open_store() as saved:
        found = search(saved.database, wanted, limit)
    if json:
        print_text(as_json.dumps([each._asdict() for each in found], ensure_ascii=False, indent=2))
    elif streams.is_output_terminal():
        note = "" if found else "Nothing was found."
        print_table(tables.RESULT_COLUMNS, [*map(tables.result_cells, found)], note)
    else:
        for each in found:
            place = " ".join(f"{each.before}[{each.match}]{each.after}".split())
            title = sanitize_line(each.title, 60)
            print_text("\t".join((str(each.conversation), each.role or "name", title, place)))
    return ExitCode.OK


def rename_conversation(chat: str, name: str) -> int:
    """Give a conversation a name."""
    with _open_store() as saved:
        saved.catalogue.rename(saved.catalogue.find(chat), name)
    return ExitCode.OK


def delete_conversations(chats: list[str], *, yes: bool) -> int:
    """Delete conversations that are named."""
    if not chats:
        raise UsageError("there is no conversation to delete", "nemochat chats list shows them")
    with _open_store() as saved:
        entries = {n: saved.catalogue.entry(n) for n in map(saved.catalogue.find, chats)}
        return _confirm_and_delete(saved, list(entries.values()), yes=yes)


def prune_conversations(age: str, *, yes: bool) -> int:
    """Delete conversations in which nothing was said for so long."""
    read = _AGE.fullmatch(age.strip().lower())
    if not read:
        raise UsageError(f"--older-than takes a time such as 90d, 12w or 24h, not {quoted(age)}")
    with _open_store() as saved:
        since = timedelta(hours=int(read[1]) * _HOURS[read[2]])
        entries = saved.catalogue.list_untouched(since)
        if not entries:
            say(sys.stderr, f"there is no conversation that is older than {age}")
            return ExitCode.OK
        return _confirm_and_delete(saved, entries, yes=yes)


def export_conversations(
    chats: list[str], output: Path | None, format_: str, *, every: bool
) -> int:
    """Write conversations to a file or to standard output."""
    from nemochat.store.formats import exports

    if not chats and not every:
        raise UsageError("there is no conversation to export", "Name it, or take --all")
    if output == streams.STANDARD_STREAM:
        output = None
    kind = exports.find_format(format_, output)
    with _open_store() as saved:
        catalogue = saved.catalogue
        numbers = catalogue.numbers() if every else [catalogue.find(each) for each in chats]
        text = kind.write([saved.read(number) for number in numbers])
    if output:
        exports.save(output, text)
    elif streams.is_output_terminal():
        load_view().show(f"```text\n{text}\n```" if kind.name != "markdown" else text)
    else:
        print_text(text.rstrip("\n"))
    return ExitCode.OK


def import_conversations(files: list[Path], format_: str) -> int:
    """Take in the conversations of files; what cannot be read is named, the rest is kept."""
    from nemochat.store.formats import imports

    def read_content(path: Path) -> bytes:
        return imports.read_content(path, MAX_IMPORT_BYTES)

    settings = load_config({}, os.environ)
    endpoint = settings.text("endpoint")
    model = settings.text("model") or endpoints.find(endpoint, load_rows(settings)).model
    bad = 0
    with _open_store() as saved:
        for path in files:
            reader, found = imports.parse(path, read_content, format_)
            with draw_progress("conversations") as update:
                done = imports.import_all(saved, found, endpoint, model, update)
            for each in done.bad:
                say(sys.stderr, f"passed over {sanitize_line(each.record, 80)}: {each.why}")
            bad += len(done.bad)
            messages = sum(len(conversation.nodes) for conversation in done.conversations)
            passed = f", {len(done.bad)} passed over" if done.bad else ""
            say(
                sys.stderr,
                f"{count_noun(len(done.conversations), 'conversation')} with"
                f" {count_noun(messages, 'message')} from"
                f" {path} ({reader.name}){passed}",
            )
    return ExitCode.OK


def back_up_database(file: Path) -> int:
    """Copy the database."""
    with _open_store() as saved:
        saved.database.backup(file)
    return ExitCode.OK


def print_database_path() -> int:
    """Tell where the database is, or would be."""
    print_text(str(directories().database))
    return ExitCode.OK


def _confirm_and_delete(
    store: ConversationStore, entries: Sequence[CatalogueEntry], *, yes: bool
) -> int:
    """Delete conversations; say which ones before asking, in the question and afterwards."""
    if len(entries) == 1:
        which = tables.describe_conversation(entries[0])
    else:
        which = tables.describe_conversations(entries)
        for entry in entries:
            say(sys.stderr, tables.describe_conversation(entry))
    if not yes:
        if not streams.is_input_terminal():
            raise UsageError(f"there is nobody to ask whether to delete {which}", "Use --yes")
        sys.stderr.write(
            sanitize_line(f"Delete {which} for good? [y/N]", MAX_QUESTION_COLUMNS) + " "
        )
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            say(sys.stderr, "nothing was deleted")
            return ExitCode.OK
    with draw_progress("conversations", len(entries)) as update:
        store.catalogue.delete([e.id for e in entries], update)
    say(sys.stderr, f"deleted {which}")
    return ExitCode.OK


def _entry_to_object(entry: CatalogueEntry) -> dict[str, object]:
    told = entry._asdict()
    return told | {
        "title": entry.title,
        "started": entry.started.isoformat(),
        "touched": entry.touched.isoformat(),
    }
