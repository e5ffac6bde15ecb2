"""What do the commands of `nemochat chats` do, and how do they show it?"""

from __future__ import annotations

import json as as_json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from nemochat import config
from nemochat.cli import streams
from nemochat.cli.opening import remember_names
from nemochat.cli.telling import screen, tell
from nemochat.connect import rows
from nemochat.core.values import shown as quoted
from nemochat.directories import directories
from nemochat.errors import ExitCode, UsageError
from nemochat.repl import listings
from nemochat.screen.plain import say
from nemochat.screen.safe import harmless_line
from nemochat.store.catalogue import Entry
from nemochat.store.conversations import Conversations
from nemochat.wire import endpoints

LONGEST_QUESTION = 200  # columns
LARGEST_IMPORT = 1024**3  # bytes
SECONDS_A_COUNT = 1.0  # between two words on how far an import is
_AGE = re.compile(r"(\d{1,6})\s*([hdw])", re.ASCII)
_HOURS = {"h": 1, "d": 24, "w": 24 * 7}


@contextmanager
def _saved() -> Iterator[Conversations]:
    """The conversations that are kept; what is new about their database is said at the end."""
    saved = Conversations(directories().database)
    try:
        yield saved
        remember_names(saved)
    finally:
        for news in saved.news():
            say(sys.stderr, news)
        saved.database.close()


def listed(limit: int, page: int, *, json: bool) -> int:
    """List conversations: a table on a terminal, tabs in a pipe."""
    with _saved() as saved:
        entries = saved.catalogue.entries(limit, limit * (page - 1))
        left = saved.catalogue.count() - limit * page
    if json:
        tell(as_json.dumps([_entry(e) for e in entries], ensure_ascii=False, indent=2))
    elif not streams.output_is_terminal():
        for e in entries:
            row = (str(e.id), str(e.turns), listings.cost(e), f"{e.touched:%Y-%m-%d %H:%M}")
            tell("\t".join((*row, harmless_line(e.title, 60))))
    elif not entries:
        screen().show("Nothing is saved yet." if page == 1 else "There are no more.")
    else:
        more = f"\n\n{left} more: `--page {page + 1}`" if left > 0 else ""
        screen().show(listings.table(entries) + more)
    return ExitCode.OK


def shown(chat: str, format_: str) -> int:
    """Show one conversation."""
    from nemochat.store.formats import exports

    kind = exports.chosen(format_, None)
    with _saved() as saved:
        text = kind.write([saved.load(chat)])
    if kind.name == "markdown" and streams.output_is_terminal():
        screen().show(text)
    else:
        tell(text.rstrip("\n"))
    return ExitCode.OK


def searched(words: list[str], limit: int, *, json: bool) -> int:
    """Find words; an argument with blanks in it is found as it stands."""
    from nemochat.store.search import search, words_of

    wanted = [w for a in words for w in ([a] if " " in a and '"' not in a else words_of(a))]
    with _saved() as saved:
        found = search(saved.database, wanted, limit)
    if json:
        tell(as_json.dumps([each._asdict() for each in found], ensure_ascii=False, indent=2))
    elif streams.output_is_terminal():
        screen().show(listings.results(found) if found else "Nothing was found.")
    else:
        for each in found:
            place = " ".join(f"{each.before}[{each.match}]{each.after}".split())
            title = harmless_line(each.title, 60)
            tell("\t".join((str(each.conversation), each.role or "name", title, place)))
    return ExitCode.OK


def renamed(chat: str, name: str) -> int:
    """Give a conversation a name."""
    with _saved() as saved:
        saved.catalogue.rename(saved.catalogue.find(chat), name)
    return ExitCode.OK


def deleted(chats: list[str], *, yes: bool) -> int:
    """Delete conversations that are named."""
    if not chats:
        raise UsageError("there is no conversation to delete", "nemochat chats list shows them")
    with _saved() as saved:
        entries = {n: saved.catalogue.entry(n) for n in map(saved.catalogue.find, chats)}
        return _delete(saved, list(entries.values()), yes=yes)


def pruned(age: str, *, yes: bool) -> int:
    """Delete conversations in which nothing was said for so long."""
    read = _AGE.fullmatch(age.strip().lower())
    if not read:
        raise UsageError(f"--older-than takes a time such as 90d, 12w or 24h, not {quoted(age)}")
    with _saved() as saved:
        since = timedelta(hours=int(read[1]) * _HOURS[read[2]])
        entries = saved.catalogue.untouched(since)
        if not entries:
            say(sys.stderr, f"there is no conversation that is older than {age}")
            return ExitCode.OK
        return _delete(saved, entries, yes=yes)


def exported(chats: list[str], output: Path | None, format_: str, *, every: bool) -> int:
    """Write conversations to a file or to standard output."""
    from nemochat.store.formats import exports

    if not chats and not every:
        raise UsageError("there is no conversation to export", "Name it, or take --all")
    if output == streams.STANDARD:
        output = None
    kind = exports.chosen(format_, output)
    with _saved() as saved:
        catalogue = saved.catalogue
        numbers = catalogue.numbers() if every else [catalogue.find(each) for each in chats]
        text = kind.write([saved.read(number) for number in numbers])
    if output:
        exports.save(output, text)
    elif streams.output_is_terminal():
        screen().show(f"```text\n{text}\n```" if kind.name != "markdown" else text)
    else:
        tell(text.rstrip("\n"))
    return ExitCode.OK


def imported(files: list[Path], format_: str) -> int:
    """Take in the conversations of files; what cannot be read is named, the rest is kept."""
    from nemochat.store.formats import imports

    def content(path: Path) -> bytes:
        return imports.first_bytes_or_all(path, LARGEST_IMPORT)

    settings = config.load({}, os.environ)
    endpoint = settings.text("endpoint")
    model = settings.text("model") or endpoints.find(endpoint, rows(settings)).model
    bad = 0
    with _saved() as saved:
        for path in files:
            reader, found = imports.read(path, content, format_)
            with _counted() as so_far:
                done = imports.take_in(saved, found, endpoint, model, so_far)
            for each in done.bad:
                say(sys.stderr, f"passed over {harmless_line(each.record, 80)}: {each.why}")
            bad += len(done.bad)
            messages = sum(len(conversation.nodes) for conversation in done.kept)
            passed = f", {len(done.bad)} passed over" if done.bad else ""
            say(
                sys.stderr,
                f"{listings.counted(len(done.kept), 'conversation')} with"
                f" {listings.counted(messages, 'message')} from"
                f" {path} ({reader.name}){passed}",
            )
    return ExitCode.OK


@contextmanager
def _counted() -> Iterator[Callable[[int], None]]:
    """What tells, on a terminal, how many conversations are kept so far: thousands take a while."""
    shown = ""
    due = time.monotonic() + SECONDS_A_COUNT

    def so_far(number: int) -> None:
        nonlocal shown, due
        if time.monotonic() >= due and sys.stderr is not None and sys.stderr.isatty():
            shown = f"{listings.counted(number, 'conversation')} so far"
            due = time.monotonic() + SECONDS_A_COUNT
            sys.stderr.write(f"\r{shown}")
            sys.stderr.flush()

    try:
        yield so_far
    finally:
        if shown:
            sys.stderr.write(f"\r{' ' * len(shown)}\r")


def backed_up(file: Path) -> int:
    """Copy the database."""
    with _saved() as saved:
        saved.database.backup(file)
    return ExitCode.OK


def told_path() -> int:
    """Tell where the database is, or would be."""
    tell(str(directories().database))
    return ExitCode.OK


def _delete(saved: Conversations, entries: Sequence[Entry], *, yes: bool) -> int:
    """Delete conversations; say which ones before asking, in the question and afterwards."""
    if len(entries) == 1:
        which = listings.describe(entries[0])
    else:
        which = listings.describe_several(entries)
        for entry in entries:
            say(sys.stderr, listings.describe(entry))
    if not yes:
        if not streams.input_is_terminal():
            raise UsageError(f"there is nobody to ask whether to delete {which}", "Use --yes")
        sys.stderr.write(harmless_line(f"Delete {which} for good? [y/N]", LONGEST_QUESTION) + " ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            say(sys.stderr, "nothing was deleted")
            return ExitCode.OK
    saved.catalogue.delete([e.id for e in entries])
    say(sys.stderr, f"deleted {which}")
    return ExitCode.OK


def _entry(entry: Entry) -> dict[str, object]:
    told = entry._asdict()
    return told | {
        "title": entry.title,
        "started": entry.started.isoformat(),
        "touched": entry.touched.isoformat(),
    }
