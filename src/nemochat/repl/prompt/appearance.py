"""Look of the prompt: colours, marks of pastes, and emoji with the same width in every terminal.

Terminals disagree on the width of families, flags and skin tones, and the cursor would be in the
wrong place. While such an emoji is edited, its first part is shown instead, for a flag its letters.
Sent messages show it in full.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from string import ascii_uppercase

from prompt_toolkit.application.current import get_app, get_app_session
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
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
    "typed": "question",
    "folded": "code",
    "continuation": "question",
    "auto-suggestion": "dim",
    "toolbar": "dim",
    "toolbar.strong": "strong",
    "toolbar.full": "notice",
}
_COLOUR = r"color\((\d+)\)"
_CUBE = (0, 95, 135, 175, 215, 255)  # the levels of the colours 16 to 231 of 256
_FIRST_GREY = 232
_ATTRIBUTES = {"bold", "italic", "underline", "dim", "strike"}
_FLAG_LETTERS, _EMOJI_LOOK = 0x1F1E6, "\ufe0f"


@cache
def prompt_style(theme: str) -> tuple[Style, ColorDepth]:
    """Return the style of the prompt in a theme, and its number of colours.

    prompt_toolkit detects the colours: rich, which does so for answers, isn't loaded before the
    first prompt.
    """
    depth = get_app_session().output.get_default_color_depth()
    if theme == "mono" or colour_preference() is False:
        depth = ColorDepth.DEPTH_1_BIT
    elif theme == "ansi" or depth is ColorDepth.DEPTH_4_BIT:
        theme, depth = "ansi", ColorDepth.DEPTH_4_BIT
    looks = THEMES[theme]
    styles = {name: _translate_style(looks[style]) for name, style in _STYLES.items()}
    return Style.from_dict({**styles, "bottom-toolbar": "noreverse"}), depth


def _translate_style(look: str) -> str:
    """Translate a style from rich's words into prompt_toolkit's."""
    words = []
    for word in look.split():
        if match := re.fullmatch(_COLOUR, word):
            words.append(_to_hex(int(match[1])))
        elif word != "none":
            words.append(word if word in _ATTRIBUTES else f"ansi{word}")
    return " ".join(words)


def _to_hex(number: int) -> str:
    """Return a colour of 256, from 16 on, as hexadecimal red, green and blue."""
    if number < _FIRST_GREY:
        red, green, blue = (_CUBE[(number - 16) // part % 6] for part in (36, 6, 1))
    else:
        red = green = blue = 8 + 10 * (number - _FIRST_GREY)
    return f"#{red:02x}{green:02x}{blue:02x}"


class MessageLexer(Lexer):
    """Styles of a message and the marks of pastes in it."""

    def __init__(self, pastes: Pastes) -> None:
        self._pastes = pastes

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """Return a function that returns the styles of a line by its number."""
        lines = document.lines

        def line(number: int) -> StyleAndTextTuples:
            text = lines[number] if number < len(lines) else ""
            fragments: StyleAndTextTuples = []
            at = 0
            for start, end in self._pastes.find_marks(text):
                fragments += [("class:typed", text[at:start]), ("class:folded", text[start:end])]
                at = end
            return [*fragments, ("class:typed", text[at:])]

        return line


class EmojiProcessor(Processor):
    """Replacement of emoji whose width differs between terminals."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """Return a line as it is shown, with the mapping of its code points."""
        fragments = transformation_input.fragments
        if get_app().is_done or all(is_plain(each[1]) for each in fragments):
            return Transformation(fragments)
        shown: StyleAndTextTuples = []
        places: list[int] = []  # the position on the screen of each code point of the text
        sources: list[int] = []  # the reverse
        for style, text in _join_fragments(fragments):
            for cluster, _ in clusters(text):
                simple = simplify_emoji(cluster)
                start, at, same = len(places), len(sources), simple == cluster
                places += [at + offset * same for offset in range(len(cluster))]
                sources += [start + offset * same for offset in range(len(simple))]
                shown.append((style, simple))
        return Transformation(
            shown,
            lambda at: places[at] if at < len(places) else len(sources) + at - len(places),
            lambda at: sources[at] if at < len(sources) else len(places) + at - len(sources),
        )


def simplify_emoji(cluster: str) -> str:
    """Return what is shown for one character of the reader while it is edited."""
    if len(cluster) == 1:
        return cluster
    letters = [ord(each) - _FLAG_LETTERS for each in cluster]
    if all(0 <= letter < len(ascii_uppercase) for letter in letters):
        return "".join(ascii_uppercase[letter] for letter in letters)
    if _EMOJI_LOOK in cluster or any(text_width(each) for each in cluster[1:]):
        return cluster[0]
    return cluster


def _join_fragments(fragments: StyleAndTextTuples) -> list[tuple[str, str]]:
    """Join neighbours of the same style: prompt_toolkit may pass single characters."""
    joined: list[tuple[str, str]] = []
    for style, text, *_ in fragments:
        if joined and joined[-1][0] == style:
            joined[-1] = (style, joined[-1][1] + text)
        else:
            joined.append((style, text))
    return joined
