"""Message as it is sent: the words typed, and the files they mention."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from nemochat.config import apply_profile
from nemochat.core.prompt import WINDOW, estimate_filled, estimate_tokens
from nemochat.errors import UsageError
from nemochat.files import gather, matches_any, to_code_block
from nemochat.repl.session import Session

# A word, or a name in quotes, after one @ or two, where a word begins.
_MENTION = r"""(?<![^\s(\[{<"'`])(@@?)("[^"\n]+"|[^\s"@]*\w[^\s"]*)"""
_TRAILING_PUNCTUATION = ".,;:!?)]}>'`*"  # marks of the sentence, not of the name


class Mention(NamedTuple):
    """A file, folder or glob that a message names after an `@`.

    Attributes:
        name: Its name.
        start: Where its `@` stands in the message.
        is_attachment: Whether its text is to be attached: not with `@@`.
    """

    name: str
    start: int
    is_attachment: bool


def build_question(session: Session, message: str) -> str:
    """The question for a message, in the profile's template.

    What was attached, and what it mentions, is taken with it; what was pasted mentions nothing.

    Raises:
        UsageError: a file that it mentions cannot be read, or the context would not hold them.
    """
    pasted = session.pastes.find_pastes(message)  # in which an @ is a decorator, or the like
    mentions = [
        mention
        for mention in find_mentions(message)
        if not any(start <= mention.start < end for start, end in pasted)
    ]
    if patterns := [mention.name for mention in mentions if mention.is_attachment]:
        texts = gather(patterns)
        new = [each for text in texts if (each := to_code_block(text.content, text.name))]
        new = [text for text in new if text not in session.attachments]
        if new:
            adding = attach(session, new)
            session.screen.notice(f"{', '.join(map(attachment_name, new))} attached: {adding}")
    for mention in reversed(mentions):
        if not mention.is_attachment:
            message = message[: mention.start] + message[mention.start + 1 :]
    question = apply_profile.render_question(
        session.connector.config.profiles, session.settings, message
    )
    attached, session.attachments = session.attachments, []
    return "\n\n".join([question, *attached])


def find_mentions(text: str) -> list[Mention]:
    """What a message names after an `@` and is there; hidden files are not meant by it."""
    mentions = []
    for match in re.finditer(_MENTION, text):
        word = match[2]
        names = [word[1:-1]] if word[0] == '"' else [word, word.rstrip(_TRAILING_PUNCTUATION)]
        name = next(
            (each for each in names if each and _is_visible(each) and matches_any(each)), ""
        )
        if name:
            mentions.append(Mention(name, match.start(), is_attachment=match[1] == "@"))
    return mentions


def attach(session: Session, texts: Sequence[str]) -> str:
    """Let texts go with the next question; return how many tokens that is about, in words.

    Raises:
        UsageError: the context would not hold them; nothing is attached.
    """
    added = sum(map(estimate_tokens, texts))
    then = estimate_context(session) + added
    if then > WINDOW:
        raise UsageError(
            f"that is about {added:,} tokens: the context would hold {then:,} of {WINDOW:,}"
        )
    session.attachments += texts
    return f"about {added:,} tokens, the context then holds about {then:,} of {WINDOW:,}"


def estimate_context(session: Session) -> int:
    """About how many tokens the conversation takes, with what is attached."""
    talk = session.chat.conversation
    return estimate_filled(session.settings.system, talk.messages(), session.attachments)


def attachment_name(text: str) -> str:
    """Under which name a text was attached."""
    return text.partition("\n")[0].removesuffix(":").strip("`")


def _is_visible(name: str) -> bool:
    """Whether no part of a path is hidden: a pasted text is not to fetch keys from a home."""
    return not any(part.startswith(".") and part.strip(".") for part in name.split("/"))
