"""What a person brings into a question: files, the output of commands, pages, played lines."""

from __future__ import annotations

import pytest

from nemochat.web.html_to_text import html_to_text
from tests.conftest import Heard, Program
from tests.terminal import CTRL_C, CTRL_D, Screen

FENCED = "`src/a.py`:\n\n```py\na = 1\n```"


@pytest.fixture
def here(asking: Program) -> Program:
    """The program in a folder with a few files, at an endpoint that is listened to."""
    source = asking.home / "src"
    source.mkdir()
    (source / "a.py").write_text("a = 1\n")
    (source / "b.py").write_text("b = 2\n")
    (asking.home / "a b.txt").write_text("blanks\n")
    (asking.home / ".ssh").mkdir()
    (asking.home / ".ssh" / "key").write_text("secret\n")
    (asking.home / "picture").write_bytes(b"\0\1")
    asking.environment["SHELL"] = "/bin/sh"
    return asking


def play(program: Program, *lines: str, **environment: str) -> str:
    """What a script of lines shows."""
    (program.home / "script").write_text("\n".join(lines) + "\n")
    done = program.run("--private", "--script", "script", environment=environment)
    assert done.returncode == 0
    return (done.stdout + done.stderr).decode()


def last(heard: Heard) -> str:
    """The last question that the endpoint heard."""
    return str(heard.bodies[-1]["messages"][-1]["content"])


def test_a_file_that_a_message_mentions_goes_with_it(here: Program, heard: Heard) -> None:
    shown = play(here, 'Why is @src/a.py, or (@"a b.txt") so? Ask me@src/a.py or @nobody.')
    assert "Attached src/a.py, a b.txt: about" in shown
    typed, *attached = last(heard).split("\n\n", 1)
    assert typed == 'Why is @src/a.py, or (@"a b.txt") so? Ask me@src/a.py or @nobody.'
    assert attached == [f"{FENCED}\n\n`a b.txt`:\n\n```txt\nblanks\n```"]


@pytest.mark.parametrize("lines", [2, 25])
def test_a_paste_of_several_lines_attaches_nothing(lines: int, here: Program, heard: Heard) -> None:
    pasted = "\n".join(["@src", *("def f(): ..." for _ in range(lines - 1))])
    with Screen(here, "--private") as terminal:
        terminal.wait_for_prompt()
        terminal.type("in @src/b.py and ")
        terminal.type(f"\x1b[200~{pasted.replace(chr(10), chr(13))}\x1b[201~\r")
        terminal.wait_for("Attached")
        terminal.wait_for_prompt()
    typed, _, attached = last(heard).partition("\n\n")
    assert typed == f"in @src/b.py and {pasted}"
    assert attached == "`src/b.py`:\n\n```py\nb = 2\n```"


def test_folders_and_globs_are_mentioned_too(here: Program, heard: Heard) -> None:
    play(here, "Compare @src/*.py, please")
    both = last(heard)
    assert "`src/a.py`" in both
    assert "`src/b.py`" in both
    play(here, "Compare @src")
    assert last(heard).removeprefix("Compare @src") == both.removeprefix(
        "Compare @src/*.py, please"
    )


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("see @@src/a.py", "see @src/a.py"),
        ("SELECT @@version", "SELECT @@version"),
        ("@@ -1,2 +1,2 @@", "@@ -1,2 +1,2 @@"),
        ("what is @.ssh/key or @~/.ssh/key", "what is @.ssh/key or @~/.ssh/key"),
        ("write to me@example.org @ 5", "write to me@example.org @ 5"),
        ("@nobody @*.nothing @. @", "@nobody @*.nothing @. @"),
        ("!!important", "!important"),
    ],
)
def test_what_names_no_file_stays_as_it_is(
    typed: str, sent: str, here: Program, heard: Heard
) -> None:
    play(here, typed)
    assert last(heard) == sent


def test_a_binary_file_is_refused_by_name_and_nothing_is_asked(here: Program, heard: Heard) -> None:
    assert "picture is binary, not text" in play(here, "What is @picture?")
    assert heard.bodies == []


def test_files_are_attached_listed_dropped_and_sent_once(here: Program, heard: Heard) -> None:
    shown = play(
        here,
        *("/file", "/file src/a.py", "/add 'a b.txt' src", "/file", "One?", "Two?"),
        *("/file src/b.py", "/file clear", "Three?", "/file src/c.py", "/file picture"),
    )
    assert "There are no attachments. `/file PATH`" in shown
    assert "Attached src/a.py to the next question: about 7 tokens; the context holds" in shown
    assert "Attached 3 files to the next question: about" in shown
    assert "- `src/a.py`\n- `a b.txt`\n" in shown
    assert 'there is no file "src/c.py". Did you mean "src/' in shown
    assert "picture is binary" in shown
    questions = [body["messages"][-1]["content"] for body in heard.bodies]
    assert questions[0].startswith(f"One?\n\n{FENCED}\n\n`a b.txt`")
    assert questions[1:] == ["Two?", "Three?"]


@pytest.mark.parametrize(
    "lines",
    [
        ["/file long.txt", "What is it?"],
        ["What is @long.txt?"],
        ['"""', *["word " * 1000] * 110, '"""'],
        ["word " * 110_000],
    ],
    ids=["/file", "@", "lines", "words"],
)
def test_more_than_the_context_holds_is_sent_with_one_warning(
    here: Program, heard: Heard, lines: list[str]
) -> None:
    (here.home / "long.txt").write_text("word " * 110_000)
    shown = play(here, *lines)
    assert shown.count("the prompt has about 137,") == 1
    assert "tokens, and the model's context 131,072" in shown
    assert last(heard).count("word ") >= 110_000 - 110


def test_the_output_of_a_command_goes_with_the_question_if_wanted(
    here: Program, heard: Heard
) -> None:
    shown = play(
        here, *("!echo one; echo two; exit 2", "y", "!echo never", "n", "!", "!true", "Why?")
    )
    assert "Add these 2 lines, about 2 tokens, to the next question? [y/N] y" in shown
    assert "the command exited with code 2" in shown
    assert "! needs a shell command" in shown
    assert "The command had no output." in shown
    assert last(heard) == (
        "Why?\n\n`$ echo one; echo two; exit 2`:\n\n```\none\ntwo\n```\n\n(exited with code 2)"
    )


def test_ctrl_c_ends_a_command_and_what_it_wrote_may_still_be_added(
    here: Program, heard: Heard
) -> None:
    with Screen(here, columns=100) as terminal:
        terminal.wait_for_prompt()
        terminal.say("!printf 'one\\033[31m\\ntwo'; sleep 300")
        terminal.wait_for("\ntwo")  # though its line has no end
        assert "one␛[31m" in terminal.text()
        terminal.type(CTRL_C)
        terminal.wait_for("the command was stopped by you\nAdd these 2 lines")
        terminal.say("y")
        terminal.wait_for("Added to the next question: about")
        terminal.wait_for_prompt()
        terminal.say("Why?")
        terminal.wait_for_prompt()
        terminal.type(CTRL_D)
        assert terminal.wait_for_end() == 0
    assert "two\n```\n\n(was stopped by you)" in last(heard)


def test_pages_are_fetched_only_where_that_is_turned_on_and_never_from_here(
    here: Program, heard: Heard
) -> None:
    address = f"{heard.base_url}/models"
    shown = play(here, f"/url {address}", "/url", "/url a b")
    assert "/url is off" in shown
    assert shown.count("/url needs the address of one page") == 2
    shown = play(here, f"/url {address}", "/url localhost", "/url ftp://x", NEMOCHAT_URLS="on")
    assert shown.count("belongs to this machine or its network") == 2
    assert "the address of a page must be http:// or https:// followed by a host" in shown


def test_a_file_of_lines_is_played_as_if_typed(here: Program, heard: Heard) -> None:
    (here.home / "inner").write_text('"""\nseveral\nlines\n"""\n')
    (here.home / "outer").write_text("First?\n!echo out\ny\n/run inner\nlast \\\none\n")
    shown = play(here, "/run outer", "/info")
    questions = [body["messages"][-1]["content"] for body in heard.bodies]
    assert questions == ["First?", "several\nlines\n\n`$ echo out`:\n\n```\nout\n```", "last \none"]
    assert shown.index("> First?") < shown.index("> last") < shown.index("> /info")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["/run"], "/run needs the name"),
        (["/run missing"], "missing cannot be read (No such file"),
        (["/run itself"], '"itself" was not run: 100 scripts have already run'),
        (["/run failing"], "there is no command"),
    ],
)
def test_a_playing_that_fails_ends_there(lines: list[str], said: str, here: Program) -> None:
    (here.home / "itself").write_text("/run itself\n/info\n")
    (here.home / "failing").write_text("/nothing-of-this-name\n/info\n")
    shown = play(here, *lines, "/help run")
    assert said in shown
    assert "Run a script: each line" in shown
    assert "saved in" not in shown


def test_ctrl_c_during_an_answer_ends_the_playing(program: Program) -> None:
    (program.home / "lines").write_text("What parameters are there?\n/info\n")
    with Screen(program, "--endpoint", "guide") as terminal:
        terminal.wait_for_prompt()
        terminal.say("/run lines")
        terminal.wait_for("> What parameters are there?\n\n", 10)
        seen = len(terminal.text())
        while len(terminal.text()) < seen + 40:
            terminal._read()
        terminal.type(CTRL_C)
        terminal.wait_for("stopped by you")
        terminal.wait_for_prompt()
        assert "saved in" not in terminal.text()


PAGE = """<!DOCTYPE html><html><head><title>A &amp; B</title><style>p {}</style></head><body>
<nav><ul><li>Home</ul></nav><h1>Head<br></h1><p>One   <b>bold</b>
line.<p>Two<script>alert("<p>no</p>")</script>.
<ul><li>first<li><p>second</p><ol><li>deep</ol></ul><pre><code>if x:
    y &lt; z
</code></pre><table><tr><th>a<th>b<tr><td>1<td>2</table></div></span><svg><text>no</text></svg>
<p>End"""


def test_a_page_is_read_as_a_person_reads_it() -> None:
    assert html_to_text(PAGE) == (
        "# A & B\n\n- Home\n\n# Head\n\nOne bold line.\n\nTwo.\n\n"
        "- first\n- second\n\n  1. deep\n\n```\nif x:\n    y < z\n```\n\na | b\n\n1 | 2\n\nEnd"
    )


def test_of_a_page_with_a_main_part_that_part_is_read() -> None:
    main = "word " * 60
    html = f"<title>T</title><nav>menu</nav><main><h1>T</h1><p>{main}</main><footer>foot</footer>"
    assert html_to_text(html) == f"# T\n\n{main.strip()}"
    assert "menu" in html_to_text("<nav>menu</nav><main>little</main>")


@pytest.mark.parametrize("html", ["", "<", "<p", "<!--", "</p></ul></main>", "<script>x", "&#0;&x"])
def test_a_broken_page_does_no_harm(html: str) -> None:
    assert "script" not in html_to_text(html)
