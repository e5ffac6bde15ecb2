"""Commands about prompts: the system prompt, and editing a question."""

from __future__ import annotations

from nemochat.core.messages import Message, Role
from nemochat.core.parameters import TABLE, parse_changes
from nemochat.core.text import count_noun, format_value
from nemochat.errors import UsageError
from nemochat.files import expand_home, read_text
from nemochat.repl.arguments import parse_number
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.repl.tables import escape_markdown


@command("[TEXT, @FILE or clear]", choices=lambda _: [("clear", "no system prompt")])
def system(session: Session, argument: str) -> str:
    """Set, show or clear the system prompt; it holds from the next question on."""
    settings = session.settings
    if not argument:
        return (
            f"The system prompt is:\n\n{settings.system}" if settings.system else "There is none."
        )
    if argument == "clear":
        settings.system = ""
    elif argument.startswith("@"):
        settings.system = read_text(expand_home(argument[1:].strip()))
    else:
        settings.system = argument
    session.chat.mark()
    return "The system prompt is set." if settings.system else "The system prompt is cleared."


@command(
    "[NAME=VALUE …]",
    aliases=("regenerate", "regen"),
    choices=lambda _: [(f"{row.name}=", str(row.takes)) for row in TABLE],
)
def retry(session: Session, argument: str) -> str:
    """Ask the last question again; the old answer stays beside the new one.

    `/retry temperature=1.2` asks with another parameter, for this once. `/branch` goes back to
    the old answer, and `/diff` shows how the two differ.
    """
    session.chat.retry(parse_changes(argument))
    return ""


@command()
def continue_(session: Session, _argument: str) -> str:
    """Go on with an answer that was cut or stopped: its rest is asked for and joined to it."""
    session.chat.resume()
    return ""


@command("[N]", aliases=("rewind",))
def undo(session: Session, argument: str) -> str:
    """Take back the last question and its answer, or the last N; `/redo` brings them again.

    Nothing is deleted: `/tree` shows what was taken back.
    """
    done = session.chat.conversation.undo(_parse_count(argument))
    session.chat.mark()
    return f"Took back {count_noun(done, 'turn')}. {_describe_last_question(session)}"


@command("[N]")
def redo(session: Session, argument: str) -> str:
    """Bring back what `/undo` took, or N turns of it."""
    done = session.chat.conversation.redo(_parse_count(argument))
    session.chat.mark()
    return f"Brought back {count_noun(done, 'turn')}. {_describe_last_question(session)}"


def _parse_count(argument: str) -> int:
    if not argument:
        return 1
    count = parse_number(argument)
    if not count:
        raise UsageError(f"a number of turns is 1 or more, not {format_value(argument)}")
    return count


def _describe_last_question(session: Session) -> str:
    question: Message | None = None
    if node := session.chat.conversation.last(Role.USER):
        question = node.message
    if question is None:
        return "Nothing is left."
    return f"The last question is now: {escape_markdown(question.content)}"
