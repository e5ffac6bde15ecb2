"""How does what is typed look? Apart from answers, pastes marked, and as wide as the cursor thinks.

Terminals disagree on how wide a family, a flag or a skin tone is, and a cursor that is placed by
another width than the terminal's stands in the wrong letter. While they are edited, such emoji are
shown by their first part, flags by their letters: one width everywhere. Sent ones are shown whole.
"""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.application.current import get_app  # noqa: TID253 - loaded late by editor.py
from prompt_toolkit.document import Document  # noqa: TID253 - loaded late by editor.py
from prompt_toolkit.formatted_text import StyleAndTextTuples  # noqa: TID253 - as above
from prompt_toolkit.layout.processors import (  # noqa: TID253 - loaded late by editor.py
    Processor,
    Transformation,
    TransformationInput,
)
from prompt_toolkit.lexers import Lexer  # noqa: TID253 - loaded late by editor.py

from nemochat.repl.folding import Folds
from nemochat.screen.markdown.width import clusters, columns, plain

STYLE = {
    "prompt": "bold ansigreen",
    "typed": "bold",  # tells questions from answers when scrolling up
    "folded": "bold ansicyan",
    "continuation": "ansigreen",
    "auto-suggestion": "dim",
    "bottom-toolbar": "noreverse",
    "toolbar": "dim",
    "toolbar.strong": "bold",
    "toolbar.full": "ansiyellow",
}
_FLAG_LETTERS, _EMOJI_LOOK = 0x1F1E6, "\ufe0f"


class Typed(Lexer):
    """Styles a message, and the folded pastes in it."""

    def __init__(self, folds: Folds) -> None:
        self._folds = folds

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """A function that gives a line's styles by its number."""
        lines = document.lines

        def line(number: int) -> StyleAndTextTuples:
            text = lines[number] if number < len(lines) else ""
            fragments: StyleAndTextTuples = []
            at = 0
            for start, end in self._folds.within(text):
                fragments += [("class:typed", text[at:start]), ("class:folded", text[start:end])]
                at = end
            return [*fragments, ("class:typed", text[at:])]

        return line


class OneWidth(Processor):
    """Shows emoji of several code points so that they are as wide in every terminal."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """A line as it is shown, and where each of its code points stands."""
        fragments = transformation_input.fragments
        if get_app().is_done or all(plain(each[1]) for each in fragments):
            return Transformation(fragments)
        shown: StyleAndTextTuples = []
        places: list[int] = []  # where each code point is shown
        sources: list[int] = []  # of what is shown
        # They may come a character each: those of one style are joined again.
        for style, text in _joined(fragments):
            for cluster, _ in clusters(text):
                seen = instead(cluster)
                start, at, same = len(places), len(sources), seen == cluster
                places += [at + offset * same for offset in range(len(cluster))]
                sources += [start + offset * same for offset in range(len(seen))]
                shown.append((style, seen))
        return Transformation(
            shown,
            lambda at: places[at] if at < len(places) else len(sources) + at - len(places),
            lambda at: sources[at] if at < len(sources) else len(places) + at - len(sources),
        )


def instead(cluster: str) -> str:
    """What is shown while it is edited, instead of what a reader sees as one character."""
    if len(cluster) == 1:
        return cluster
    if all(0 <= ord(each) - _FLAG_LETTERS < 26 for each in cluster):  # noqa: PLR2004 - letters
        return "".join(chr(ord(each) - _FLAG_LETTERS + ord("A")) for each in cluster)
    if _EMOJI_LOOK in cluster or any(columns(each) for each in cluster[1:]):
        return cluster[0]
    return cluster


def _joined(fragments: StyleAndTextTuples) -> list[tuple[str, str]]:
    joined: list[tuple[str, str]] = []
    for style, text, *_ in fragments:
        if joined and joined[-1][0] == style:
            joined[-1] = (style, joined[-1][1] + text)
        else:
            joined.append((style, text))
    return joined
