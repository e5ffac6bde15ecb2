"""Which words of a question tell nothing, and which mean the same as others?"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, lru_cache

_APOSTROPHE = "['\N{RIGHT SINGLE QUOTATION MARK}]"
_WORD = re.compile(rf"\w+(?:{_APOSTROPHE}\w+)?")
_DIGIT = re.compile(r"\d")

_SUFFIXES = (
    ("ations", ""),
    ("ation", ""),
    ("ings", ""),
    ("ions", ""),
    ("ies", "y"),
    ("ied", "y"),
    ("ing", ""),
    ("ion", ""),
    ("es", ""),
    ("ed", ""),
    ("ly", ""),
    ("acy", "at"),
    ("s", ""),
    ("e", ""),
)
_SHORTEST_STEM = 3
_LONG = 6  # letters from which an ending is one: colour has it, hour has not
_AMERICAN = (("our", "or"), ("is", "iz"))  # colour and color, customise and customize

_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about able above across actually after against all along already always am an and any anything are as at be been
        before behind being below beside between but by can cannot certain could did do does doing don else ever every everything
        exactly for from get gets getting give go goes going got had happen happens has have here
        how i if in into is isn it its just keep keeps kind know let like little look looks lot lots
        made make makes many maybe me mean means might more much my myself need needs not now of on
        only or our out over through under until upon please possible put quite rather really right said say saying says see
        should simply so some someone something somehow sort still stuff sure tell than that the
        their them then there these they thing things think this those to too try trying us use used
        uses using very want wanted wants was way we well were what whatever when where whether
        which while who whom whose why will wish with within without won work works would yes yet
        you your nemochat nemo chat hello hi hey thanks thank""",
    )
)
# Each line is words of one meaning: what is asked with one of them is found by the others.
_SAME = """
abort cancel halt interrupt stop
bye exit leave quit
apikey credential token
cost price
conversation session
answer reply response
delete erase purge remove wipe
picture image photo screenshot
site web website
directory folder
pay price spend
configuration config
vi vim
compare difference
resume load
persona role
bash shell terminal zsh
certificate ca ssl tls
document file
hotkey key
uninstall remove
bug issue
"""
# Words that are near to each other, for a newcomer; a word may stand in several lines.
_NEAR = """
kill stop
close exit logout
key password secret token
bill budget charge cheap cost count dollar expensive free money spend usage
dialog discussion history talk thread conversation
output respond result answer
ask message prompt query question request
trash delete
clear forget
again anew restart scratch
amend correct edit fix modify rephrase reword typo
back revert rewind rollback undo
load return reopen
earlier last old past previous yesterday
keep log record remember save store
dark light theme color
binary image
browser internet page url web
internet offline online wifi
firewall network proxy vpn
update upgrade
broken crash error fail fault issue problem wrong
401 402 403 refuse
429 503 busy limit overload
freeze hang slow stuck timeout wait
line lost connection drop disconnect wifi
clipboard copy paste
attach file upload
adjust change customise set
preference default setting configuration
option parameter setting
deterministic predictable random temperature vary
cut truncate
length long longer short shorter
big bigger large larger
loop repeat same
character persona profile system
local locally ollama offline machine laptop
gpt llm model
cli command fish line powershell shell
automate cron script
find grep look search
download export html pdf print
bring import migrate move switch transfer
different choose other switch another
leak privacy safe send share sensitive spy telemetry track
keybinding vi
keyboard binding shortcut key
command shortcut macro alias
break enter line linebreak multiline newline shift
autocomplete completion suggest tab
json structure schema field
feed pipe stdin stream
layout format formatting markdown raw render
blind accessible aloud reader
benchmark fast performance quick speed
check diagnose doctor
capacity context memory window
placeholder reuse template
"""
# Where several words say what one does.
_PHRASES = tuple(
    (re.compile(rf"\b(?:{said})\b", re.IGNORECASE), meant)
    for said, meant in (
        (r"get(?:ting)? rid of|switch(?:ing)? off|disabl(?:e|ing)", "turn off"),
        (r"over and over|in circles", "repeat"),
        (r"how (?:much|many)", "count"),
        (r"ctrl[-+ ]?(\w)|control[-+ ](\w)", r"ctrl ctrl-\1"),
        (r"sign in|log ?in", "token"),
        (r"command line", "shell"),
        (r"start(?:ing)? (?:over|again|afresh)", "restart"),
    )
)
_SAME_WORTH = 0.9  # of a word's worth, where another one of its meaning is found
_NEAR_WORTH = 0.4  # where one that is near is


def terms(text: str) -> list[str]:
    """The words of a text that carry meaning, as stems; one with underscores also in its parts."""
    for pattern, instead in _PHRASES:
        text = pattern.sub(instead, text)
    found = (re.split(_APOSTROPHE, word.lower())[0] for word in _WORD.findall(text))
    words = (part for word in found for part in ({word} | set(word.split("_"))))
    return [kept for word in words if (kept := _kept(word))]


def words(text: str) -> frozenset[str]:
    """All words of a text, whatever they tell."""
    return frozenset(_WORD.findall(text.lower()))


def asked(question: str) -> list[dict[str, float]]:
    """The words of a question, each with those that would do for it and what they are worth.

    A worth is above 0 and at most 1.
    """
    said = set(terms(question))
    return [
        {word: worth for word, worth in _alike()[term].items() if word not in said} | {term: 1.0}
        for term in sorted(said)
    ]


@cache
def _alike() -> defaultdict[str, dict[str, float]]:
    """For a stem, those that would do for it, with what they are worth."""
    alike: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for table, worth in ((_NEAR, _NEAR_WORTH), (_SAME, _SAME_WORTH)):
        for line in table.splitlines():
            stems = {stem(word) for word in line.split()}
            for each in stems:
                alike[each] |= dict.fromkeys(stems - {each}, worth)
    return alike


@lru_cache(maxsize=4096)
def _kept(word: str) -> str:
    """What is left of a word for comparing, or "" if it tells nothing."""
    cut = stem(word)
    if word in _STOP_WORDS or cut in _STOP_WORDS or _DIGIT.fullmatch(word):
        return ""
    return cut


def stem(word: str) -> str:
    """A word without its ending: save, saves, saved and saving are one."""
    for suffix, instead in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) + len(instead) >= _SHORTEST_STEM:
            word = word.removesuffix(suffix) + instead
            break
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    for british, american in _AMERICAN:
        if len(word) >= _LONG and word.endswith(british):
            return word.removesuffix(british) + american
    return word
