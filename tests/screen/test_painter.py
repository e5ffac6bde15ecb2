"""Painter on a terminal of pyte: the result depends on the text alone."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Sequence

import pyte
import pytest

from nemochat.screen.markdown.renderer import Renderer
from nemochat.screen.painter import Painter, crop, find_appended_spans
from nemochat.screen.text.spans import Row, Span
from tests.screen.answers import ANSWERS

SIZES = [(80, 24), (40, 10), (23, 8), (200, 50)]
HISTORY = 20_000
SHOWN = re.compile(r"\x1b\[\??[0-9;]*[a-zA-Z]|\x1b\]8;[^\x1b]*\x1b\\")


def styled(span: Span) -> str:
    """Return the text in a different colour for each style."""
    if not span.style:
        return span.text
    number = zlib.crc32(span.style.encode())
    return f"\x1b[{31 + number % 6};{(1, 3, 4)[number // 6 % 3]}m{span.text}\x1b[0m"


class Screen(pyte.HistoryScreen):
    """Screen that takes zero-width characters one by one; pyte drops what follows them."""

    def draw(self, data: str) -> None:
        for character in data:
            super().draw(character)


class Glass:
    """Terminal with everything that was written to it."""

    def __init__(self, columns: int, rows: int) -> None:
        self.screen = Screen(columns, rows, history=HISTORY, ratio=0.5)
        self._stream = pyte.Stream(self.screen)
        self.written = ""
        self.columns, self.rows = columns, rows
        self.painter = Painter(self.write, styled)

    def write(self, text: str) -> None:
        self.written += text
        # pyte knows no synchronized updates; whole frames are all it is given.
        self._stream.feed(text)

    def show(self, text: str, chance: random.Random | None = None) -> None:
        """Show an answer: at once, or in random pieces with frames at random moments."""
        renderer = Renderer(self.columns - 1)
        final: list[Row] = []
        while chance and text:
            size = chance.choice((1, 1, 2, 3, 7, 30, 200))
            piece, text = text[:size], text[size:]
            final += renderer.feed(piece)
            if chance.random() < 0.5:
                self.painter.paint(final, renderer.tail()[-(self.rows - 1) :], self.columns)
                final = []
        final += renderer.feed(text) + renderer.end()
        self.painter.paint(final, [], self.columns)

    def seen(self) -> list[list[tuple[str, str, bool, bool, bool]]]:
        """Return scrollback and screen as characters with attributes, without trailing blanks."""
        rows = [*self.screen.history.top, *(self.screen.buffer[y] for y in range(self.rows))]
        seen = []
        for row in rows:
            cells = [row[x] for x in range(self.columns)]
            while cells and not cells[-1].data.strip():
                cells.pop()
            seen.append([(c.data, c.fg, c.bold, c.italics, c.underscore) for c in cells])
        while seen and not seen[-1]:
            seen.pop()
        return seen

    def text(self) -> str:
        return "\n".join("".join(cell[0] for cell in row) for row in self.seen())


def test_a_frame_that_only_appends_moves_no_cursor() -> None:
    glass = Glass(40, 10)
    for live in ("Hel", "Hello", "Hello you"):
        glass.painter.paint([], [Row((Span(live),), len(live))], 40)
    assert glass.written == "Hello you"


def test_final_rows_that_were_live_are_not_written_again() -> None:
    glass = Glass(40, 10)
    one, two = Row((Span("one"),), 3), Row((Span("two"),), 3)
    glass.painter.paint([], [one], 40)
    glass.painter.paint([one], [two], 40)
    glass.painter.paint([two], [], 40)
    assert glass.written == "one\r\ntwo\r\n"


def test_what_differs_is_painted_again_within_one_update() -> None:
    glass = Glass(40, 10)
    glass.painter.paint([], [Row((Span("one"),), 3), Row((Span("**tw"),), 4)], 40)
    glass.painter.paint([], [Row((Span("one"),), 3), Row((Span("two", "strong"),), 3)], 40)
    assert glass.text() == "one\ntwo"
    assert glass.written.count("\x1b[?2026h") == glass.written.count("\x1b[?2026l") == 1


def test_fewer_live_rows_leave_nothing_behind() -> None:
    glass = Glass(40, 10)
    rows = [Row((Span(text),), len(text)) for text in ("one", "two", "three")]
    glass.painter.paint([], rows, 40)
    glass.painter.paint([], rows[:1], 40)
    glass.painter.paint([], [Row((Span("one more"),), 8)], 40)
    assert glass.text() == "one more"


def test_a_live_row_is_cut_at_the_edge_and_whole_when_it_is_final() -> None:
    glass = Glass(20, 10)
    long = Row((Span("x" * 50, "code"),), 50)
    glass.painter.paint([], [long], 20)
    assert glass.text() == "x" * 19
    glass.painter.paint([long], [Row((Span("after"),), 5)], 20)
    assert glass.text() == f"{'x' * 20}\n{'x' * 20}\n{'x' * 10}\nafter"


def test_a_row_is_cropped_between_characters() -> None:
    row = Row((Span("ab"), Span("日本", "strong")), 6)
    assert crop(row, 5).text == "ab日"
    assert crop(row, 6) is row
    assert crop(row, 1).text == "a"


@pytest.mark.parametrize(
    ("old", "new", "more"),
    [
        ([Span("ab")], [Span("abc")], [Span("c")]),
        ([Span("ab")], [Span("ab"), Span("c", "code")], [Span("c", "code")]),
        ([], [Span("a")], [Span("a")]),
        ([Span("ab")], [Span("ab")], []),
        ([Span("ab")], [Span("a")], []),
        ([Span("ab")], [Span("abc", "code")], []),
        ([Span("ab"), Span("c")], [Span("abc")], []),
    ],
)
def test_what_goes_on_is_told_from_what_differs(
    old: Sequence[Span], new: Sequence[Span], more: Sequence[Span]
) -> None:
    assert find_appended_spans(Row(tuple(old), 0), Row(tuple(new), 0)) == list(more)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", ANSWERS)
def test_streamed_is_as_at_once(name: str, size: tuple[int, int]) -> None:
    whole = Glass(*size)
    whole.show(ANSWERS[name])
    chance = random.Random(f"{name} {size}")
    for _ in range(2):
        streamed = Glass(*size)
        streamed.show(ANSWERS[name], chance)
        assert streamed.seen() == whole.seen()
        assert not [s for s in SHOWN.findall(streamed.written) if s.endswith(("J", "?1049h"))]


def test_words_stand_once_and_in_order_over_ten_screens() -> None:
    words = [f"word{number}" for number in range(2000)]
    text = "\n\n".join(" ".join(words[place : place + 37]) for place in range(0, 2000, 37))
    glass = Glass(40, 10)
    glass.show(text, random.Random(7))
    assert glass.text().split() == words


def test_a_row_is_taken_away_as_often_as_the_terminal_wraps_it() -> None:
    for wraps, rows in ((True, 4), (False, 2)):
        glass = Glass(40, 10)
        live = [Row((Span("one two three"),), 13), Row((), 0)]
        glass.painter.paint([], live, 40)
        before = len(glass.written)
        glass.painter.resize(5, reflows=wraps)
        assert glass.written[before:].count("\x1b[K") == rows
        glass.painter.resize(5, reflows=wraps)
        assert glass.written[before:].count("\x1b[K") == rows


def test_a_terminal_with_fewer_rows_is_not_scrolled_to_reach_those_that_left_it() -> None:
    glass = Glass(40, 9)
    numbers = [Row((Span(str(number)),), 1) for number in range(9)]
    glass.painter.paint([], numbers, 40)
    glass.screen.resize(4, 40)
    glass.screen.cursor.y = 3  # pyte leaves it below the screen
    glass.painter.drop_scrolled(4)
    glass.painter.paint([], numbers[6:], 40)
    assert [row.rstrip() for row in glass.screen.display] == ["6", "7", "8", ""]
    assert not glass.screen.history.top


def test_a_narrower_terminal_keeps_every_word_once() -> None:
    glass = Glass(40, 10)
    live = [Row((Span("one two three"),), 13), Row((Span("four"),), 4)]
    glass.painter.paint([Row((Span("zero"),), 4)], live, 40)
    glass.painter.resize(40, reflows=False)
    glass.painter.paint([], live, 40)
    assert glass.text() == "zero\none two three\nfour"
