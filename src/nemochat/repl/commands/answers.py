"""Commands about answers: copy, write, pipe, show, and where one came from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from nemochat.atomic import SHARED, write_atomically
from nemochat.core.conversation import Conversation, MessageNode
from nemochat.core.ledger import format_money
from nemochat.core.messages import Continuation, Ending, Message, Role
from nemochat.core.parameters import format_as_input
from nemochat.core.prompt import estimate_tokens
from nemochat.core.text import count_noun, format_value
from nemochat.errors import OutputError, UsageError
from nemochat.files import expand_home, to_code_block
from nemochat.repl.arguments import parse_position, split_words
from nemochat.repl.attachments import attach
from nemochat.repl.commands.branches import nth_question
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.repl.system import clipboard, run_command
from nemochat.repl.tables import escape_markdown, number_range
from nemochat.screen.markdown.renderer import list_code_blocks
from nemochat.screen.text.sanitize import sanitize_line
from nemochat.store.formats import markdown


@dataclass(frozen=True, slots=True)
class Selection:
    """A part of the conversation: its text, without a line end, and what it is in words."""

    text: str
    description: str


def _part_choices(session: Session) -> Iterator[tuple[str, str]]:
    talk = session.chat.conversation
    last = talk.last(Role.ASSISTANT)
    blocks = list_code_blocks(last.message.content) if last else []
    for number, block in enumerate(blocks, 1):
        beginning = sanitize_line(block.code, 40)
        yield f"code {number}", f"{sanitize_line(block.info, 12)}: {beginning}".removeprefix(": ")
    yield "all", "the whole conversation, as Markdown"
    for number, question in enumerate(talk.questions(), 1):
        yield str(number), sanitize_line(question.message.content, 50)


@command("[N, code N or all]", choices=_part_choices)
def copy(session: Session, argument: str) -> str:
    """Copy the last answer to the clipboard, or another part of the conversation.

    `/copy 2` copies the answer to question 2, `/copy code 1` the first code block of the last
    answer, `/copy 2 code 1` that of an earlier one, `/copy all` the conversation as Markdown. It
    goes to the clipboard of the system where there is one, to tmux, and through the terminal, so
    that it works over ssh too.
    """
    talk = session.chat.conversation
    if argument == "all":
        if not talk.head:
            raise UsageError("there is nothing to copy yet")
        part = Selection(markdown.write([talk]).rstrip("\n"), "the conversation")
    else:
        part = select_part(talk, argument.split())
    ways = clipboard.copy(part.text, session.screen.copy, os.environ)
    return f"Copied {part.description} ({_format_size(part.text)}) by {ways}."


@command("FILE [N or code N]")
def write(session: Session, argument: str) -> str:
    """Write the last answer to a file, or the answer to question N, or a code block.

    `/write answer.md`, `/write answer.md 2`, `/write script.py code 1`. A name with blanks stands
    in quotes. Before a file that is there is written over, you are asked.
    """
    filename, *which = split_words(argument) or [""]
    if not filename:
        raise UsageError("/write takes the name of a file")
    path = expand_home(filename)
    part = select_part(session.chat.conversation, which)
    there = existing_size(path)
    name = sanitize_line(filename, 80)
    if there is not None and not session.confirm(
        f"{name} ({there:,} bytes) is there. Overwrite it?"
    ):
        return f"{escape_markdown(filename, 200)} is left as it is."
    write_text(path, part.text + "\n")
    return (
        f"Wrote {part.description} ({_format_size(part.text)}) to {escape_markdown(filename, 200)}."
    )


def select_part(conversation: Conversation, which: list[str]) -> Selection:
    """What words such as `2`, `code 1` or `2 code 1` choose; none choose the last answer.

    Raises:
        UsageError: there is no such answer or block.
    """
    number = ""
    if which and which[0] != "code":
        number, *which = which
    answer = _find_answer(conversation, number)
    what = f"the answer to question {number}" if number else "the last answer"
    if not which:
        return Selection(answer.content.strip("\n"), what)
    word, *numbers = which
    if word != "code" or numbers[1:]:
        raise UsageError(
            f"of an answer there is code 1, code 2 and so on, not {format_value(word)}"
        )
    blocks = list_code_blocks(answer.content)
    if not blocks:
        raise UsageError(f"there is no code block in {what}")
    position = numbers[0] if numbers else "1" * (len(blocks) == 1)
    block = parse_position(position, len(blocks))
    if block is None:
        suffix = f", not {format_value(position)}" if position else ""
        there = number_range(len(blocks), "code block", "code blocks")
        raise UsageError(f"{what} has {there}{suffix}")
    text = blocks[block - 1].code.removesuffix("\n")
    return Selection(text, f"code block {block} of {what}")


def _find_answer(conversation: Conversation, number: str) -> Message:
    """The last answer, or the last one to the question of this number."""
    nodes = conversation.path()
    if number:
        start = nodes.index(nth_question(conversation, number)) + 1
        after = [at for at in range(start, len(nodes)) if nodes[at].message.role is Role.USER]
        nodes = nodes[start : after[0] if after else len(nodes)]
    answers = [n.message for n in nodes if n.message.role is Role.ASSISTANT and not n.message.empty]
    if not answers:
        raise UsageError(f"question {number} has no answer" if number else "there is no answer yet")
    return answers[-1]


def _format_size(text: str) -> str:
    return count_noun(text.count("\n") + 1, "line")


def existing_size(path: Path) -> int | None:
    """How many bytes a file has that would be written over; None if there is none.

    Raises:
        UsageError: nothing can be written there: the folder is missing, or something else stands
            in its place.
    """
    name = format_value(str(path))
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        if not path.parent.is_dir():
            raise UsageError(f"there is no folder {format_value(str(path.parent))}") from None
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{name} cannot be written ({reason})") from error
    if S_ISDIR(status.st_mode):
        raise UsageError(f"{name} is a folder")
    if not S_ISREG(status.st_mode):
        raise UsageError(f"{name} is no regular file")
    return status.st_size


def write_text(path: Path, text: str) -> None:
    """Write a file, or write over one: it keeps its mode, and a link stays a link.

    Raises:
        OutputError: it cannot be written; what was there is as it was.
    """
    try:
        write_atomically(path, text.encode("utf-8", "replace"), mode=SHARED)
    except OSError as error:
        name = format_value(str(path))
        raise OutputError(f"{name} cannot be written ({error.strerror})") from error


@command("[N]")
def why(session: Session, argument: str) -> str:
    """Show where the last answer came from, or the one to question N.

    The model that was asked for and the one that answered, the endpoint, the parameters that were
    sent, how it ended, tokens and cost, how fast it was, and where it was gone on with.
    """
    answer = _find_provenance_answer(session.chat.conversation, argument)
    rows = "\n".join(f"| {name} | {value} |" for name, value in _provenance_rows(answer))
    return f"| | |\n|---|---|\n{rows}"


def _find_provenance_answer(conversation: Conversation, argument: str) -> Message:
    question = nth_question(conversation, argument)
    path = conversation.path()
    after: list[MessageNode] = path[path.index(question) + 1 :]
    for node in after:
        if node.message.role is Role.USER:
            break
        if node.message.provenance:
            return node.message
    raise UsageError("this question has no answer whose origin is known")


def _provenance_rows(answer: Message) -> Iterator[tuple[str, str]]:
    origin = answer.provenance
    assert origin is not None
    yield "asked for", escape_markdown(origin.asked_model) or "not known"
    yield "answered by", escape_markdown(origin.model) or "not told"
    yield "endpoint", escape_markdown(origin.endpoint) or "not known"
    sent = ", ".join(
        f"{name} {format_as_input(value)}" for name, value in origin.parameters.items()
    )
    yield "parameters sent", escape_markdown(sent, 300) or "none: the endpoint's defaults"
    yield "ending", _format_ending(answer)
    if usage := origin.usage:
        counts = {
            "in": usage.prompt_tokens,
            "of them cached": usage.cached_tokens,
            "out": usage.completion_tokens,
        }
        yield "tokens", ", ".join(f"{n} {name}" for name, n in counts.items() if n is not None)
        if usage.estimated_cost is not None:
            yield "cost", format_money(usage.estimated_cost)
    if origin.first_token is not None:
        yield "first piece after", f"{origin.first_token:.2f} s"
    if origin.seconds is not None:
        yield "whole after", f"{origin.seconds:.2f} s"
    if (speed := origin.tokens_a_second) is not None:
        yield "speed", f"{speed:.0f} tokens a second"
    for joined in origin.continued:
        yield "gone on with", _format_continuation(joined)


def _format_ending(answer: Message) -> str:
    if answer.ending is None:
        return "none: nemochat was ended while it came, or it was imported"
    return (
        escape_markdown(answer.outcome, 300) if answer.ending is not Ending.COMPLETE else "complete"
    )


def _format_continuation(continuation: Continuation) -> str:
    why_cut = f" ({escape_markdown(continuation.ending)})" if continuation.ending else ""
    repeated = f", of which {continuation.overlap} were repeated" if continuation.overlap else ""
    return f"after {continuation.at} characters{why_cut}{repeated}"


@command("COMMAND")
def pipe(session: Session, argument: str) -> str:
    """Give the last answer to a shell command as its input, and show what it writes.

    Ctrl-C ends the command, and not the chat.
    """
    if not argument:
        raise UsageError("/pipe takes a command of the shell: /pipe wc -w")
    text = select_part(session.chat.conversation, []).text
    done = _run_shell(session, argument, text + "\n")
    if not done.output and not done.ending:
        return "The command wrote nothing."
    return ""


def run_shell_line(session: Session, line: str) -> str:
    """Run what was typed after a `!`, and ask whether its output goes with the next question."""
    if not line.strip():
        raise UsageError("a ! takes a command of the shell: !ls")
    done = _run_shell(session, line.strip())
    if not done.output.strip():
        return "" if done.ending else "The command wrote nothing."
    lines, tokens = len(done.output.splitlines()), estimate_tokens(done.output)
    what = f"these {lines} lines" if lines > 1 else "this line"
    if not session.confirm(f"Add {what}, about {tokens:,} tokens, to the next question?"):
        return ""
    ending = f"\n\n({done.ending})" if done.ending else ""
    adding = attach(session, [to_code_block(done.output, f"$ {line.strip()}", info="") + ending])
    return f"Added: {adding}."


def _run_shell(session: Session, line: str, input_text: str = "") -> run_command.CommandResult:
    done = run_command.run(line, session.screen.output, input_text)
    if done.was_stopped:
        session.screen.output("\n")  # after the ^C that stands on the terminal
        session.pending_lines.clear()
    if done.ending:
        session.screen.notice(f"the command {done.ending}")
    return done
