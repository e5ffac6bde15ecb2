"""Answers of the guide: sections of the documentation, and replies to greetings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nemochat.core.messages import Message, Role
from nemochat.guide.completion import split_tokens
from nemochat.guide.knowledge import Page
from nemochat.guide.ranking import FOR_DEVELOPERS, Hit, content_words, rank

_MAX_TOKENS = 400  # of a body: with its footer, an answer stays below the default limit of 512
_MAX_LINES = 36
_MAX_QUESTION = 1_000  # characters that are read; the rest is probably a file
_MAX_SMALL_TALK = 120  # characters
_SECOND_SECTION = 0.6  # share of the best score that a second section needs to be shown as well
_NEAR_TOPICS = 3

_MORE = re.compile(
    r"(?i)(?:and |please |ok,? |yes,? )*(?:tell me more|more|go on|continue|what else|the rest"
    r"|keep going|show me more|explain more)(?: about (?:it|that|this))?(?:,? please)?[\s.!?…]*"
)
_GREETING = re.compile(
    r"(?i)(?:hello|hi|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|bonjour"
    r"|hallo|hola|ciao)(?:,? (?:there|you|all|guide|nemo|nemochat|world))?[\s.!?]*"
)
_THANKS = re.compile(
    r"(?i)(?:thanks|thank you|thx|cheers|merci|great|perfect|ok|okay|cool|nice)"
    r"(?:,? (?:a lot|so much|very much|you|thanks|thank you))*[\s.!]*"
)
_WHO = re.compile(
    r"(?is).*\b(?:(?:who|what) (?:exactly )?are you|who am i (?:talking|speaking) (?:to|with)"
    r"|are you (?:an? )?(?:real |large )?"
    r"(?:ai|human|person|bot|robot|language model|llm|model|gpt|chatgpt|mistral|nemo|the guide)"
    r"|(?:what|which) (?:ai |language )?model (?:are|is) (?:you|this)|your name)\b.*"
)
_HELP = re.compile(
    r"(?i)(?:/?help(?: me)?|topics|what can (?:you|i) (?:do|ask)(?: you| here| for me)?"
    r"|what do you know)[\s.!?]*"
)
_TABLE = re.compile(r"(?P<above>(?:[^|\n].*\n+)*)(?P<head>\|.*\n\|[-:| ]+)\n(?P<rows>(?:\|.*\n?)+)")

_HELLO = (
    "Hello! I am nemochat's guide and answer questions about the program from its documentation.",
    "Hi! Ask me anything about nemochat; its documentation is all I know.",
)
_WELCOME = ("You're welcome.", "My pleasure.")
_EXAMPLES = (
    "For example:\n\n- How do I save a chat?\n- How do I write several lines?\n"
    "- What does temperature do?\n\n`/help` lists all topics."
)
_MYSELF = (
    (
        "I am nemochat's guide, not a language model: I show the section of the documentation that"
        " fits best. What you write to me never leaves this machine."
    ),
    "I search nemochat's documentation. I am not a language model and need no account or network.",
)
_REAL_MODEL = (
    "To chat with the real model, save an API token with `nemochat keys set` and start nemochat"
    " again. `/help tokens` tells you more."
)
_TOPICS = ("I can tell you about:", "These are my topics:")
_UNKNOWN = "nemochat's documentation does not answer that; these topics come closest:"
_NO_OTHER = "No other page answers that; these topics come closest:"


def compose_answers(messages: Sequence[Message], count: int, pages: Sequence[Page]) -> list[str]:
    """Return `count` different answers, 1 or 2, to the last question of a conversation."""
    questions = [message.content.strip() for message in messages if message.role is Role.USER]
    more = 0
    while questions and _MORE.fullmatch(questions[-1]):
        more += 1
        questions.pop()
    question = questions[-1][:_MAX_QUESTION] if questions else ""
    if len(question) < _MAX_SMALL_TALK and (replies := _small_talk(question, pages)):
        return list(replies[:count]) if not more else [_list_topics(_TOPICS[0], pages)] * count
    hits = _find_by_name(question, pages) or rank(question, pages)
    others = [hit for hit in hits if hit.page is not hits[0].page]
    return [
        _compose(question, choice, more, pages)
        if choice
        else _list_topics(*((_TOPICS[0], pages) if more else (sorry, _near(question, pages))))
        for choice, sorry in ((hits, _UNKNOWN), (others, _NO_OTHER))[:count]
    ]


def _find_by_name(question: str, pages: Sequence[Page]) -> list[Hit]:
    """Return all sections of the page whose name is the whole question."""
    name = question.lower().removeprefix("/help ").strip(" ?!.`")
    matches = [page for page in pages if page.name == name]
    return [Hit(page, n, score=1.0) for page in matches for n in range(-1, len(page.sections))]


def _near(question: str, pages: Sequence[Page]) -> list[Page]:
    """Return the pages that come closest to a question, the first pages if none does."""
    near = dict.fromkeys(hit.page for hit in rank(question, pages, min_coverage=0.0))
    return list(near | dict.fromkeys(pages))[:_NEAR_TOPICS]


def _small_talk(question: str, pages: Sequence[Page]) -> tuple[str, ...]:
    """Return two replies to a text that needs no page, or nothing."""
    if _GREETING.fullmatch(question):
        return tuple(f"{words} {_EXAMPLES}" for words in _HELLO)
    if _THANKS.fullmatch(question):
        return tuple(f"{words} {_EXAMPLES}" for words in _WELCOME)
    if _WHO.fullmatch(question):
        return tuple(f"{words}\n\n{_REAL_MODEL}" for words in _MYSELF)
    if not question or _HELP.fullmatch(question):
        return tuple(_list_topics(words, pages) for words in _TOPICS)
    return ()


def _list_topics(words: str, pages: Sequence[Page]) -> str:
    shown = [page for page in pages if page.name not in FOR_DEVELOPERS]
    rows = "\n".join(f"- `/help {page.name}`: {page.title}" for page in shown)
    return f"{words}\n\n{rows}"


def _compose(question: str, hits: Sequence[Hit], more: int, pages: Sequence[Page]) -> str:
    """Return an answer from the page of the best hit, or what follows after `more` requests."""
    page = hits[0].page
    portions = list(_portions(question, hits))
    if more >= len(portions):
        return _list_topics(f"That is everything on {page.name}. {_TOPICS[0]}", pages)
    footer = "There is more: type `more` or" if more + 1 < len(portions) else "The full page:"
    return f"{portions[more]}\n\n{footer} `/help {page.name}`"


def _portions(question: str, hits: Sequence[Hit]) -> Iterator[str]:
    """Split the page of the best hit into answers, the best sections first."""
    page, best = hits[0].page, hits[0]
    body = _section(page, best.place)
    if best.place >= 0:
        section = page.sections[best.place]
        if set(content_words(section.title)) <= set(content_words(question)):
            body = section.text
    used = {best.place}
    for hit in hits[1:]:
        if hit.page is page and hit.place >= 0 and hit.score >= _SECOND_SECTION * best.score:
            longer = f"{body}\n\n{_section(page, hit.place)}"
            if is_short_enough(longer):
                body = longer
                used.add(hit.place)
            break
    yield from split(body)
    rest = [_section(page, n) for n in range(-1, len(page.sections)) if n not in used]
    yield from split("\n\n".join(text for text in rest if text))


def _section(page: Page, place: int) -> str:
    if place >= 0:
        return page.sections[place].markdown
    return f"# {page.title}\n\n{page.opening}" if page.opening else ""


def is_short_enough(text: str) -> bool:
    """Return whether a text is short enough for one answer."""
    return len(split_tokens(text)) <= _MAX_TOKENS and text.count("\n") < _MAX_LINES


def split(text: str) -> Iterator[str]:
    """Split Markdown into short portions, between blocks or between the rows of a long table."""
    portion = ""
    for block in _blocks(text):
        parts = list(_split_table(f"{portion}\n\n" if portion else "", block))
        if portion and not is_short_enough(parts[0]):
            yield portion
            parts = list(_split_table("", block))
        yield from parts[:-1]
        portion = parts[-1]
    if portion:
        yield portion


def _blocks(text: str) -> Iterator[str]:
    """Split Markdown into blocks; a heading stays with its block, and code is never divided."""
    block = ""
    for part in re.split(r"\n{2,}", text):
        block = f"{block}\n\n{part}" if block else part
        if block.count("```") % 2 or (part.startswith("#") and "\n" not in part):
            continue
        yield block
        block = ""
    if block:
        yield block


def _split_table(before: str, block: str) -> Iterator[str]:
    """Append a block to a text; split it into parts with a head each if it is a long table."""
    table = _TABLE.fullmatch(block)
    if not table:
        yield before + block
        return
    part, rows = before + table["above"] + table["head"], 0
    for row in table["rows"].split("\n"):
        if rows and not is_short_enough(f"{part}\n{row}"):
            yield part
            part, rows = table["head"], 0
        part, rows = f"{part}\n{row}", rows + 1
    yield part
