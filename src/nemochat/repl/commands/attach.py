"""Commands that attach files and web pages, and that run scripts."""

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

MAX_SCRIPTS = 100  # that one /run may start, if scripts run each other


def _file_choices(session: Session) -> Iterator[tuple[str, str]]:
    if session.attachments:
        yield "clear", "remove all attachments"


@command("[PATH … or clear]", aliases=("add",), choices=_file_choices)
def file(session: Session, argument: str) -> str:
    """Attach text files to the next question: paths, globs such as `src/**/*.py`, or folders.

    `/file` alone lists the attachments, `/file clear` removes them. Quote names that
    contain spaces. A folder attaches all its text files except hidden ones, at most 100.
    """
    if not argument:
        return _list_attachments(session)
    if argument == "clear":
        session.attachments.clear()
        return "Removed all attachments."
    texts = gather(split_words(argument))
    size = attach(session, [to_code_block(text.content, text.name) for text in texts])
    names = escape_markdown(texts[0].name, 200) if len(texts) == 1 else f"{len(texts)} files"
    return f"Attached {names} to the next question: {size}."


def _list_attachments(session: Session) -> str:
    if not session.attachments:
        return "There are no attachments. `/file PATH` attaches a file to the next question."
    labels = (
        sanitize_line(attachment_name(text), 200).replace("`", "'") for text in session.attachments
    )
    names = "\n".join(f"- `{label}`" for label in labels)
    return f"{names}\n\nWith them, the context holds about {estimate_context(session):,} tokens."


@command("FILE")
def run(session: Session, argument: str) -> str:
    """Run a script: each line of a file as if typed. Ctrl-C or an error ends it.

    If a command asks a question, the next line answers it. A script may run others.
    """
    if not argument:
        raise UsageError("/run needs the name of a script")
    path = expand_home("".join(split_words(argument)[:1]))
    if session.script_count >= MAX_SCRIPTS:
        raise UsageError(
            f"{format_value(str(path))} was not run: {MAX_SCRIPTS} scripts have already run"
        )
    lines = LineSource(iter(read_text(path).splitlines()), session.screen, echo=False)
    messages = []
    try:
        while True:
            messages.append(lines.read_message())
    except EOFError:
        session.pending_lines[:0] = messages
    session.script_count += 1
    return "" if messages else "The script is empty."


@command("ADDRESS")
def url(session: Session, argument: str) -> str:
    """Fetch a web page and attach its text to the next question.

    Off unless the setting `urls` is `on`. Pages on this machine or its network and pages of
    more than 2 MB are refused; scripts, styles and pictures are left out.
    """
    if not argument or len(argument.split()) > 1:
        raise UsageError("/url needs the address of one page")
    config = session.factory.config
    if config.text("urls") != "on":
        raise UsageError(
            "/url is off, because it lets this machine fetch pages",
            "Run nemochat config set urls on, or start nemochat with --urls",
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
    size = attach(session, [to_code_block(text, page.address, info=info)])
    return f"Attached {escape_markdown(page.address, 200)} to the next question: {size}."
