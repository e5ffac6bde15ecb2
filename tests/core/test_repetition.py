from __future__ import annotations

import pytest

from nemochat.core.repetition import RepetitionGuard

TABLE = "".join(f"| {n} | {n * n} | {n**3} | value {n % 7} |\n" for n in range(400))
CODE = "".join(
    f"    case {n}:\n        return handle_{n % 5}(request, timeout=30)\n" for n in range(300)
)
CHORUS = "We sail tonight for Singapore,\nwe're all as mad as hatters here.\n"
SONG = "".join(
    f"In verse the {n}th we sing of ship number {n * 17},\nand how she came to port.\n\n{CHORUS}\n"
    for n in range(80)
)
ZEROS = "[" + ", ".join(["0"] * 300) + "]"
RULES = ("-" * 70 + "\nA line between rules, the number of which is {}.\n").join(
    map(str, range(60))
)


def repeats_at(text: str, tokens: int = 600, step: int = 5) -> int | None:
    """After how many characters the text is seen to repeat itself, or None."""
    guard = RepetitionGuard(tokens)
    for start in range(0, len(text), step):
        if guard.feed(text[start : start + step]):
            return start + step
    return None


@pytest.mark.parametrize(
    "round_",
    [
        "ha ",
        "I am sorry. ",
        "The same line again.\n",
        "🙂",
        "a",
        "x" * 300 + "\n",
        "".join(chr(ord("a") + n * n % 23) for n in range(983)) + "\n",
        "1\n2\n3\n4\n5\n",
    ],
)
def test_a_loop_is_seen_after_about_six_hundred_tokens(round_: str) -> None:
    begun = "An answer that begins well. It tells of many things, one after the other. "
    seen = repeats_at(begun + round_ * 5000)
    assert seen is not None
    looped = len((begun + round_ * 5000)[len(begun) : seen].encode())
    assert 2400 <= looped <= 2400 + 6 * len(round_.encode()) + 250


ROW = "| 0 | 0 | 0 | 0 |\n"
VERSE = "Row, row, row your boat,\ngently down the stream.\nMerrily, merrily,\nlife is a dream.\n\n"


@pytest.mark.parametrize("text", [TABLE, CODE, SONG, ZEROS, RULES, "ha " * 500])
def test_what_people_ask_for_is_no_loop(text: str) -> None:
    assert repeats_at(text) is None


@pytest.mark.parametrize(
    "text",
    [
        ROW * 1000,
        "a | b | c\n--|---|--\n" + "0 | 0 | 0\n" * 1000,
        "0,0,0,0,0,0,0,0\n" * 1000,
        "Berlin;2024-01-01;12.5\n" * 1000,
        "1\tx\ty\n" * 1000,
        "0 0 0 0 0 0 0 0\n" * 1000,
        "[" + "0, " * 5000,
        "[[0.0, -1.0, 0.0],\n " + "[0.0, -1.0, 0.0],\n " * 1000,
        "```csv\n" + "the same row of words\n" * 1000,
        "~~~~\n" + "```\nthe same row of words\n```\n" * 1000,
        VERSE * 19,
    ],
)
@pytest.mark.parametrize("step", [1, 5, 300])
def test_equal_rows_and_a_refrain_are_no_loop(text: str, step: int) -> None:
    assert repeats_at(f"Here it is:\n{text}", step=step) is None


@pytest.mark.parametrize(
    "text",
    ["```\nx = 1\n```\n" + "ha " * 5000, ROW * 100 + "ha " * 5000, VERSE * 100, "a, b\n" * 2000],
)
def test_a_loop_after_code_or_rows_is_seen(text: str) -> None:
    assert repeats_at(text) is not None


def test_a_loop_is_not_seen_by_a_guard_that_is_off() -> None:
    assert repeats_at("ha " * 5000, tokens=0) is None


def test_a_text_that_comes_at_once_is_no_loop_and_what_follows_may_be_one() -> None:
    guard = RepetitionGuard(600)
    assert not guard.feed("ha " * 50_000)
    assert not guard.feed("ha " * 300)
    assert any(guard.feed("\ud800 ha") for _ in range(1000))


@pytest.mark.parametrize("step", [1, 7, 100, 1000])
def test_a_loop_is_seen_at_any_size_of_the_pieces(step: int) -> None:
    assert repeats_at("I am sorry. " * 2000, step=step) is not None
