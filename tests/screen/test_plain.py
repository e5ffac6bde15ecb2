"""Views that repaint nothing: the exact output on each stream."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator

import pytest

from nemochat.core.delta import Delta
from nemochat.core.messages import Ending, Message, Provenance, Role
from nemochat.errors import Ended, ExitCode, OutputError, Unreachable, UsageError
from nemochat.screen.plain import Accessible, Plain, say


def answer(text: str, ending: Ending, reason: str = "") -> Message:
    return Message(Role.ASSISTANT, text, provenance=Provenance(ending=ending, reason=reason))


def play(view: Plain, deltas: list[Delta], answers: list[Message], candidates: int = 1) -> None:
    for delta in view.follow(iter(deltas), lambda: None, candidates=candidates):
        view.write(delta)
    view.settle(answers)


ESCAPE = "a \x1b[31m\r"


@pytest.mark.parametrize(("on_terminal", "text"), [(False, ESCAPE + "\nb"), (True, "a ␛[31m\nb")])
def test_a_pipe_takes_what_came_and_a_terminal_what_is_harmless(
    text: str, *, on_terminal: bool
) -> None:
    out, err = io.BytesIO(), io.StringIO()
    view = Plain(out, err, on_terminal=on_terminal)
    view.continue_from("shown before")
    play(view, [Delta(ESCAPE), Delta(reasoning="Hm"), Delta("\nb")], [])
    assert out.getvalue().decode() == text + "\n"
    view.settle([])
    assert out.getvalue().decode() == text + "\n"
    assert err.getvalue() == ""


def test_two_answers_are_parted_by_a_rule() -> None:
    out = io.BytesIO()
    deltas = [Delta("One\r"), Delta("Two", candidate=1), Delta("!", candidate=1)]
    play(Plain(out, None, on_terminal=True), deltas, [], candidates=2)
    assert out.getvalue().decode() == "One\n\n\n---\n\nTwo!\n"


def test_the_next_turn_begins_anew() -> None:
    out = io.BytesIO()
    view = Plain(out, None)
    play(view, [Delta("One"), Delta("Two", candidate=1)], [], candidates=2)
    play(view, [Delta("Three")], [])
    assert out.getvalue().decode() == "One\n\n---\n\nTwo\nThree\n"


def test_who_leaves_an_answer_on_a_terminal_ends_it() -> None:
    left: list[str] = []
    view = Plain(io.BytesIO(), None, on_terminal=True)
    deltas = iter([Delta("One"), Delta("Two")])
    followed = view.follow(deltas, lambda: left.append("left"), candidates=1)
    next(followed)
    followed.close()
    assert left == ["left"]


def test_who_leaves_an_answer_in_a_pipe_closes_it() -> None:
    left: list[str] = []

    def deltas() -> Iterator[Delta]:
        try:
            yield Delta("One")
        finally:
            left.append("left")

    followed = Plain(io.BytesIO(), None).follow(deltas(), lambda: None, candidates=1)
    next(followed)
    followed.close()
    assert left == ["left"]


def test_what_an_answer_lacks_is_told_beside_it() -> None:
    out, err = io.BytesIO(), io.StringIO()
    cut = answer("x", Ending.FAILED, "out of\nmemory")
    play(Plain(out, err), [Delta("x")], [cut, answer("", Ending.INTERRUPTED)])
    assert out.getvalue() == b"x\n"
    assert err.getvalue() == "nemochat: the endpoint failed (out of memory)\n"


def test_why_an_endpoint_is_asked_again_is_told() -> None:
    err = io.StringIO()
    Plain(io.BytesIO(), err).wait(0.04, Unreachable("nothing answers"))
    assert err.getvalue() == "nemochat: nothing answers; trying again in 0.0 s\n"


def test_a_question_that_nobody_typed_is_shown_apart_from_what_was_before() -> None:
    out = io.BytesIO()
    view = Plain(out, None, on_terminal=True)
    view.show_question("One\x07")
    view.show_question("Two")
    assert out.getvalue().decode() == "> One␇\n\n\n> Two\n\n"


def test_texts_and_lines_of_commands_are_shown_as_they_are() -> None:
    out = io.BytesIO()
    view = Plain(out, None, on_terminal=True)
    view.show("# **Head**\x1b")
    view.output("line\x1b\n")
    view.output("no end")
    assert out.getvalue().decode() == "# **Head**␛\nline␛\nno end\n"
    lone = io.BytesIO()
    Plain(lone, None).show("\ud800")
    assert lone.getvalue() == b"?\n"


def test_what_a_plain_view_cannot_do_is_said() -> None:
    view = Plain(io.BytesIO(), None)
    assert view.raw
    view.set_raw(raw=True)
    assert b"".join(view.take_typed()) == b""
    for impossible, told in (
        (lambda: view.theme("dark"), "this view has no colours"),
        (
            lambda: view.set_raw(raw=False),
            "this view cannot format answers",
        ),
        (lambda: view.copy("x"), "this view has no clipboard; /write FILE saves the text"),
    ):
        with pytest.raises(UsageError) as refused:
            impossible()
        assert refused.value.sentence == told


def test_a_reader_that_left_and_what_cannot_be_written_end_the_view() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    with pytest.raises(Ended) as ended, os.fdopen(writes, "wb", 0) as pipe:
        Plain(pipe, None).show("x")
    assert ended.value.exit_code == ExitCode.PIPE_CLOSED
    readable = os.open(os.devnull, os.O_RDONLY)
    with os.fdopen(readable, "wb", 0) as file, pytest.raises(OutputError) as refused:
        Plain(file, None).show("x")
    assert refused.value.sentence == "standard output cannot be written (Bad file descriptor)"


def test_a_notice_is_one_harmless_line_and_a_closed_stream_is_no_reason_to_fail() -> None:
    err = io.StringIO()
    say(err, "One\n\x1btwo " + "x" * 400)
    assert err.getvalue() == f"nemochat: One ␛two {'x' * 290}…\n"
    err.close()
    say(err, "nobody hears")
    say(None, "nobody hears")


def test_an_accessible_view_says_what_is_a_question_and_how_an_answer_ended() -> None:
    out, err = io.BytesIO(), io.StringIO()
    view = Accessible(out, err, on_terminal=True)
    view.show_question("Why?\x07")
    play(view, [Delta("Be"), Delta("cause")], [answer("Because", Ending.INTERRUPTED)])
    play(view, [], [answer("", Ending.STALLED)])
    assert out.getvalue().decode() == "Question:\nWhy?␇\nAnswer:\nBecause\nEnd of answer.\n"
    assert err.getvalue() == "Notice: stopped by you\nNotice: the endpoint stopped sending\n"
