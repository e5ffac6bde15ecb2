"""`nemochat show` and `nemochat help`: pages of Markdown, and the help of commands."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from nemochat.cli import output, streams
from nemochat.cli.app import COMMANDS, create_app
from nemochat.cli.open_chat import load_settings
from nemochat.cli.options import CommonOptions
from nemochat.core.text import format_value, nearest
from nemochat.errors import UsageError
from nemochat.files import read_text
from nemochat.guide import knowledge
from nemochat.screen.plain import say

show_app = create_app("looks")
help_app = create_app("start")


@show_app.command(example="nemochat show README.md\ncurl -s URL | nemochat show -")
def show(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="a Markdown file; - is standard input")
    ],
    *,
    context: typer.Context,
) -> int:
    """Show a Markdown file, formatted like an answer."""
    config = load_settings(context.ensure_object(CommonOptions))
    if file == streams.STANDARD_STREAM:
        text = streams.read_stdin(lambda notice: say(sys.stderr, notice))
    else:
        text = read_text(file)
    output.choose_view(config).show(text.rstrip("\n"))
    return 0


@help_app.command(
    "help", example="nemochat help chats list\nnemochat help topics\nnemochat help tokens"
)
def show_help(
    *,
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="COMMAND|TOPIC", show_default=False)
    ] = None,
) -> int:
    """Show the help of a command, or a topic of the documentation.

    If a command and a topic have the same name, `help topic NAME` shows the topic.
    """
    if not words or words[0] in COMMANDS:
        root = context.find_root()
        root.command.main(
            [*(words or ()), "--help"], prog_name=root.info_name, standalone_mode=False
        )
        return 0
    config = load_settings(context.ensure_object(CommonOptions))
    output.choose_view(config).show(_find_page(words).rstrip("\n"))
    return 0


def _find_page(words: list[str]) -> str:
    """Return a page of the documentation as Markdown, or the list of all pages.

    Raises:
        UsageError: there is no such page.
    """
    topics = knowledge.topics()
    if words in (["topic"], ["topics"]):
        lines = (f"- `{name}`: {title}" for name, title in topics.items())
        return "\n".join(["# Topics", "", *lines, "", "`nemochat help topic NAME` shows one."])
    topic = " ".join(words[1:] if words[0] == "topic" else words)
    if topic in topics:
        return knowledge.topic(topic)
    if near := nearest(topic, [*COMMANDS, *topics]):
        hint = f"Did you mean nemochat help {near[0]}?"
    elif len(words) > 1:
        hint = f"To ask it as a question: {shlex.join(['nemochat', 'ask', 'help', *words])}"
    else:
        hint = "nemochat help topics lists the topics"
    raise UsageError(f"there is no command and no topic {format_value(topic)}", hint)
