"""The chat's loop: a line in, a command or a turn, until someone leaves."""

from __future__ import annotations

from collections.abc import Callable

from nemochat.errors import NemochatError
from nemochat.parts import Screen
from nemochat.repl import registry
from nemochat.repl.session import Session

LEAVING = {"exit", "quit", ":q"}  # bare words that leave, alone on a line


def run(session: Session, read: Callable[[], str], screen: Screen) -> None:
    """Read and answer until there is nothing to read, or someone leaves.

    Args:
        session: The chat.
        read: The next line. EOFError leaves; KeyboardInterrupt takes the line back.
        screen: Where answers, and what commands return, are shown.
    """
    while True:
        try:
            line = read()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        try:
            take(session, line, screen)
        except EOFError:
            return
        except NemochatError as error:
            screen.notice(str(error))
        except KeyboardInterrupt:
            screen.notice("stopped")


def take(session: Session, line: str, screen: Screen) -> None:
    """Do what one line asks for: a command, a question, or nothing; EOFError leaves."""
    text = line.strip()
    if not text:
        return
    if text in LEAVING:
        raise EOFError
    if text.startswith("//"):
        session.chat.say(text[1:])
    elif text.startswith("/"):
        if said := registry.run(session, text):
            screen.show(said)
    else:
        session.chat.say(line)
