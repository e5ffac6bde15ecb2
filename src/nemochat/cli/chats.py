"""`nemochat chats`: the conversations that are kept. A door to typer; the work is in shelf.py."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

chats = typer.Typer(
    help="List, search, show, name, delete, export and import the conversations that are kept.",
    epilog="CHAT is a number of the list, a name, or the beginning of one name. Digits alone are"
    " always a number; name:7 is the conversation that is named 7. Example: nemochat chats list."
    " More: docs/conversations.md",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Chat = Annotated[str, typer.Argument(metavar="CHAT", show_default=False)]
Several = Annotated[list[str] | None, typer.Argument(metavar="CHAT…", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="as JSON")]
Most = Annotated[int, typer.Option(metavar="N", min=1, max=100_000, help="how many at most")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="do not ask")]
As = Annotated[
    str,
    typer.Option("--format", metavar="NAME", help="markdown, json, jsonl, text or html"),
]


@chats.command("list", epilog="Example: nemochat chats list --limit 5. More: docs/conversations.md")
def list_(
    *,
    limit: Most = 20,
    page: Annotated[int, typer.Option(metavar="N", min=1, help="which page of the list")] = 1,
    json: AsJson = False,
) -> int:
    """List them, the one talked in last first."""
    from nemochat.cli import shelf

    return shelf.listed(limit, page, json=json)


@chats.command(epilog="Example: nemochat chats show lamb. More: docs/conversations.md")
def show(*, chat: Chat, format_: As = "", json: AsJson = False) -> int:
    """Show a conversation: laid out on a terminal, as Markdown in a pipe."""
    from nemochat.cli import shelf

    return shelf.shown(chat, "json" if json else format_)


@chats.command(
    epilog="Example: nemochat chats search lamb '\"red wine\"'. More: docs/conversations.md"
)
def search(
    *,
    words: Annotated[list[str], typer.Argument(metavar="WORDS…", show_default=False)],
    limit: Most = 20,
    json: AsJson = False,
) -> int:
    """Find names, questions and answers in which all the words stand."""
    from nemochat.cli import shelf

    return shelf.searched(words, limit, json=json)


@chats.command(epilog="Example: nemochat chats rename 12 lamb. More: docs/conversations.md")
def rename(
    *, chat: Chat, name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
) -> int:
    """Give a conversation a name."""
    from nemochat.cli import shelf

    return shelf.renamed(chat, name)


@chats.command(epilog="Example: nemochat chats delete lamb. More: docs/conversations.md")
def delete(*, several: Several = None, yes: Yes = False) -> int:
    """Delete conversations for good, after asking."""
    from nemochat.cli import shelf

    return shelf.deleted(several or [], yes=yes)


@chats.command(epilog="Example: nemochat chats prune --older-than 90d. More: docs/conversations.md")
def prune(
    *,
    older_than: Annotated[
        str, typer.Option(metavar="TIME", help="90d, 12w or 24h without a word said")
    ],
    yes: Yes = False,
) -> int:
    """Delete the conversations in which nothing was said for long, after asking."""
    from nemochat.cli import shelf

    return shelf.pruned(older_than, yes=yes)


@chats.command(
    epilog="Example: nemochat chats export lamb --output lamb.html. More: docs/export.md"
)
def export(
    *,
    several: Several = None,
    every: Annotated[bool, typer.Option("--all", help="all of them")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="a new file to write")
    ] = None,
    format_: As = "",
) -> int:
    """Write conversations to standard output, or to a new file whose suffix tells the format."""
    from nemochat.cli import shelf

    return shelf.exported(several or [], output, format_, every=every)


@chats.command(
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
    from nemochat.cli import shelf

    return shelf.imported(files, from_)


@chats.command(
    epilog="Example: nemochat chats backup nemochat-2026.db. More: docs/conversations.md"
)
def backup(*, file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]) -> int:
    """Copy the whole database into a new file, also while others write; import reads it again."""
    from nemochat.cli import shelf

    return shelf.backed_up(file)


@chats.command(epilog="Example: ls -l $(nemochat chats path). More: docs/conversations.md")
def path() -> int:
    """Tell where the database is."""
    from nemochat.cli import shelf

    return shelf.told_path()
