"""Terminal view in this process, on a terminal of pyte."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import pyte
import pytest

from nemochat.core.delta import Delta
from nemochat.core.messages import Ending, Message, Provenance, Role, Usage
from nemochat.errors import Unreachable
from nemochat.screen.style.background import Background
from nemochat.screen.style.colours import Colourizer
from nemochat.screen.terminal import Terminal

TOOK = Provenance(ending=Ending.COMPLETE, seconds=2.0, usage=Usage(3, 12))


class Glass(io.StringIO):
    """Standard output as a terminal of pyte."""

    def text(self) -> str:
        screen = pyte.HistoryScreen(40, 100)
        pyte.Stream(screen).feed(self.getvalue())
        return "\n".join(row.rstrip() for row in screen.display).rstrip()


@contextmanager
def glass(columns: int = 40) -> Iterator[Glass]:
    """Yield a terminal of a hundred rows without keys."""
    with redirect_stdout(Glass()) as shown, pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "stdin", None)  # as Python starts without one
        patched.setenv("COLUMNS", str(columns))
        patched.setenv("LINES", "100")
        patched.setenv("TERM", "unknown")
        yield shown


def view(*, keys: bool = False, math: bool = True, raw: bool = False) -> Terminal:
    return Terminal(Colourizer("ansi", Background({})), keys=keys, math=math, raw=raw)


def answer(text: str, ending: Ending = Ending.COMPLETE, reason: str = "") -> Message:
    return Message(Role.ASSISTANT, text, provenance=Provenance(ending=ending, reason=reason))


def follow(on: Terminal, *deltas: Delta, candidates: int = 1) -> None:
    for delta in on.follow(iter(deltas), lambda: None, candidates=candidates):
        on.write(delta)


def test_an_answer_is_laid_out_below_a_blank_row_and_what_it_took_below_it() -> None:
    for keys, took in ((True, "\n\n2.0 s · 12 tokens"), (False, "")):
        with glass() as shown:
            on = view(keys=keys)
            follow(on, Delta("A **b**\n\n"), Delta("- c $x^2$", ending=Ending.COMPLETE))
            on.settle([answer("")._replace(provenance=TOOK)])
            on.show_question("Next?\x07")
            assert shown.text() == f"\nA b\n\n• c x²{took}\n\n> Next?␇"
            assert "\x1b[1m> Next?" in shown.getvalue()


def test_an_answer_shows_how_it_was_cut() -> None:
    with glass() as shown:
        on = view(keys=True)
        follow(on, Delta("A **b"))
        on.settle([answer("", Ending.FAILED, "out of memory")])
        assert shown.text() == "\nA b\n[the endpoint failed (out of memory)]"


def test_formulas_and_markdown_stay_as_they_came_where_that_is_wanted() -> None:
    with glass() as shown:
        on = view(math=False)
        follow(on, Delta("*$x^2$*"))
        on.settle([answer("")])
        on.set_raw(raw=True)
        follow(on, Delta("*$x^2$*"))
        on.settle([answer("")])
        on.show("*$x^2$*")
        assert shown.text() == "\n$x^2$\n\n\n*$x^2$*\n\n$x^2$"
    with glass() as shown:
        on = view(raw=True)
        follow(on, Delta("*a*"))
        on.settle([answer("")])
        on.set_raw(raw=False)
        on.show("$x^2$")
        assert shown.text() == "\n*a*\n\nx²"


def test_code_is_numbered_where_a_prompt_follows() -> None:
    for keys, number in ((True, " · 1"), (False, "")):
        with glass() as shown:
            on = view(keys=keys)
            follow(on, Delta("```text\na\n```"))
            on.settle([answer("")])
            assert shown.text() == f"\n```text{number}\na\n```"


def test_another_answer_in_the_stream_stands_below_a_rule() -> None:
    for columns in (40, 60):
        with glass(columns) as shown:
            on = view()
            follow(on, Delta("**A**"), Delta("B", candidate=1), Delta("", candidate=0), Delta("C"))
            on.settle([answer("")])
        rule = "─" * (39 if columns == 40 else 40)
        assert re.findall("─+", shown.getvalue()) == [rule] * 2


def test_two_answers_are_shown_when_both_are_there() -> None:
    with glass() as shown:
        on = view(keys=True)
        follow(on, Delta("x"), Delta("y", candidate=1), candidates=2)
        on.settle([answer("**One**"), answer("Two", Ending.MAX_TOKENS)])
        text = shown.text()
        follow(on, Delta("Three"))
        on.settle([answer("")])
        assert shown.text() == f"{text}\n\n\nThree"
    assert text.startswith("\n── 1 ──")
    assert "\nOne\n\n── 2 ──" in text
    assert "\nTwo\n[cut off at max_tokens]\n" in text
    assert text.endswith("Continuing from answer 1. /pick 2\nswitches to answer 2.")


def test_a_turn_that_failed_is_ended_before_what_is_told_of_it() -> None:
    with glass() as shown:
        on = view()
        follow(on, Delta("A **b"))
        on.notice("nothing answers\x1b")
        follow(on, Delta("c"))
        on.settle([answer("")])
        assert shown.text() == "\nA b\nnothing answers␛\n\nc"


@pytest.mark.parametrize(
    ("ending", "text"), [(Ending.CONNECTION_LOST, "\nA b"), (Ending.FAILED, "\nA\nb")]
)
def test_an_answer_goes_on_after_a_lost_connection_and_begins_anew_after_a_failure(
    ending: Ending, text: str
) -> None:
    with glass() as shown:
        on = view()
        follow(on, Delta("A "), Delta(ending=ending))
        follow(on, Delta("b"))
        on.settle([answer("")])
        assert shown.text() == text


def test_an_answer_that_is_taken_up_goes_on_below_a_blank_row() -> None:
    with glass() as shown:
        on = view()
        follow(on, Delta("One.\n\nTwo"))
        on.settle([answer("", Ending.INTERRUPTED)])
        before = shown.text()
        on.continue_from("One.\n\nTwo")
        follow(on, Delta(" words."))
        on.settle([answer("")])
        after = shown.text().removeprefix(before)
    assert before.endswith("[stopped by you]")
    assert after == "\n\n\n\nTwo words."


def test_what_is_typed_begins_apart_from_what_was_told() -> None:
    with glass() as shown:
        on = view()
        on.output("one\n two\x1b\n")
        assert b"".join(on.take_typed()) == b""
        on.output("three")
        assert shown.text() == "one\n two␛\n\nthree"
        assert b"".join(on.take_typed()) == b""
        assert b"".join(on.take_typed()) == b""
        on.output("\nfour\n")
        on.output("five")
        assert shown.text() == "one\n two␛\n\nthree\n\n\nfour\nfive"


def test_the_theme_and_the_clipboard_are_those_of_the_terminal() -> None:
    with glass() as shown:
        on = view()
        assert on.theme() == "ansi"
        assert on.theme("mono") == on.theme() == "mono"
        on.copy("x")
        assert shown.getvalue() == "\x1b]52;c;eA==\x07"


def test_a_narrow_terminal_is_written_to_as_if_it_had_eight_columns() -> None:
    with glass(3) as shown:
        view().notice("nothing answers")
    assert shown.getvalue().split() == ["nothing", "answers"]


def test_another_try_is_told_where_the_answer_will_begin() -> None:
    def late(on: Terminal) -> Iterator[Delta]:
        on.wait(0.2, Unreachable("nothing\nanswers"))
        yield Delta("There.")

    with glass() as shown:
        on = view()
        for delta in on.follow(late(on), lambda: None, candidates=1):
            on.write(delta)
        on.settle([answer("")])
        assert shown.text() == "\nThere."
    assert "nothing answers; trying again" in shown.getvalue()


def test_rows_that_a_lower_terminal_pushed_away_are_not_reached_for() -> None:
    with glass() as shown, pytest.MonkeyPatch.context() as patched:
        on = view()
        table = "| a |\n|---|\n" + "".join(f"| {n} |\n" for n in range(9))
        for delta in on.follow(iter([Delta(table), Delta("x")]), lambda: None, candidates=1):
            on.write(delta)
            on._paint()
            patched.setenv("LINES", "4")
        assert "\x1b[3A" in shown.getvalue()  # over the four rows of the terminal, and no further
        assert not re.search(r"\x1b\[([4-9]|\d\d)A", shown.getvalue())


def test_what_is_not_final_is_laid_out_anew_when_the_width_changes() -> None:
    with glass() as shown, pytest.MonkeyPatch.context() as patched:
        on = view()
        for delta in on.follow(
            iter([Delta("some words of an "), Delta("answer.")]), lambda: None, candidates=1
        ):
            on.write(delta)
            patched.setenv("COLUMNS", "11")
        on.settle([answer("")])
        assert shown.text().split("\n")[-3:] == ["some words", "of an", "answer."]


@pytest.mark.parametrize("wish", [True, False])
def test_the_bell_rings_when_an_answer_is_there(wish: bool) -> None:
    with glass() as shown, pytest.MonkeyPatch.context() as patched:
        patched.setattr("nemochat.screen.status.LONG_ANSWER", 0.0)  # not the ten of a long answer
        on = Terminal(Colourizer("ansi", Background({})), bell=wish)
        follow(on, Delta("x"))
        on.settle([answer("")])
        assert shown.getvalue().count("\a") == wish
