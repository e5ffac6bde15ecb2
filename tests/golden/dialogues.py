"""Dialogues in a pseudo-terminal, each played with the same keys at every size."""

from __future__ import annotations

from tests.golden.scripts import SCRIPT_FILES
from tests.golden.session import Dialogue, Prompt, Row, Say, Shot, Type

CTRL_C, CTRL_J, ENTER, TAB, ESCAPE = "\x03", "\n", "\r", "\t", "\x1b"
UP, BACKSPACE, CTRL_U, CTRL_R = "\x1b[A", "\x7f", "\x15", "\x12"


def paste(text: str) -> str:
    """Return the keys of a bracketed paste."""
    return f"\x1b[200~{text}\x1b[201~"


DIALOGUES = (
    Dialogue("markdown", (Say("code"), Say("table"), Say("lists"), Say("foreign"), Say("escapes"))),
    Dialogue("long", (Say("long"), Shot("after a long answer"), Say("Hello"))),
    Dialogue(
        "commands",
        (
            Say("/info"), Say("/set temperature 0.3"), Say("Hello"), Say("/usage"), Say("/list"),
            Say("/context"), Say("/help retry"), Say("/profile"), Say("/models"),
            Say("/theme light"), Say("code"), Say("/why"), Say("/render raw"), Say("table"),
        ),
        files=SCRIPT_FILES,
    ),
    Dialogue(
        "branches",
        (
            Say("colours"), Say("/retry"), Say("/diff"), Say("Hello"), Say("/undo"), Say("/tree"),
            Say("/branch 1"), Say("/redo"), Say("/undo 2"), Say("/redo 2"), Say("/fork other"),
            Say("/candidates on"), Say("Hello"), Say("/pick 2"), Say("/tree"), Say("/show"),
        ),
    ),
    Dialogue(
        "interrupted",
        (
            Type(f"hold on{ENTER}", "nothing more"), Prompt(CTRL_C), Shot("after Ctrl-C"),
            Say("/tree"), Say("Hello"), Row("half a line", "> half a line"), Prompt(CTRL_C),
            Say("/why"), Say("/show"),
        ),
    ),
    Dialogue(
        "errors",
        (
            Say("status 401 Not authenticated"), Say("status 404 No such model"), Say("break"),
            Say("cut"), Say("/continue"), Say("page"), Say("/retyr"), Say("/set temperature 3"),
            Say("/set tempature 1"), Say("/load nothing"), Say("/nothing"), Say("Hello"),
        ),
        "--retries 0",
    ),
    Dialogue(
        "menu",
        (
            Type("/re", "/rename"), Shot("the menu of /re"), Type(TAB, "> /redo"),
            Shot("its first entry"), Prompt(CTRL_C), Type("/set temp", "0 to 2"),
            Shot("the menu of /set temp"), Prompt(CTRL_C), Type("see @", "4 bytes"),
            Shot("the menu of paths"), Prompt(CTRL_C), Say("Hello"), Row(UP, "> Hello"),
            Prompt(CTRL_C),
        ),
        files={"notes.txt": "one\n", "more/a.py": "a\n"},
    ),
    Dialogue(
        "multiline",
        (
            Row(f"one{CTRL_J}two{CTRL_J}three", "… three"), Shot("three lines"), Prompt(ENTER),
            Row(paste("a\nb\nc"), "… c"), Shot("a short paste"), Prompt(ENTER),
            Type(paste("\n".join(f"line {n}" for n in range(30))), "30 lines"),
            Shot("a folded paste"), Prompt(ENTER), Say("/paste show"), Say("/multiline on"),
            Row(f"c{ENTER}d", "… d"), Prompt(CTRL_J), Say("/multiline off"),
        ),
    ),
    Dialogue(
        "accessible", (Say("lists"), Say("/tree"), Say("break")), "--accessible", prompt="You:",
    ),
    Dialogue("mono", (Say("lists"), Say("code"), Say("/help")), "--theme mono"),
)  # fmt: skip
