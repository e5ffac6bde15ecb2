"""What is asked when a message was typed: its words, and the texts that go with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from nemochat import profiles
from nemochat.core.window import WINDOW, estimated_tokens, filled
from nemochat.errors import UsageError
from nemochat.files import fenced, gathered, named
from nemochat.repl.session import Session

# A word, or a name in quotes, after one @ or two, where a word begins.
_MENTION = re.compile(r"""(?<![^\s(\[{<"'`])(@@?)("[^"\n]+"|[^\s"@]*\w[^\s"]*)""")
_AFTER_A_NAME = ".,;:!?)]}>'`*"  # marks of the sentence, not of the name


class Mention(NamedTuple):
    """A file, folder or glob that a message names after an `@`.

    Attributes:
        name: Its name.
        start: Where its `@` stands in the message.
        meant: Whether its text is to be attached: not with `@@`.
    """

    name: str
    start: int
    meant: bool


def worded(session: Session, typed: str) -> str:
    """The question for a message, in the profile's template.

    What was attached, and what it mentions, is taken with it; what was pasted mentions nothing.

    Raises:
        UsageError: a file that it mentions cannot be read, or the context would not hold them.
    """
    pasted = session.folds.pasted_in(typed)  # in which an @ is a decorator, or the like
    mentions = [
        mention
        for mention in mentioned(typed)
        if not any(start <= mention.start < end for start, end in pasted)
    ]
    if patterns := [mention.name for mention in mentions if mention.meant]:
        texts = gathered(patterns)
        new = [each for text in texts if (each := fenced(text.content, text.name))]
        new = [text for text in new if text not in session.attached]
        if new:
            adding = attach(session, new)
            session.screen.notice(f"{', '.join(map(label, new))} attached: {adding}")
    for mention in reversed(mentions):
        if not mention.meant:
            typed = typed[: mention.start] + typed[mention.start + 1 :]
    asked = profiles.worded(session.connector.config.profiles, session.settings, typed)
    attached, session.attached = session.attached, []
    return "\n\n".join([asked, *attached])


def mentioned(text: str) -> list[Mention]:
    """What a message names after an `@` and is there; hidden files are not meant by it."""
    found = []
    for match in _MENTION.finditer(text):
        word = match[2]
        names = [word[1:-1]] if word[0] == '"' else [word, word.rstrip(_AFTER_A_NAME)]
        name = next((each for each in names if each and _visible(each) and named(each)), "")
        if name:
            found.append(Mention(name, match.start(), meant=match[1] == "@"))
    return found


def attach(session: Session, texts: Sequence[str]) -> str:
    """Let texts go with the next question; return how many tokens that is about, in words.

    Raises:
        UsageError: the context would not hold them; nothing is attached.
    """
    added = sum(map(estimated_tokens, texts))
    then = context(session) + added
    if then > WINDOW:
        raise UsageError(
            f"that is about {added:,} tokens: the context would hold {then:,} of {WINDOW:,}"
        )
    session.attached += texts
    return f"about {added:,} tokens, the context then holds about {then:,} of {WINDOW:,}"


def context(session: Session) -> int:
    """About how many tokens the conversation takes, with what is attached."""
    talk = session.chat.conversation
    return filled(session.settings.system, talk.messages(), session.attached)


def label(attached: str) -> str:
    """Under which name a text was attached."""
    return attached.partition("\n")[0].removesuffix(":").strip("`")


def _visible(name: str) -> bool:
    """Whether no part of a path is hidden: a pasted text is not to fetch keys from a home."""
    return not any(part.startswith(".") and part.strip(".") for part in name.split("/"))
