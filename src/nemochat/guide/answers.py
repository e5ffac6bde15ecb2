"""Answers of the guide: sections of the pages, and a little small talk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nemochat.core.messages import Message, Role
from nemochat.guide.completion import split_tokens
from nemochat.guide.pages import Page
from nemochat.guide.ranking import Hit, rank

_ROOM = 400  # tokens of an answer's body: the whole stays below the endpoint's default limit of 512
_ALSO = 0.6  # of the best section's score that another section of its page needs to stand beside it
_MOST_SECTIONS = 2  # in a first answer
_MOST_LINES = 36
_LONGEST_SMALL_TALK = 120  # characters: more is a text that was piped in

_SAME = re.IGNORECASE
_MORE = re.compile(
    r"(?:and |please |ok,? |yes,? )*(?:tell me more|more|go on|continue|what else|the rest"
    r"|keep going|show me more|explain more)(?: about (?:it|that|this))?(?:,? please)?[\s.!?…]*",
    _SAME,
)
_GREETING = re.compile(
    r"(?:hello|hi|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|bonjour"
    r"|hallo|hola|ciao)(?:,? (?:there|you|all|guide|nemo|nemochat|world))?[\s.!?]*",
    _SAME,
)
_THANKS = re.compile(
    r"(?:thanks|thank you|thx|cheers|merci|great|perfect|ok|okay|cool|nice)"
    r"(?:,? (?:a lot|so much|very much|you|thanks|thank you))*[\s.!]*",
    _SAME,
)
_WHO = re.compile(
    r".*\b(?:(?:who|what) (?:exactly )?are you|who am i (?:talking|speaking) (?:to|with)"
    r"|are you (?:an? )?(?:real |large )?"
    r"(?:ai|human|person|bot|robot|language model|llm|model|gpt|chatgpt|mistral|nemo|the guide)"
    r"|(?:what|which) (?:ai |language )?model (?:are|is) (?:you|this)|your name)\b.*",
    _SAME | re.DOTALL,
)
_WHAT_ELSE = re.compile(
    r"(?:/?help(?: me)?|topics|what can (?:you|i) (?:do|ask)(?: you| here| for me)?"
    r"|what do you know)[\s.!?]*",
    _SAME,
)

# What stands above a table, its two lines of head, and its rows.
_TABLE = re.compile(r"(?P<above>(?:[^|\n].*\n+)*)(?P<head>\|.*\n\|[-:| ]+)\n(?P<rows>(?:\|.*\n?)+)")

_HELLO = (
    "Hello! I am nemochat's guide: I answer questions about this program out of its own pages.",
    "Hi! Ask me anything about nemochat; its pages are all I know.",
)
_WELCOME = ("You are welcome.", "Gladly.")
_MYSELF = (
    "I am nemochat's guide, not a language model: a lookup on your own machine that shows the"
    " section of the documentation which fits best. Nothing you write to me leaves this machine."
)
_MYSELF_AGAIN = (
    "A lookup and nothing more: no language model, no account, no network. I am nemochat's guide,"
    " and show the section of its pages that fits a question."
)
_REAL_MODEL = (
    "To talk to the real model, keep its token with `nemochat keys set`, and start nemochat again:"
    " `/help tokens`"
)
_EXAMPLES = (
    "For instance:\n\n- How do I save a chat?\n- How can I write several lines?\n"
    "- What does temperature do?\n\nAll topics: `/help`"
)
_UNKNOWN = "My pages say nothing about that; I only know nemochat itself."
_NOTHING_ELSE = "There is no other page about that."
_TOPICS = "I can tell you about:"


def compose_answers(messages: Sequence[Message], count: int, pages: Sequence[Page]) -> list[str]:
    """As many different answers to the last question of a conversation as are wanted, 1 or 2."""
    questions = [message.content.strip() for message in messages if message.role is Role.USER]
    more = 0
    while questions and _MORE.fullmatch(questions[-1]):
        more += 1
        questions.pop()
    question = questions[-1] if questions else ""
    if len(question) < _LONGEST_SMALL_TALK and (replies := _small_talk(question, pages)):
        return list(replies[:count]) if not more else [_topics(_TOPICS, pages)] * count
    hits = _find_by_name(question, pages) or rank(question, pages)
    others = [hit for hit in hits if hit.page is not hits[0].page]
    choices = ((hits, _UNKNOWN), (others, _NOTHING_ELSE))
    return [
        _compose(choice, more, pages) if choice else _topics(_TOPICS if more else words, pages)
        for choice, words in choices[:count]
    ]


def _find_by_name(question: str, pages: Sequence[Page]) -> list[Hit]:
    """The page whose name is all of the question, or none."""
    name = question.lower().removeprefix("/help ").strip(" ?!.`")
    matches = [page for page in pages if page.name == name]
    return [Hit(page, n, score=1.0) for page in matches for n in range(-1, len(page.sections))]


def _small_talk(question: str, pages: Sequence[Page]) -> tuple[str, ...]:
    """Two wordings for what needs no page, or none."""
    if _GREETING.fullmatch(question):
        return tuple(f"{words} {_EXAMPLES}" for words in _HELLO)
    if _THANKS.fullmatch(question):
        return tuple(f"{words} {_EXAMPLES}" for words in _WELCOME)
    if _WHO.fullmatch(question):
        return tuple(f"{words}\n\n{_REAL_MODEL}" for words in (_MYSELF, _MYSELF_AGAIN))
    if not question or _WHAT_ELSE.fullmatch(question):
        return (_topics(_TOPICS, pages), _topics("These are my topics:", pages))
    return ()


def _compose(hits: Sequence[Hit], more: int, pages: Sequence[Page]) -> str:
    """The answer for these hits, or what follows it after `more` calls for more."""
    page = hits[0].page
    portions = list(_portions(hits))
    if more >= len(portions):
        return _topics(f"That was the whole page on {page.name}. {_TOPICS}", pages)
    left = more + 1 < len(portions)
    footer = "There is more: say `more`, or" if left else "The whole page:"
    return f"{portions[more]}\n\n{footer} `/help {page.name}`"


def _topics(words: str, pages: Sequence[Page]) -> str:
    names = "\n".join(f"- **{page.name}**: {page.title}" for page in pages)
    return f"{words}\n\n{names}\n\nAsk about one of them, or read it whole: `/help TOPIC`"


def _portions(hits: Sequence[Hit]) -> Iterator[str]:
    """The page of the best hit in answers of a readable length, the best sections first."""
    page, best = hits[0].page, hits[0]
    also = [hit.place for hit in hits if hit.page is page and hit.score >= _ALSO * best.score]
    body = _section(page, best.place)
    used = {best.place}
    for place in also[1:_MOST_SECTIONS]:
        if place >= 0 and is_short_enough(longer := f"{body}\n\n{_section(page, place)}"):
            body = longer
            used.add(place)
    yield from split(body)
    rest = [_section(page, p) for p in range(-1, len(page.sections)) if p not in used]
    yield from split("\n\n".join(text for text in rest if text))


def _section(page: Page, place: int) -> str:
    if place >= 0:
        return page.sections[place].markdown
    return f"# {page.title}\n\n{page.opening}" if page.opening else ""


def is_short_enough(text: str) -> bool:
    """Whether a text is short enough for one answer."""
    return len(split_tokens(text)) <= _ROOM and text.count("\n") < _MOST_LINES


def split(text: str) -> Iterator[str]:
    """Markdown in portions that fit: between its blocks, or between the rows of a long table."""
    portion = ""
    for block in _blocks(text):
        parts = list(_parts(f"{portion}\n\n" if portion else "", block))
        if portion and not is_short_enough(parts[0]):
            yield portion
            parts = list(_parts("", block))
        yield from parts[:-1]
        portion = parts[-1]
    if portion:
        yield portion


def _blocks(text: str) -> Iterator[str]:
    """The blocks of Markdown: a heading with what follows, a fence whole."""
    gathered = ""
    for block in re.split(r"\n{2,}", text):
        gathered = f"{gathered}\n\n{block}" if gathered else block
        if gathered.count("```") % 2 or (block.startswith("#") and "\n" not in block):
            continue
        yield gathered
        gathered = ""
    if gathered:
        yield gathered


def _parts(before: str, block: str) -> Iterator[str]:
    """A text with a block after it; if that is a table, in parts that fit, each with its head."""
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
