"""A newcomer's first minutes, in a fresh clone and an empty home: `make newcomer`.

What is committed is played, by hand and word for word, on a machine that has git, make and Python
only: a chat, an installation, the README's first answer, a pipe, and the way back. It prints what
a person would see, and how long each step took. `make newcomer TEST=1` also runs every check, and
`make newcomer TOOL=uv` installs with uv instead of pipx.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import Program
from tests.installing import TOOLS, Home, install, judged, uninstall
from tests.regen import ROOT
from tests.terminal import Screen
from tests.test_examples import NOTES, examples

SECTION = re.compile(r"^## Your first answer.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
QUESTION = "How do I save a chat?"
PATIENCE = 600  # seconds, for what is fetched


def heading(text: str) -> None:
    print(f"\n== {text} ==\n", flush=True)


def chat(home: Home, clone: Path) -> None:
    """`make chat` in a terminal: a question, a name, and out."""
    begun = time.monotonic()
    print("$ make chat", flush=True)
    with Screen(Program(clone, home.environment), command=("make", "chat"), rows=50) as screen:
        screen.wait_for_prompt(PATIENCE)
        print(f"# {time.monotonic() - begun:.1f} s to the first prompt")
        begun = time.monotonic()
        screen.say(QUESTION)
        screen.wait_for("There is more", PATIENCE)
        screen.wait_for_prompt()
        print(f"# {time.monotonic() - begun:.1f} s to the end of the answer")
        screen.say("/save first")
        screen.wait_for_prompt()
        screen.say("/exit")
        code = screen.wait_for_end()
        print(screen.text())
    if code:
        home.problems.append(f"make chat ended with {code}")
    home.expect(screen.text(), "/load", "the guide's answer")
    home.expect(screen.text(), "first", "/save")


def first_answer(home: Home, clone: Path) -> None:
    """What the README has a newcomer type, in one shell."""
    section = SECTION.search((clone / "README.md").read_text("utf-8"))
    if section is None:
        print('The README has no section "Your first answer": nothing is played.')
        return
    played = list(examples(section[0]))
    if not played:
        home.problems.append("the first answer has no command")
    folder = home.path / "first-answer"
    folder.mkdir()
    (folder / "notes.md").write_text(NOTES)  # which the examples' tests have too
    exports: list[str] = []
    for command, output in played:
        told = home.run(command, folder, after=exports)
        home.expect(told, output.strip(), command)
        if command.startswith("export "):
            exports.append(command)


def play(home: Home, tool: str, *, tests: bool) -> None:
    """All of it."""
    clone = home.path / "nemochat"
    heading("A clone")
    home.run(f"git clone --quiet {ROOT} nemochat")
    home.run("cat README.md | head -5", clone)
    heading("A chat")
    chat(home, clone)
    if tests:
        heading("Every check")
        home.run("make test", clone)
    heading(f"The command everywhere: {tool}")
    install(home, tool, str(clone))
    home.expect(home.run("nemochat --version"), "nemochat ", "the version")
    heading("The first answer")
    first_answer(home, clone)
    heading("A pipe")
    asked = 'echo "How do I leave the chat?" | nemochat ask --endpoint guide --quiet'
    home.expect(home.run(asked), "/exit", "an answer in a pipe")
    home.run("nemochat chats list")
    heading("The way back")
    if changed := home.run("git status --porcelain", clone):
        home.problems.append(f"the clone is no longer as it was: {changed}")
    uninstall(home, tool, but=[clone, home.path / "first-answer"])


def main(arguments: list[str]) -> int:
    """Play with the tool of one's choice, pipx at first; 0 if all is well."""
    tool = next((each for each in arguments if each in TOOLS), "pipx")
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        play(home, tool, tests="--test" in arguments)
        return judged(home)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
