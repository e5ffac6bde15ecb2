"""What is asked when a message was typed: its words, and the texts that go with them."""

from __future__ import annotations

from nemochat import profiles
from nemochat.repl.session import Session


def worded(session: Session, typed: str) -> str:
    """The question for a message, in the profile's template; what was attached is taken with it."""
    asked = profiles.worded(session.connector.config.profiles, session.settings, typed)
    attached, session.attached = session.attached, []
    return "\n\n".join([asked, *attached])
