"""Look of the prompt: colours, marked pastes, and emoji of a width every terminal agrees on.

Terminals disagree on the width of families, flags and skin tones, and a cursor placed by another
width than the terminal's is in the wrong place. While they are edited, such emoji are shown by
their first part, flags by their letters. Sent ones are shown whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from string import ascii_uppercase

from prompt_toolkit.application.current import get_app, get_app_session
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.processors import (
    Processor,
    Transformation,
    TransformationInput,
)
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from nemochat.repl.prompt.paste import Pastes
from nemochat.screen.style.colours import colour_preference
from nemochat.screen.style.theme import THEMES
from nemochat.screen.text.width import clusters, is_plain, text_width

# The theme's style (screen/style/theme.py) for each of prompt_toolkit's classes.
_STYLES = {
    "prompt": "question",
    "typed": "question",  # tells questions from answers when scrolling up
    "folded": "code",
    "continuation": "question",
    "auto-suggestion": "dim",
    "toolbar": "dim",
    "toolbar.strong": "strong",
    "toolbar.full": "notice",
}
_COLOUR = r"color\((\d+)\)"
_CUBE = (0, 95, 135, 175, 215, 255)  # the shades of colours 16 to 231 of the 256
_GREYS = 232  # the first of them
_ATTRIBUTES = {"bold", "italic", "underline", "dim", "strike"}
_FLAG_LETTERS, _EMOJI_LOOK = 0x1F1E6, "\ufe0f"


@cache
def prompt_style(theme: str) -> tuple[Style, ColorDepth]:
    """Return the style of a prompt in a theme, and in how many colours it is drawn.

    prompt_toolkit detects the colours of prompts. rich, which detects those of answers, isn't
    loaded before the first prompt.
    """
    depth = get_app_session().output.get_default_color_depth()
    if theme == "mono" or colour_preference() is False:
        depth = ColorDepth.DEPTH_1_BIT
    elif theme == "ansi" or depth is ColorDepth.DEPTH_4_BIT:
        theme, depth = "ansi", ColorDepth.DEPTH_4_BIT
    look = THEMES[theme]
    styles = {name: _translate_style(look[style]) for name, style in _STYLES.items()}
    return Style.from_dict({**styles, "bottom-toolbar": "noreverse"}), depth


def _translate_style(look: str) -> str:
    """Translate a look from rich's words into prompt_toolkit's."""
    words = []
    for word in look.split():
        if match := re.fullmatch(_COLOUR, word):
            words.append(_to_hex(int(match[1])))
        elif word != "none":
            words.append(word if word in _ATTRIBUTES else f"ansi{word}")
    return " ".join(words)


def _to_hex(number: int) -> str:
    """A colour of the 256, from 16 on, in red, green and blue."""
    if number < _GREYS:
        red, green, blue = (_CUBE[(number - 16) // part % 6] for part in (36, 6, 1))
    else:
        red = green = blue = 8 + 10 * (number - _GREYS)
    return f"#{red:02x}{green:02x}{blue:02x}"


class MessageLexer(Lexer):
    """Styles a message, and the folded pastes in it."""

    def __init__(self, folds: Pastes) -> None:
        self._folds = folds

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """A function that gives a line's styles by its number."""
        lines = document.lines

        def line(number: int) -> StyleAndTextTuples:
            text = lines[number] if number < len(lines) else ""
            fragments: StyleAndTextTuples = []
            at = 0
            for start, end in self._folds.find_marks(text):
                fragments += [("class:typed", text[at:start]), ("class:folded", text[start:end])]
                at = end
            return [*fragments, ("class:typed", text[at:])]

        return line


class EmojiProcessor(Processor):
    """Shows emoji of several code points so that they are as wide in every terminal."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """A line as it is shown, and where each of its code points stands."""
        fragments = transformation_input.fragments
        if get_app().is_done or all(is_plain(each[1]) for each in fragments):
            return Transformation(fragments)
        shown: StyleAndTextTuples = []
        places: list[int] = []  # where each code point is shown
        sources: list[int] = []  # of what is shown
        # They may come a character each: those of one style are joined again.
        for style, text in _join_fragments(fragments):
            for cluster, _ in clusters(text):
                seen = simplify_emoji(cluster)
                start, at, same = len(places), len(sources), seen == cluster
                places += [at + offset * same for offset in range(len(cluster))]
                sources += [start + offset * same for offset in range(len(seen))]
                shown.append((style, seen))
        return Transformation(
            shown,
            lambda at: places[at] if at < len(places) else len(sources) + at - len(places),
            lambda at: sources[at] if at < len(sources) else len(places) + at - len(sources),
        )


def simplify_emoji(cluster: str) -> str:
    """What is shown while it is edited, instead of what a reader sees as one character."""
    if len(cluster) == 1:
        return cluster
    letters = [ord(each) - _FLAG_LETTERS for each in cluster]
    if all(0 <= letter < len(ascii_uppercase) for letter in letters):
        return "".join(ascii_uppercase[letter] for letter in letters)
    if _EMOJI_LOOK in cluster or any(text_width(each) for each in cluster[1:]):
        return cluster[0]
    return cluster


def _join_fragments(fragments: StyleAndTextTuples) -> list[tuple[str, str]]:
    joined: list[tuple[str, str]] = []
    for style, text, *_ in fragments:
        if joined and joined[-1][0] == style:
            joined[-1] = (style, joined[-1][1] + text)
        else:
            joined.append((style, text))
    return joined
