"""The chat's loop: a message in, a command or a turn, until someone leaves."""

from __future__ import annotations

from nemochat.core.messages import Ending
from nemochat.errors import Ended, NemochatError
from nemochat.repl.session import Session

LEAVING = {"exit", "quit", ":q"}  # bare words that leave, alone on a line
ASKING = {"help", "?"}  # bare words that are `/help`


def run(session: Session) -> None:
    """Read and answer until there is nothing to read, or someone leaves.

    No error ends a chat, whether the endpoint's, the disk's or ours: it is told, and the next
    message is read.
    """
    while True:
        try:
            before = session.chat.conversation.head
            take(session, _next(session))
            if session.played and _stopped(session, before):
                session.played.clear()
        except EOFError:
            return
        except KeyboardInterrupt:
            session.played.clear()
        except Ended:  # a signal, or nobody is left to read the screen
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours costs one line, not the chat
            if ended := _ended(error):
                raise ended from None
            session.played.clear()
            fault = f"nemochat failed ({type(error).__name__}: {error}); see --debug"
            session.screen.notice(str(error) if isinstance(error, NemochatError) else fault)


def take(session: Session, text: str) -> None:
    """Do what a message asks for: a command, a question, or nothing; EOFError leaves."""
    bare = text.strip()
    if not bare:
        return
    if bare in LEAVING:
        raise EOFError
    bare = "/help" if bare in ASKING else bare
    said = ""  # what takes a message up is loaded once there is one
    if bare.startswith("/") and not bare.startswith("//"):
        from nemochat.repl import registry

        said = registry.run(session, bare)
    elif bare.startswith("!") and not bare.startswith("!!"):
        from nemochat.repl.commands.shell import aside

        said = aside(session, bare[1:])
    else:
        from nemochat.repl.question import worded

        session.chat.say(worded(session, bare[1:] if bare.startswith(("//", "!!")) else text))
    if said:
        session.screen.show(said)


def _ended(error: BaseException | None) -> Ended | None:
    """The end that this error came in the way of, if there was one."""
    while error is not None and not isinstance(error, Ended):
        error = error.__context__
    return error


def _stopped(session: Session, before: int | None) -> bool:
    """Whether an answer that came since was stopped by its person."""
    path = session.chat.conversation.path()
    return bool(path) and path[-1].key != before and path[-1].message.ending is Ending.INTERRUPTED


def _next(session: Session) -> str:
    """The next message: one that is being played, shown as if typed, else the person's."""
    if not session.played:
        session.runs = 0
        return session.person.message()
    line = session.played.pop(0)
    session.screen.asked(line)
    return line
