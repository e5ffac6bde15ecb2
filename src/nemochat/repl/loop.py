"""Loop of the chat: read an entry, run a command or a turn, until the user leaves."""

from __future__ import annotations

from nemochat.chat.secret_check import SecretWithheld
from nemochat.core.messages import Ending
from nemochat.errors import Cancelled, Ended, NemochatError
from nemochat.repl import registry
from nemochat.repl.attachments import build_question
from nemochat.repl.entry import BANG, EntryKind, parse, resembles_command
from nemochat.repl.session import Session

SHELL_LINE_NOTICE = f"`{BANG}` runs a one-line command; several lines are sent as a message."


def run(session: Session) -> None:
    """Read and handle entries until there are no more, or the user leaves.

    No error ends a chat, not even a bug: it is shown, and the next entry is read.
    """
    while True:
        try:
            head_before = session.chat.conversation.head
            handle_entry(session, _next_entry(session))
            if session.pending_lines and _has_interrupted_answer(session, head_before):
                session.pending_lines.clear()
        except EOFError:
            return
        except Cancelled:
            session.pending_lines.clear()
        except Ended:  # a signal, or the terminal was closed
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours costs one line, not the chat
            if end := _find_end(error):
                raise end from None
            session.pending_lines.clear()
            fault = (
                f"a bug in nemochat ({type(error).__name__}: {error}); --debug shows the traceback"
            )
            session.screen.notice(str(error) if isinstance(error, NemochatError) else fault)


def handle_entry(session: Session, text: str) -> None:
    """Run a command, or send a message; EOFError leaves."""
    entry = parse(text)
    output = None
    match entry.kind:
        case EntryKind.EXIT:
            raise EOFError
        case EntryKind.COMMAND:
            output = registry.run(session, entry.text)
        case EntryKind.SHELL:
            # Imported here because it loads the Markdown renderer.
            from nemochat.repl.commands.answers import run_shell_line

            output = run_shell_line(session, entry.text)
        case EntryKind.MESSAGE if entry.text.strip():
            if text.lstrip().startswith(BANG) and entry.text == text and resembles_command(text):
                session.screen.notice(SHELL_LINE_NOTICE)
            _send(session, entry.text, text)
    if output:
        session.screen.show(output)


def _send(session: Session, message: str, entry: str) -> None:
    """Send a message; one that is withheld returns to the prompt, with its attachments."""
    attached, is_typed = list(session.attachments), not session.script_count
    try:
        session.chat.say(build_question(session, message))
    except SecretWithheld:
        session.attachments[:] = attached
        if is_typed and session.chat.secret_check.confirm is not None:
            session.draft = entry
        raise


def _next_entry(session: Session) -> str:
    """Return the next line of a script, shown as if typed, or what the user enters."""
    if not session.pending_lines:
        session.script_count = 0
        return session.message_source.read_message()
    line = session.pending_lines.pop(0)
    session.screen.show_question(line)
    return line


def _has_interrupted_answer(session: Session, head_before: int | None) -> bool:
    """Return whether the user interrupted an answer that is newer than `head_before`."""
    path = session.chat.conversation.path()
    if not path or path[-1].key == head_before:
        return False
    return path[-1].message.ending is Ending.INTERRUPTED


def _find_end(error: BaseException | None) -> Ended | None:
    """Return the Ended during whose handling this error was raised, or None."""
    while error is not None and not isinstance(error, Ended):
        error = error.__context__
    return error
