"""Question that is sent for a message: its text, and the files that it mentions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from nemochat.config import apply_profile
from nemochat.core.prompt import WINDOW, estimate_filled, estimate_tokens
from nemochat.files import gather, matches_any, to_code_block
from nemochat.repl.session import Session

# At the start of a word, one @ or two, and a name or a name in quotes.
_MENTION = r"""(?<![^\s(\[{<"'`])(@@?)("[^"\n]+"|[^\s"@]*\w[^\s"]*)"""
_TRAILING_PUNCTUATION = ".,;:!?)]}>'`*"  # of the sentence, not of the name


class Mention(NamedTuple):
    """A file, folder or glob after an `@` in a message.

    Attributes:
        name: Its name.
        start: The position of its `@`.
        is_attachment: Whether to attach its text; False after `@@`.
    """

    name: str
    start: int
    is_attachment: bool


def build_question(session: Session, message: str) -> str:
    """Return the question for a message, in the profile's template and with all attachments.

    A mention in a paste attaches nothing.

    Raises:
        UsageError: A file that it mentions cannot be read.
    """
    pastes = session.pastes.find_pastes(message)  # in code, an @ may begin a decorator
    mentions = [
        mention
        for mention in find_mentions(message)
        if not any(start <= mention.start < end for start, end in pastes)
    ]
    if patterns := [mention.name for mention in mentions if mention.is_attachment]:
        blocks = [to_code_block(text.content, text.name) for text in gather(patterns)]
        new = [block for block in blocks if block not in session.attachments]
        if new:
            size = attach(session, new)
            session.screen.notice(f"Attached {', '.join(map(attachment_name, new))}: {size}.")
    for mention in reversed(mentions):
        if not mention.is_attachment:
            message = message[: mention.start] + message[mention.start + 1 :]
    question = apply_profile.render_question(
        session.factory.config.profiles, session.settings, message
    )
    attachments, session.attachments = session.attachments, []
    return "\n\n".join([question, *attachments])


def find_mentions(text: str) -> list[Mention]:
    """Return the mentions of files that exist and aren't hidden."""
    mentions = []
    for match in re.finditer(_MENTION, text):
        word = match[2]
        names = [word[1:-1]] if word[0] == '"' else [word, word.rstrip(_TRAILING_PUNCTUATION)]
        for name in names:
            if name and _is_visible(name) and matches_any(name):
                mentions.append(Mention(name, match.start(), is_attachment=match[1] == "@"))
                break
    return mentions


def attach(session: Session, texts: Sequence[str]) -> str:
    """Attach texts to the next question; return their estimated number of tokens, in words."""
    added = sum(map(estimate_tokens, texts))
    total = estimate_context(session) + added
    session.attachments += texts
    return f"about {added:,} tokens; the context holds {total:,} of {WINDOW:,}"


def estimate_context(session: Session) -> int:
    """Return about how many tokens the conversation and the attachments have."""
    messages = session.chat.conversation.messages()
    return estimate_filled(session.settings.system, messages, session.attachments)


def attachment_name(text: str) -> str:
    """Return the name of an attachment."""
    return text.partition("\n")[0].removesuffix(":").strip("`")


def _is_visible(name: str) -> bool:
    """Return whether no part of a path is hidden: a pasted text must not fetch keys."""
    return not any(part.startswith(".") and part.strip(".") for part in name.split("/"))
