"""`nemochat chats`: list, search, show, rename, delete, export and import conversations."""

from __future__ import annotations

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
from nemochat.cli.options import whole_number
from nemochat.cli.output import (
    choose_view,
    draw_progress,
    load_appearance,
    print_json,
    print_table,
    print_text,
)
from nemochat.config import endpoints
from nemochat.config.load import Config, load_config
from nemochat.config.paths import directories
from nemochat.core.text import count_noun, format_value, is_yes
from nemochat.errors import ExitCode, UsageError
from nemochat.repl import tables
from nemochat.screen.plain import say
from nemochat.screen.text.sanitize import sanitize_line
from nemochat.store.catalogue import CatalogueEntry
from nemochat.store.conversations import ConversationStore

MAX_QUESTION_COLUMNS = 200
MAX_IMPORT_BYTES = 1024**3
_AGE = re.compile(r"(\d{1,6})\s*([hdw])", re.ASCII)
_HOURS = {"h": 1, "d": 24, "w": 24 * 7}

chats_group = create_app(
    "conversations",
    help_="List, search, show, rename, delete, export and import saved conversations.\n\n"
    "CHAT is a number from the list, a name, or the beginning of a name. Digits alone are always a"
    " number; name:7 is the conversation named 7.",
    examples="nemochat chats list\nnemochat chats show lamb",
)
Context = typer.Context
ChatArgument = Annotated[str, typer.Argument(metavar="CHAT", show_default=False)]
ChatArguments = Annotated[list[str] | None, typer.Argument(metavar="CHAT…", show_default=False)]
JsonFlag = Annotated[bool, typer.Option("--json", help="print JSON")]
LimitOption = Annotated[
    int,
    typer.Option(
        metavar="N", help="at most N (default 20)", parser=whole_number("--limit", 1, 100_000)
    ),
]
PageOption = Annotated[
    int,
    typer.Option(metavar="N", help="page N of the list", parser=whole_number("--page", 1, 100_000)),
]
YesFlag = Annotated[bool, typer.Option("--yes", "-y", help="do not ask for confirmation")]
FormatOption = Annotated[
    str, typer.Option("--format", metavar="NAME", help="markdown, json, jsonl, text or html")
]


@chats_group.command("list", example="nemochat chats list --limit 5")
def list_(
    *, context: Context, limit: LimitOption = 20, page: PageOption = 1, json: JsonFlag = False
) -> int:
    """List conversations, the most recent first."""
    with _open_store() as store:
        entries = store.catalogue.entries(limit, limit * (page - 1))
        left = store.catalogue.count() - limit * page
    if json:
        print_json([_entry_to_object(e) for e in entries])
    elif not streams.is_output_terminal():
        for e in entries:
            used = f"{e.touched.astimezone():%Y-%m-%d %H:%M}"
            title = sanitize_line(e.title, 60)
            print_text(f"{e.id}\t{e.turns}\t{tables.format_cost(e)}\t{used}\t{title}")
    elif not entries:
        text = "There are no saved conversations yet." if page == 1 else "There are no more."
        choose_view(load_appearance(context)).show(text)
    else:
        more = f"{left:,} more: `--page {page + 1}`" if left > 0 else ""
        rows = [*map(tables.conversation_cells, entries)]
        print_table(tables.CONVERSATION_COLUMNS, rows, load_appearance(context), more)
    return ExitCode.OK


@chats_group.command(example="nemochat chats show lamb")
def show(
    *, context: Context, chat: ChatArgument, format_: FormatOption = "", json: JsonFlag = False
) -> int:
    """Show a conversation, as Markdown in a pipe."""
    from nemochat.store.formats import exports

    kind = exports.find_format("json" if json else format_, None)
    with _open_store() as store:
        text = kind.write([store.load(chat)])
    if kind.name == "markdown" and streams.is_output_terminal():
        choose_view(load_appearance(context)).show(text)
    else:
        print_text(text.rstrip("\n"))
    return ExitCode.OK


@chats_group.command(example="nemochat chats search lamb '\"red wine\"'")
def search(
    *,
    context: Context,
    words: Annotated[list[str], typer.Argument(metavar="WORDS…", show_default=False)],
    limit: LimitOption = 20,
    json: JsonFlag = False,
) -> int:
    """Find conversations, questions and answers that contain all the words."""
    from nemochat.store.search import parse_query
    from nemochat.store.search import search as search_store

    # A quoted argument with spaces is a phrase.
    terms = [t for w in words for t in ([w] if " " in w and '"' not in w else parse_query(w))]
    with _open_store() as store:
        results = search_store(store.database, terms, limit)
    if json:
        print_json([each._asdict() for each in results])
    elif streams.is_output_terminal():
        note = "" if results else "There are no matches."
        rows = [*map(tables.result_cells, results)]
        print_table(tables.RESULT_COLUMNS, rows, load_appearance(context), note)
    else:
        for each in results:
            place = " ".join(f"{each.before}[{each.match}]{each.after}".split())
            title = sanitize_line(each.title, 60)
            print_text("\t".join((str(each.conversation), each.role or "name", title, place)))
    return ExitCode.OK


@chats_group.command(example="nemochat chats rename 12 lamb")
def rename(
    *, chat: ChatArgument, name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
) -> int:
    """Rename a conversation."""
    with _open_store() as store:
        store.catalogue.rename(store.catalogue.find(chat), name)
    return ExitCode.OK


@chats_group.command(example="nemochat chats delete lamb")
def delete(*, context: Context, several: ChatArguments = None, yes: YesFlag = False) -> int:
    """Delete conversations for good, after confirmation."""
    if not several:
        raise UsageError(
            "nemochat chats delete needs a conversation", "nemochat chats list shows them"
        )
    with _open_store() as store:
        entries = {n: store.catalogue.entry(n) for n in map(store.catalogue.find, several)}
        return _confirm_and_delete(store, [*entries.values()], load_appearance(context), yes=yes)


@chats_group.command(example="nemochat chats prune --older-than 90d")
def prune(
    *,
    context: Context,
    older_than: Annotated[
        str, typer.Option(metavar="TIME", help="unused for this long: 90d, 12w or 24h")
    ],
    yes: YesFlag = False,
) -> int:
    """Delete old conversations for good, after confirmation."""
    age = _AGE.fullmatch(older_than.strip().lower())
    if not age:
        takes = "--older-than takes a time such as 90d, 12w or 24h"
        raise UsageError(f"{takes}, not {format_value(older_than)}")
    with _open_store() as store:
        entries = store.catalogue.list_untouched(timedelta(hours=int(age[1]) * _HOURS[age[2]]))
        if not entries:
            say(sys.stderr, f"no conversation is older than {older_than}")
            return ExitCode.OK
        return _confirm_and_delete(store, entries, load_appearance(context), yes=yes)


@chats_group.command(example="nemochat chats export lamb --output lamb.html", topic="export")
def export(
    *,
    context: Context,
    several: ChatArguments = None,
    every: Annotated[bool, typer.Option("--all", help="export all conversations")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="a new file; its suffix sets the format"),
    ] = None,
    format_: FormatOption = "",
) -> int:
    """Export conversations to standard output or a new file."""
    from nemochat.store.formats import exports

    if not several and not every:
        raise UsageError("nemochat chats export needs a conversation", "Name one, or use --all")
    if output == streams.STANDARD_STREAM:
        output = None
    kind = exports.find_format(format_, output)
    with _open_store() as store:
        catalogue = store.catalogue
        numbers = catalogue.numbers() if every else [*map(catalogue.find, several or [])]
        text = kind.write([store.read(number) for number in numbers])
    if output:
        exports.save(output, text)
    elif streams.is_output_terminal():
        text = text if kind.name == "markdown" else f"```text\n{text}\n```"
        choose_view(load_appearance(context)).show(text)
    else:
        print_text(text.rstrip("\n"))
    return ExitCode.OK


@chats_group.command("import", example="nemochat chats import conversations.json", topic="import")
def import_(
    *,
    context: Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", show_default=False)],
    from_: Annotated[
        str, typer.Option("--from", metavar="NAME", help="the format, if it is not recognized")
    ] = "",
    with_settings: Annotated[
        bool,
        typer.Option(
            "--with-settings",
            help="also import endpoint, model, parameters and system prompt, if you trust the file",
        ),
    ] = False,
) -> int:
    """Import conversations from nemochat, ChatGPT, llm, aichat, shell_gpt or OpenAI messages."""
    from nemochat.store.formats import imports

    def read_content(path: Path) -> bytes:
        return imports.read_content(path, MAX_IMPORT_BYTES)

    settings = load_config({}, os.environ)
    endpoint = settings.text("endpoint")
    model = settings.text("model") or endpoints.find(endpoint, load_rows(settings)).model
    with _open_store() as store:
        for path in files:
            reader, records = imports.parse(path, read_content, from_)
            with draw_progress("conversations", load_appearance(context)) as update:
                result = imports.import_all(
                    store, records, endpoint, model, update, with_settings=with_settings
                )
            for each in result.bad:
                say(sys.stderr, f"skipped {sanitize_line(each.record, 80)}: {each.why}")
            conversations = count_noun(len(result.conversations), "conversation")
            messages = sum(len(conversation.nodes) for conversation in result.conversations)
            skipped = f", {len(result.bad):,} skipped" if result.bad else ""
            say(
                sys.stderr,
                f"imported {conversations} with {count_noun(messages, 'message')} from"
                f" {path} ({reader.name}){skipped}",
            )
            if result.stopped:
                raise UsageError(
                    f"more than {len(result.bad):,} records of {path} are invalid; stopped"
                )
    return ExitCode.OK


@chats_group.command(example="nemochat chats backup nemochat-2026.db")
def backup(*, file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]) -> int:
    """Copy the database to a new file, which `chats import` can read.

    Other processes may write to the database at the same time.
    """
    with _open_store() as store:
        store.database.backup(file)
    return ExitCode.OK


@chats_group.command(example="ls -l $(nemochat chats path)")
def path() -> int:
    """Print the path of the database."""
    print_text(str(directories().database))
    return ExitCode.OK


@contextmanager
def _open_store() -> Iterator[ConversationStore]:
    """Yield the saved conversations; print notices about their database at the end."""
    store = ConversationStore(directories().database)
    try:
        yield store
        write_completion_names(store)
    finally:
        for notice in store.take_notices():
            say(sys.stderr, notice)
        store.database.close()


def _confirm_and_delete(
    store: ConversationStore, entries: Sequence[CatalogueEntry], config: Config, *, yes: bool
) -> int:
    """Delete conversations; describe them before the confirmation, in it and afterwards."""
    if len(entries) == 1:
        which = tables.describe_conversation(entries[0])
    else:
        which = tables.describe_conversations(entries)
        for entry in entries:
            say(sys.stderr, tables.describe_conversation(entry))
    if not yes:
        if not streams.is_input_terminal():
            raise UsageError(f"deleting {which} needs confirmation", "Use --yes")
        question = sanitize_line(f"Delete {which} for good? [y/N]", MAX_QUESTION_COLUMNS)
        sys.stderr.write(f"{question} ")
        sys.stderr.flush()
        if not is_yes(sys.stdin.readline()):
            say(sys.stderr, "nothing was deleted")
            return ExitCode.OK
    with draw_progress("conversations", config, len(entries)) as update:
        store.catalogue.delete([e.id for e in entries], update)
    say(sys.stderr, f"deleted {which}")
    return ExitCode.OK


def _entry_to_object(entry: CatalogueEntry) -> dict[str, object]:
    return entry._asdict() | {
        "title": entry.title,
        "started": entry.started.isoformat(),
        "touched": entry.touched.isoformat(),
    }
