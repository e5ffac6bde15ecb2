"""Question of `ask`: words, standard input, files, or a text from an editor."""

from __future__ import annotations

from collections.abc import Callable

from nemochat.cli import streams
from nemochat.cli.ask_options import AskOptions
from nemochat.editor import edit_text
from nemochat.errors import UsageError
from nemochat.files import Text, gather, to_code_block

STANDARD_INPUT = ["-"]  # the words that mean: all of the question comes from there


def read_question(words: list[str], options: AskOptions, notify: Callable[[str], None]) -> str:
    """The question that the words, standard input, files and flags make.

    Args:
        words: The arguments.
        options: The flags.
        notify: Takes a sentence when standard input is waited for.

    Raises:
        UsageError: there is no question, or something of it cannot be read.
    """
    alone = words == STANDARD_INPUT
    if alone and options.no_stdin:
        raise UsageError("- is standard input, which --no-stdin does without")
    files = gather(options.files) if options.files else []
    text = "" if options.no_stdin else streams.read_stdin(notify, from_terminal=alone)
    said = "" if alone else " ".join(words).strip()
    if options.edit:
        said = edit_text(said).strip()
        if not said:
            raise UsageError("there is no question: the editor left nothing")
    return compose_question(said, text, files)


def compose_question(words: str, text: str, files: list[Text]) -> str:
    """One question: words come first; without them a pipe's text is it, or a file that is alone.

    Raises:
        UsageError: there is nothing to ask.
    """
    texts = [to_code_block(each.content, each.name) for each in files]
    if words:
        asked = [words, to_code_block(text.rstrip())] if text.strip() else [words]
    elif text.strip():
        asked = [text.strip("\r\n")]
    elif len(files) == 1:
        asked, texts = [files[0].content.strip("\r\n")], []
    else:
        asked = []
    question = "\n\n".join([*asked, *texts])
    if not question.strip():
        raise UsageError("there is no question: give it as arguments or through a pipe")
    return question
