"""Commands that attach files and pages, and that run scripts."""

from __future__ import annotations

from collections.abc import Iterator

from nemochat.core.text import format_value
from nemochat.errors import UsageError
from nemochat.files import expand_home, gather, read_text, to_code_block
from nemochat.repl.attachments import attach, attachment_name, estimate_context
from nemochat.repl.entry import split_words
from nemochat.repl.prompt.lines import LineSource
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.repl.tables import escape_markdown
from nemochat.screen.text.sanitize import sanitize_line
from nemochat.web.html_to_text import html_to_text

MAX_SCRIPTS = 100  # files that one /run leads to, where they play each other


def _file_choices(session: Session) -> Iterator[tuple[str, str]]:
    if session.attachments:
        yield "clear", "take away what is attached"


@command("[PATH … or clear]", aliases=("add",), choices=_file_choices)
def file(session: Session, argument: str) -> str:
    """Attach text files to the next question: paths, globs such as `src/**/*.py`, or folders.

    `/file` alone lists what is attached, `/file clear` takes it away. A name with blanks stands in
    quotes. Of a folder all text files are taken, but hidden ones, at most 100.
    """
    if not argument:
        return _list_attachments(session)
    if argument == "clear":
        session.attachments.clear()
        return "Nothing is attached."
    texts = gather(split_words(argument))
    adding = attach(session, [to_code_block(text.content, text.name) for text in texts])
    what = escape_markdown(texts[0].name, 200) if len(texts) == 1 else f"{len(texts)} files"
    return f"{what}: {adding}. The next question takes what is attached with it."


@command("FILE")
def run(session: Session, argument: str) -> str:
    """Play a file of lines, each as if it were typed; Ctrl-C and an error end the playing.

    Where a command asks something back, the file's next line is the answer. A file may play others.
    """
    if not argument:
        raise UsageError("/run takes the name of a file of lines")
    path = expand_home("".join(split_words(argument)[:1]))
    if session.script_count >= MAX_SCRIPTS:
        raise UsageError(
            f"{format_value(str(path))} is not played: {MAX_SCRIPTS} files were already"
        )
    lines = LineSource(iter(read_text(path).splitlines()), session.screen, echo=False)
    messages = []
    try:
        while True:
            messages.append(lines.read_message())
    except EOFError:
        session.pending_lines[:0] = messages
    session.script_count += 1
    return "" if messages else "There is nothing in it."


def _list_attachments(session: Session) -> str:
    if not session.attachments:
        return "Nothing is attached. `/file PATH` attaches a file to the next question."
    labels = (
        sanitize_line(attachment_name(text), 200).replace("`", "'") for text in session.attachments
    )
    names = "\n".join(f"- `{each}`" for each in labels)
    return f"{names}\n\nWith that the context holds about {estimate_context(session):,} tokens."


@command("ADDRESS")
def url(session: Session, argument: str) -> str:
    """Fetch a page of the web and attach its text to the next question.

    Off until the setting `urls` is `on`. Pages of this machine and of its network are never
    fetched, nor more than 2 MB; scripts, styles and pictures are left out.
    """
    if not argument or len(argument.split()) > 1:
        raise UsageError("/url takes the address of one page")
    config = session.connector.config
    if config.text("urls") != "on":
        raise UsageError(
            "/url is off, for it lets this machine fetch pages",
            'Put urls = "on" into the configuration, or start with --urls on',
        )
    from nemochat.web.fetch import fetch_page

    proxy = config.text("proxy")
    page = fetch_page(
        argument,
        ca_bundle=config.text("ca_bundle"),
        proxy={"": None, "none": ""}.get(proxy, proxy),
    )
    text = html_to_text(page.text) if page.html else page.text.strip("\n")
    if not text.strip():
        raise UsageError(f"there is no text at {format_value(page.address, 80)}")
    info = "markdown" if page.html else None
    adding = attach(session, [to_code_block(text, page.address, info=info)])
    return f"{escape_markdown(page.address, 200)}: {adding}."
