"""What is asked when a message was typed: its words, and the texts that go with them."""

from __future__ import annotations

from nemochat.repl.session import Session


def worded(session: Session, typed: str) -> str:
    """The question for a message; what was attached is taken with it."""
    attached, session.attached = session.attached, []
    return "\n\n".join([typed, *attached])
