"""Commands of the shell: with the answer as their input, or their output as a question's text."""

from __future__ import annotations

from nemochat.core.window import estimated_tokens
from nemochat.errors import UsageError
from nemochat.files import fenced
from nemochat.repl import shell
from nemochat.repl.commands.answers import chosen
from nemochat.repl.question import attach
from nemochat.repl.registry import command
from nemochat.repl.session import Session


@command("COMMAND")
def pipe(session: Session, argument: str) -> str:
    """Give the last answer to a shell command as its input, and show what it writes.

    Ctrl-C ends the command, and not the chat.
    """
    if not argument:
        raise UsageError("/pipe takes a command of the shell: /pipe wc -w")
    text = chosen(session.chat.conversation, []).text
    done = _ran(session, argument, text + "\n")
    if not done.output and not done.ending:
        return "The command wrote nothing."
    return ""


def aside(session: Session, typed: str) -> str:
    """Run what was typed after a `!`, and ask whether its output goes with the next question."""
    if not typed.strip():
        raise UsageError("a ! takes a command of the shell: !ls")
    done = _ran(session, typed.strip())
    if not done.output.strip():
        return "" if done.ending else "The command wrote nothing."
    lines, tokens = len(done.output.splitlines()), estimated_tokens(done.output)
    what = f"these {lines} lines" if lines > 1 else "this line"
    if not session.agreed(f"Add {what}, about {tokens:,} tokens, to the next question?"):
        return ""
    ending = f"\n\n({done.ending})" if done.ending else ""
    adding = attach(session, [fenced(done.output, f"$ {typed.strip()}", info="") + ending])
    return f"Added: {adding}."


def _ran(session: Session, line: str, given: str = "") -> shell.Done:
    done = shell.run(line, session.screen.output, given)
    if done.stopped:
        session.screen.output("\n")  # after the ^C that stands on the terminal
        session.played.clear()
    if done.ending:
        session.screen.notice(f"the command {done.ending}")
    return done
