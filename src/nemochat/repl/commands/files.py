"""Commands that bring files into the next question, and that play them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nemochat.core.values import shown
from nemochat.errors import UsageError
from nemochat.files import fenced, gathered, read_text
from nemochat.repl.argument import words
from nemochat.repl.lines import Lines
from nemochat.repl.listings import plain
from nemochat.repl.question import attach, context, label
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.screen.safe import harmless_line

MOST_PLAYED = 100  # files that one /run leads to, where they play each other


def _files(session: Session) -> Iterator[tuple[str, str]]:
    if session.attached:
        yield "clear", "take away what is attached"


@command("[PATH … or clear]", aliases=("add",), choices=_files)
def file(session: Session, argument: str) -> str:
    """Attach text files to the next question: paths, globs such as `src/**/*.py`, or folders.

    `/file` alone lists what is attached, `/file clear` takes it away. A name with blanks stands in
    quotes. Of a folder all text files are taken, but hidden ones, at most 100.
    """
    if not argument:
        return _attached(session)
    if argument == "clear":
        session.attached.clear()
        return "Nothing is attached."
    texts = gathered(words(argument))
    adding = attach(session, [fenced(text.content, text.name) for text in texts])
    what = plain(texts[0].name, 200) if len(texts) == 1 else f"{len(texts)} files"
    return f"{what}: {adding}. The next question takes what is attached with it."


@command("FILE")
def run(session: Session, argument: str) -> str:
    """Play a file of lines, each as if it were typed; Ctrl-C and an error end the playing.

    Where a command asks something back, the file's next line is the answer. A file may play others.
    """
    if not argument:
        raise UsageError("/run takes the name of a file of lines")
    path = Path(*words(argument)[:1]).expanduser()
    if session.runs >= MOST_PLAYED:
        raise UsageError(f"{shown(str(path))} is not played: {MOST_PLAYED} files were already")
    lines = Lines(iter(read_text(path).splitlines()), session.screen, shown=False)
    messages = []
    try:
        while True:
            messages.append(lines.message())
    except EOFError:
        session.played[:0] = messages
    session.runs += 1
    return "" if messages else "There is nothing in it."


def _attached(session: Session) -> str:
    if not session.attached:
        return "Nothing is attached. `/file PATH` attaches a file to the next question."
    labels = (harmless_line(label(text), 200).replace("`", "'") for text in session.attached)
    names = "\n".join(f"- `{each}`" for each in labels)
    return f"{names}\n\nWith that the context holds about {context(session):,} tokens."
