"""What stands below the prompt, in terminals of any width."""

from __future__ import annotations

import pytest

from nemochat.core.messages import Message, Provenance, Role, Usage
from nemochat.core.prompt import WINDOW
from nemochat.repl.prompt.toolbar import FULL, Toolbar, ToolbarState, lay_out
from nemochat.screen.text.width import text_width
from tests.conftest import Heard, Program
from tests.repl.sessions import session
from tests.terminal import CTRL_D, Screen

BUSY = ToolbarState(
    model="mistralai/Mistral-Nemo-Instruct-2407",
    endpoint="deepinfra",
    profile="chef",
    context_tokens=12_345,
    turn_cost=0.000012,
    cost=0.0034,
    parameters=("temperature 0.3", "top_p 0.9"),
    private=True,
    multiline=True,
    attachment_count=2,
)


def toolbar_text(facts: ToolbarState, width: int) -> str:
    text = "".join(text for _, text in lay_out(facts, width))
    assert text_width(text) < width
    return text


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (5, "pri…"),
        (10, "private"),
        (20, "private · 9%"),
        (40, "private · multiline · 9% of context"),
        (
            80,
            "private · multiline · +2 · Mistral-Nemo… · 9% of context",
        ),
        (
            200,
            (
                "private · multiline: Alt-Enter sends · 2 attachments · "
                "Mistral-Nemo-Instruct-2407 at deepinfra · chef · "
                "█░░░░░░░░░ 12,345 of 131,072 tokens · $0.000012, $0.0034 in total · "
                "temperature 0.3, top_p 0.9"
            ),
        ),
    ],
)
def test_a_narrow_terminal_leaves_out_what_matters_least(width: int, shown: str) -> None:
    assert toolbar_text(BUSY, width) == shown


def test_every_width_is_kept_also_with_wide_names() -> None:
    wide = ToolbarState(
        "模型/日本語のモデル名はとても長いものです", "接続先", profile="料理人" * 20
    )
    for width in range(1, 120):
        toolbar_text(wide, width)
        toolbar_text(BUSY, width)
    assert "日本語のモデル名" in toolbar_text(wide, 80)


def test_the_guide_is_no_model() -> None:
    assert toolbar_text(ToolbarState("", "guide"), 80).startswith("the embedded guide · ")
    assert toolbar_text(ToolbarState("", "guide"), 30) == "guide · 0% of context"


def test_a_context_that_is_nearly_full_stands_out() -> None:
    full = ToolbarState("m", "e", context_tokens=int(WINDOW * 0.9))
    assert [style for style, text in lay_out(full, 80) if "tokens" in text] == [FULL]
    assert "█████████░ 117,964 of 131,072 tokens" in toolbar_text(full, 80)
    assert "<1% of context" in toolbar_text(ToolbarState("m", "e", context_tokens=1), 20)


def test_foreign_names_cannot_reach_the_terminal_as_they_are() -> None:
    assert "\x1b" not in toolbar_text(
        ToolbarState("m\x1b[2J", "e\x07", parameters=("stop '\x1b'",)), 200
    )


def test_it_counts_again_when_something_was_said() -> None:
    chat = session("Hello!", "Hi!")
    toolbar = Toolbar(chat)
    toolbar.refresh()
    before = toolbar.fragments(200)
    toolbar.refresh()
    assert toolbar.fragments(200) == before
    usage = Usage(1000, 234, estimated_cost=0.001)
    chat.chat.conversation.append(
        3, Message(Role.ASSISTANT, "!", provenance=Provenance("m", usage=usage))
    )
    toolbar.refresh()
    assert toolbar.fragments(200) != before
    assert ("class:toolbar", "$0.0010") in toolbar.fragments(200)


def test_the_prompt_shows_it_and_it_leaves_nothing_behind(asking: Program, heard: Heard) -> None:
    with Screen(asking, columns=120, tells_cursor=True) as terminal:
        terminal.wait_for("░ 0 of 131,072 tokens")
        terminal.wait_for_prompt()
        terminal.say("/set temperature 0.3")
        terminal.wait_for("tokens · temperature 0.3")
        terminal.say("/multiline on")
        terminal.wait_for("multiline: Alt-Enter sends · Mistral")
        terminal.type("/load ")
        terminal.type("\x03\x03")
        terminal.wait_for("Ctrl-D or /exit leaves")
        terminal.type('"""\r')
        terminal.wait_for('""" ends the message, Ctrl-C clears it')
        terminal.type("\x03a\x7f")
        terminal.wait_for("multiline: Alt-Enter sends · Mistral")
        terminal.type(CTRL_D)
        assert terminal.wait_for_end() == 0
        assert "131,072" not in terminal.text()
    script = asking.home / "script"
    script.write_text("Hello!\n/context\n")
    shown = asking.run("--script", "script").stdout.decode()
    assert "| left | " in shown
