"""`nemochat help`: topics of the documentation, and commands."""

from __future__ import annotations

from nemochat.cli import output
from nemochat.cli.given import CommonOptions
from nemochat.cli.open_chat import load_settings
from nemochat.cli.root import COMMANDS
from nemochat.core.text import format_value, nearest
from nemochat.errors import UsageError
from nemochat.guide import knowledge


def show_topic(topic: str) -> bool:
    """Show the page on a topic; False for a command, which has a help of its own.

    Raises:
        UsageError: there is neither; it names the nearest.
    """
    if topic in COMMANDS or topic.startswith("-"):
        return False
    pages = knowledge.topics()
    if topic not in pages:
        near = nearest(topic, [*COMMANDS, *pages])
        hint = f"Did you mean nemochat help {near[0]}?" if near else f"Topics: {', '.join(pages)}"
        raise UsageError(f"there is no command and no topic {format_value(topic)}", hint)
    output.choose_view(load_settings(CommonOptions())).show(knowledge.topic(topic).rstrip("\n"))
    return True
