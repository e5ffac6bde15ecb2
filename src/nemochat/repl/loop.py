"""Loop of the chat: read an entry, run a command or a turn, until the user leaves."""

from __future__ import annotations

from nemochat.chat.secret_check import SecretWithheld
from nemochat.core.messages import Ending
from nemochat.errors import Cancelled, Ended, NemochatError
from nemochat.repl import registry
from nemochat.repl.attachments import build_question
from nemochat.repl.entry import BANG, EntryKind, parse, resembles_command
from nemochat.repl.session import Session

SHELL_LINE_NOTICE = f"`{BANG}` runs a command of one line; several lines are sent as a message."


def run(session: Session) -> None:
    """Read and answer until there is nothing to read, or someone leaves.

    No error ends a chat, whether the endpoint's, the disk's or ours: it is told, and the next
    message is read.
    """
    while True:
        try:
            before = session.chat.conversation.head
            handle_message(session, _next_message(session))
            if session.pending_lines and _has_interrupted_answer(session, before):
                session.pending_lines.clear()
        except EOFError:
            return
        except Cancelled:
            session.pending_lines.clear()
        except Ended:  # a signal, or nobody is left to read the screen
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours costs one line, not the chat
            if end := _find_end(error):
                raise end from None
            session.pending_lines.clear()
            fault = f"nemochat failed ({type(error).__name__}: {error}); see --debug"
            session.screen.notice(str(error) if isinstance(error, NemochatError) else fault)


def handle_message(session: Session, text: str) -> None:
    """Do what a message asks for: a command, a question, or nothing; EOFError leaves."""
    entry = parse(text)
    if not entry.text.strip() and entry.kind is EntryKind.MESSAGE:
        return
    output = ""
    match entry.kind:
        case EntryKind.EXIT:
            raise EOFError
        case EntryKind.COMMAND:
            output = registry.run(session, entry.text)
        case EntryKind.SHELL:
            # It loads the Markdown renderer.
            from nemochat.repl.commands.answers import run_shell_line

            output = run_shell_line(session, entry.text)
        case EntryKind.MESSAGE:
            if text.lstrip().startswith(BANG) and entry.text == text and resembles_command(text):
                session.screen.notice(SHELL_LINE_NOTICE)
            _send(session, entry.text, text)
    if output:
        session.screen.show(output)


def _send(session: Session, message: str, entry: str) -> None:
    """Send a message; one that is withheld stands on the next prompt, with what was attached."""
    attached, typed = list(session.attachments), not session.script_count
    try:
        session.chat.say(build_question(session, message))
    except SecretWithheld:
        session.attachments[:] = attached
        if typed and session.chat.secret_check.confirm is not None:
            session.draft = entry
        raise


def _find_end(error: BaseException | None) -> Ended | None:
    """The end that this error came in the way of, if there was one."""
    while error is not None and not isinstance(error, Ended):
        error = error.__context__
    return error


def _has_interrupted_answer(session: Session, before: int | None) -> bool:
    """Whether an answer that came since was stopped by its person."""
    path = session.chat.conversation.path()
    return bool(path) and path[-1].key != before and path[-1].message.ending is Ending.INTERRUPTED


def _next_message(session: Session) -> str:
    """The next message: one that is being played, shown as if typed, else the person's."""
    if not session.pending_lines:
        session.script_count = 0
        return session.message_source.read_message()
    line = session.pending_lines.pop(0)
    session.screen.show_question(line)
    return line
