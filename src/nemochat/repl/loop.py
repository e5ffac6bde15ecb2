"""The chat's loop: a message in, a command or a turn, until someone leaves."""

from __future__ import annotations

from nemochat.core.messages import Ending
from nemochat.errors import Ended, NemochatError
from nemochat.repl.entry import BANG, Kind, parse, resembles_command
from nemochat.repl.session import Session

SHELL_LINE = f"`{BANG}` runs a command of one line; several lines are sent as a message."


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
    entry = parse(text)
    if not entry.text.strip() and entry.kind is Kind.MESSAGE:
        return
    said = ""  # what takes a message up is loaded once there is one
    match entry.kind:
        case Kind.EXIT:
            raise EOFError
        case Kind.COMMAND:
            from nemochat.repl import registry

            said = registry.run(session, entry.text)
        case Kind.SHELL:
            from nemochat.repl.commands.shell import aside

            said = aside(session, entry.text)
        case Kind.MESSAGE:
            from nemochat.repl.question import worded

            if text.lstrip().startswith(BANG) and entry.text == text and resembles_command(text):
                session.screen.notice(SHELL_LINE)
            session.chat.say(worded(session, entry.text))
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
