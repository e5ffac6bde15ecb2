"""What does `nemochat help TOPIC` tell?"""

from __future__ import annotations

from nemochat.cli import views
from nemochat.cli.given import Given
from nemochat.cli.opening import configured
from nemochat.cli.root import COMMANDS
from nemochat.core.nearest import nearest
from nemochat.core.values import shown
from nemochat.errors import UsageError
from nemochat.guide import knowledge


def told(topic: str) -> bool:
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
        raise UsageError(f"there is no command and no topic {shown(topic)}", hint)
    views.choose(configured(Given())).show(knowledge.topic(topic).rstrip("\n"))
    return True
