"""Commands about answers: copy, write, pipe, and where one came from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from nemochat.atomic import SHARED, write_atomically
from nemochat.core.conversation import Conversation
from nemochat.core.ledger import format_money
from nemochat.core.messages import Continuation, Ending, Message, Role
from nemochat.core.parameters import format_as_input
from nemochat.core.prompt import estimate_tokens
from nemochat.core.text import count_noun, format_value
from nemochat.errors import OutputError, UsageError
from nemochat.files import expand_home, to_code_block
from nemochat.repl import clipboard, shell
from nemochat.repl.attachments import attach
from nemochat.repl.commands.branches import nth_question
from nemochat.repl.entry import parse_position, split_words
from nemochat.repl.registry import command
from nemochat.repl.session import Session
from nemochat.repl.tables import escape_markdown, markdown_table, number_range
from nemochat.screen.markdown.renderer import list_code_blocks
from nemochat.screen.text.sanitize import sanitize_line
from nemochat.store.formats import markdown


@dataclass(frozen=True, slots=True)
class Selection:
    """Part of a conversation: its text, without a line end, and its description."""

    text: str
    description: str

    @property
    def summary(self) -> str:
        """The description with the number of lines."""
        return f"{self.description} ({count_noun(self.text.count(chr(10)) + 1, 'line')})"


def _part_choices(session: Session) -> Iterator[tuple[str, str]]:
    conversation = session.chat.conversation
    last = conversation.last(Role.ASSISTANT)
    for number, block in enumerate(list_code_blocks(last.message.content) if last else [], 1):
        beginning = sanitize_line(block.code, 40)
        yield f"code {number}", f"{sanitize_line(block.info, 12)}: {beginning}".removeprefix(": ")
    yield "all", "the conversation as Markdown"
    for number, question in enumerate(conversation.questions(), 1):
        yield str(number), sanitize_line(question.message.content, 50)


@command("[N, code N or all]", choices=_part_choices)
def copy(session: Session, argument: str) -> str:
    """Copy the last answer to the clipboard, or another part of the conversation.

    `/copy 2` copies the answer to question 2, `/copy code 1` the first code block of the last
    answer, `/copy 2 code 1` that of an earlier one, `/copy all` the conversation as Markdown. The
    text goes to the system's clipboard, to tmux, and through the terminal, so it also works over
    ssh.
    """
    conversation = session.chat.conversation
    if argument == "all":
        if not conversation.head:
            raise UsageError("there is nothing to copy yet")
        part = Selection(markdown.write([conversation]).rstrip("\n"), "the conversation")
    else:
        part = select_part(conversation, argument.split())
    names = clipboard.copy(part.text, session.screen.copy, os.environ)
    return f"Copied {part.summary} via {names}."


@command("FILE [N or code N]")
def write(session: Session, argument: str) -> str:
    """Write the last answer, the answer to question N, or a code block to a file.

    `/write answer.md`, `/write answer.md 2`, `/write script.py code 1`. Quote names that
    contain spaces. You are asked before a file is overwritten.
    """
    filename, *words = split_words(argument) or [""]
    if not filename:
        raise UsageError("/write needs the name of a file")
    path = expand_home(filename)
    part = select_part(session.chat.conversation, words)
    size = existing_size(path)
    shown = escape_markdown(filename, 200)
    question = f"{sanitize_line(filename, 80)} exists ({size or 0:,} bytes). Overwrite it?"
    if size is not None and not session.confirm(question):
        return f"{shown} is unchanged."
    write_text(path, part.text + "\n")
    return f"Wrote {part.summary} to {shown}."


def select_part(conversation: Conversation, words: list[str]) -> Selection:
    """Return the part for words such as `2`, `code 1` or `2 code 1`; the last answer for none.

    Raises:
        UsageError: There is no such answer or code block.
    """
    number = ""
    if words and words[0] != "code":
        number, *words = words
    answer = _find_answer(conversation, number)
    description = f"the answer to question {number}" if number else "the last answer"
    if not words:
        return Selection(answer.content.strip("\n"), description)
    word, *numbers = words
    if word != "code" or numbers[1:]:
        raise UsageError(f"a part must be code 1, code 2 and so on, not {format_value(word)}")
    blocks = list_code_blocks(answer.content)
    if not blocks:
        raise UsageError(f"there is no code block in {description}")
    position = numbers[0] if numbers else "1" * (len(blocks) == 1)
    block = parse_position(position, len(blocks))
    if block is None:
        suffix = f", not {format_value(position)}" if position else ""
        known = number_range(len(blocks), "code block", "code blocks")
        raise UsageError(f"{description} has {known}{suffix}")
    text = blocks[block - 1].code.removesuffix("\n")
    return Selection(text, f"code block {block} of {description}")


def _find_answer(conversation: Conversation, number: str) -> Message:
    """Return the last answer, or the last one to a question."""
    if number:
        messages = _answers_to(conversation, number)
    else:
        messages = [node.message for node in conversation.path()]
    answers = [each for each in messages if each.role is Role.ASSISTANT and not each.empty]
    if not answers:
        raise UsageError(f"question {number} has no answer" if number else "there is no answer yet")
    return answers[-1]


def _answers_to(conversation: Conversation, number: str) -> list[Message]:
    """Return the messages between a question and the next one."""
    path = conversation.path()
    messages = [node.message for node in path[path.index(nth_question(conversation, number)) + 1 :]]
    roles = [message.role for message in messages]
    return messages[: roles.index(Role.USER)] if Role.USER in roles else messages


def existing_size(path: Path) -> int | None:
    """Return the size of a file that would be overwritten, in bytes, or None.

    Raises:
        UsageError: The folder is missing, or the path is not a regular file.
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
        raise UsageError(f"{name} is not a regular file")
    return status.st_size


def write_text(path: Path, text: str) -> None:
    """Write or overwrite a file, which keeps its mode; a link stays a link.

    Raises:
        OutputError: The file cannot be written, and is unchanged.
    """
    try:
        write_atomically(path, text.encode("utf-8", "replace"), mode=SHARED)
    except OSError as error:
        name = format_value(str(path))
        raise OutputError(f"{name} cannot be written ({error.strerror})") from error


@command("[N]")
def why(session: Session, argument: str) -> str:
    """Show where the last answer, or the answer to question N, came from.

    It shows the requested and the actual model, the endpoint, the parameters sent, how the answer
    ended, its tokens, cost and speed, and where it was continued.
    """
    for message in _answers_to(session.chat.conversation, argument):
        if message.provenance:
            return markdown_table(("", ""), _provenance_rows(message))
    raise UsageError("the origin of the answer is unknown")


def _provenance_rows(answer: Message) -> Iterator[tuple[str, str]]:
    origin = answer.provenance
    assert origin is not None
    yield "requested model", escape_markdown(origin.asked_model) or "unknown"
    yield "answered by", escape_markdown(origin.model) or "unknown"
    yield "endpoint", escape_markdown(origin.endpoint) or "unknown"
    sent = ", ".join(
        f"{name} {format_as_input(value)}" for name, value in origin.parameters.items()
    )
    yield "parameters sent", escape_markdown(sent, 300) or "none: the endpoint's defaults"
    yield "ending", _format_ending(answer)
    if usage := origin.usage:
        counts = {
            "in": usage.prompt_tokens,
            "of these cached": usage.cached_tokens,
            "out": usage.completion_tokens,
        }
        yield "tokens", ", ".join(f"{n:,} {name}" for name, n in counts.items() if n is not None)
        if usage.estimated_cost is not None:
            yield "cost", format_money(usage.estimated_cost)
    if origin.first_token is not None:
        yield "first token after", f"{origin.first_token:.2f} s"
    if origin.seconds is not None:
        yield "complete after", f"{origin.seconds:.2f} s"
    if (speed := origin.tokens_a_second) is not None:
        yield "speed", f"{speed:.0f} tokens/s"
    for each in origin.continued:
        yield "continued", _format_continuation(each)


def _format_ending(answer: Message) -> str:
    if answer.ending is None:
        return "unknown: nemochat was killed during the answer, or the answer was imported"
    return (
        escape_markdown(answer.outcome, 300) if answer.ending is not Ending.COMPLETE else "complete"
    )


def _format_continuation(continuation: Continuation) -> str:
    ending = f" ({escape_markdown(continuation.ending)})" if continuation.ending else ""
    overlap = f", {continuation.overlap:,} of them repeated" if continuation.overlap else ""
    return f"after {continuation.at:,} characters{ending}{overlap}"


@command("COMMAND")
def pipe(session: Session, argument: str) -> str:
    """Send the last answer to the input of a shell command, and show its output.

    Ctrl-C ends only the command.
    """
    if not argument:
        raise UsageError("/pipe needs a shell command: /pipe wc -w")
    text = select_part(session.chat.conversation, []).text
    done = _run_shell(session, argument, text + "\n")
    return "" if done.output or done.ending else "The command had no output."


def run_shell_line(session: Session, line: str) -> str:
    """Run a line typed after `!`, and offer to attach its output to the next question."""
    line = line.strip()
    if not line:
        raise UsageError("! needs a shell command: !ls")
    done = _run_shell(session, line)
    if not done.output.strip():
        return "" if done.ending else "The command had no output."
    lines, tokens = len(done.output.splitlines()), estimate_tokens(done.output)
    what = f"these {lines:,} lines" if lines > 1 else "this line"
    if not session.confirm(f"Add {what}, about {tokens:,} tokens, to the next question?"):
        return ""
    ending = f"\n\n({done.ending})" if done.ending else ""
    size = attach(session, [to_code_block(done.output, f"$ {line}", info="") + ending])
    return f"Added to the next question: {size}."


def _run_shell(session: Session, line: str, input_text: str = "") -> shell.CommandResult:
    done = shell.run(line, session.screen.output, input_text)
    if done.was_stopped:
        session.screen.output("\n")  # after the ^C on the terminal
        session.pending_lines.clear()
    if done.ending:
        session.screen.notice(f"the command {done.ending}")
    return done
