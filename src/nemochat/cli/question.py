"""What is asked: the words, what comes through a pipe, files, and what an editor makes of them."""

from __future__ import annotations

from collections.abc import Callable

from nemochat.cli import streams
from nemochat.cli.asking import Asking
from nemochat.core.conversation import Conversation
from nemochat.core.window import WINDOW, filled
from nemochat.editing import edited
from nemochat.errors import UsageError
from nemochat.files import Text, fenced, gathered

STANDARD_INPUT = ["-"]  # the words that mean: all of the question comes from there


def asked(words: list[str], asking: Asking, tell: Callable[[str], None]) -> str:
    """The question that the words, standard input, files and flags make.

    Args:
        words: The arguments.
        asking: The flags.
        tell: Takes a sentence when standard input is waited for.

    Raises:
        UsageError: there is no question, or something of it cannot be read.
    """
    alone = words == STANDARD_INPUT
    if alone and asking.no_stdin:
        raise UsageError("- is standard input, which --no-stdin does without")
    files = gathered(asking.files) if asking.files else []
    text = "" if asking.no_stdin else streams.piped(tell, typed=alone)
    said = "" if alone else " ".join(words).strip()
    if asking.edit:
        said = edited(said).strip()
        if not said:
            raise UsageError("there is no question: the editor left nothing")
    return composed(said, text, files)


def composed(words: str, text: str, files: list[Text]) -> str:
    """One question: words come first; without them a pipe's text is it, or a file that is alone.

    Raises:
        UsageError: there is nothing to ask.
    """
    texts = [fenced(each.content, each.name) for each in files]
    if words:
        asked = [words, fenced(text.rstrip())] if text.strip() else [words]
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


def refuse_too_long(question: str, talk: Conversation) -> None:
    """See that the model's context has room for a question after what was said.

    Raises:
        UsageError: it has not.
    """
    tokens = filled(talk.settings.system, talk.messages(), [question])
    if tokens > WINDOW:
        what = "the question with what was said before" if talk.nodes else "the question"
        raise UsageError(
            f"{what} is about {tokens:,} tokens, and the model's context has {WINDOW:,}",
            "Nothing was sent",
        )
