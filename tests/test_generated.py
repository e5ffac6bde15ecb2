"""What is generated is what the code says: `make regen` writes it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from nemochat.cli.app import root_command
from nemochat.cli.completions import scripts
from nemochat.cli.completions.tree import SHELLS, CommandSpec, list_commands
from nemochat.config import paths
from nemochat.config.settings import THEME_NAMES
from nemochat.core import profile
from nemochat.guide import knowledge
from nemochat.store.formats import exports, imports
from tests.conftest import Program, needs
from tests.regen import ROOT, TABLES, filled, generated

FILES = dict(generated())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_generated_file_is_up_to_date(path: Path) -> None:
    assert path.read_text("utf-8") == FILES[path], "make regen"


def test_every_table_stands_in_a_page() -> None:
    pages = "".join(path.read_text("utf-8") for path in FILES if path.suffix == ".md")
    assert [name for name in TABLES if f"<!-- {name} -->" not in pages] == []


def test_a_table_is_put_between_its_markers() -> None:
    page = "before\n<!-- exit-codes -->\nold\n<!-- /exit-codes -->\nafter\n"
    assert filled(page).startswith("before\n<!-- exit-codes -->\n| code | meaning |\n|---|---|\n")
    assert filled(filled(page)) == filled(page)


@pytest.mark.parametrize(
    ("page", "row", "there"),
    [
        ("export", r"^\| `([a-z]+)` \| `\.", {each.name for each in exports.FORMATS}),
        ("import", r"\| `([a-z_-]+)` \|$", {each.name for each in imports.READERS} | {"--from"}),
        ("looks", r"^- `([a-z]+)`", {"auto", *THEME_NAMES}),
        ("profiles", r"^\| `([a-z]+)` \|", {*profile.TEXTS, "messages"}),
    ],
)
def test_what_a_page_lists_by_hand_is_what_there_is(page: str, row: str, there: set[str]) -> None:
    rows = re.findall(row, (ROOT / "docs" / f"{page}.md").read_text("utf-8"), re.MULTILINE)
    assert set(rows) == there


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_takes_its_completions(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed here, and is no part of what a fresh clone needs")
    script = tmp_path / "script"
    script.write_text(scripts.build_script(shell, root_command()))
    assert subprocess.run([shell, "-n", str(script)], check=False).returncode == 0


def complete(home: Path, *words: str) -> list[str]:
    """What bash offers for the last of these words."""
    script = ROOT / "completions" / "nemochat.bash"
    listed = " ".join(f"'{word}'" for word in words)
    done = subprocess.run(
        [
            "bash",
            "-c",
            f"""source '{script}'; COMP_WORDS=({listed}); COMP_CWORD={len(words) - 1}
            _nemochat; printf '%s\\n' "${{COMPREPLY[@]}}" """,
        ],
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
        cwd=home,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_bash_completes_commands_flags_and_values(tmp_path: Path) -> None:
    assert {"ask", "guide", "completions"} <= set(complete(tmp_path, "nemochat", ""))
    assert complete(tmp_path, "nemochat", "ask", "--temp") == ["--temp", "--temperature"]
    assert {"deepinfra", "ollama", "guide"} <= set(complete(tmp_path, "nemochat", "--endpoint", ""))
    assert complete(tmp_path, "nemochat", "completions", "z") == ["zsh"]
    assert complete(tmp_path, "nemochat", "guide", "s") == ["serve"]
    assert complete(tmp_path, "nemochat", "ask", "show", "--sch") == ["--schema"]
    assert complete(tmp_path, "nemochat", "config", "set", "retr") == ["retries"]
    assert complete(tmp_path, "nemochat", "keys", "set", "mi") == ["mistral"]


def test_bash_takes_no_value_for_a_command_and_no_flag_for_one_that_takes_a_value(
    tmp_path: Path,
) -> None:
    assert complete(tmp_path, "nemochat", "--endpoint", "guide", "a") == ["ask"]
    assert complete(tmp_path, "nemochat", "-m", "show", "ask", "--sch") == ["--schema"]
    assert complete(tmp_path, "nemochat", "--endpoint", "=", "guide", "ask", "--sch") == [
        "--schema"
    ]
    assert complete(tmp_path, "nemochat", "ask", "--endpoint", "=", "gu") == ["guide"]
    assert "guide" in complete(tmp_path, "nemochat", "ask", "--endpoint", "=")
    assert complete(tmp_path, "nemochat", "ask", "-q", "--sch") == ["--schema"]
    assert complete(tmp_path, "nemochat", "models", "-q", "") == [""]


@needs("fish")
def test_fish_offers_what_belongs_to_the_command_at_the_cursor_alone(tmp_path: Path) -> None:
    state = tmp_path / ".local" / "state" / "nemochat"
    paths.write_names(state, paths.CHATS, ["lamb"])
    (tmp_path / "notes.md").write_text("x")
    script = ROOT / "completions" / "nemochat.fish"

    def fished(line: str) -> list[str]:
        done = subprocess.run(
            ["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"],
            env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr == ""
        return [offer.partition("\t")[0] for offer in done.stdout.splitlines()]

    assert fished("nemochat chats show --") == ["--format", "--help", "--json"]
    assert fished("nemochat chats show ") == ["lamb"]
    assert fished("nemochat manual --") == ["--help"]
    assert {"--help", "--math", "--no-math"} <= set(fished("nemochat show --"))
    assert "--model" not in fished("nemochat show --")
    assert fished("nemochat show n") == ["notes.md"]
    assert fished("nemochat chats list ") == []
    assert fished("nemochat ask chats ") == []
    assert fished("nemochat ask -p show --sch") == ["--schema"]
    assert fished("nemochat --endpoint guide a") == ["ask"]
    assert fished("nemochat ask --endpoint gu") == ["guide"]
    assert fished("nemochat ask --temperature ") == []
    assert fished("nemochat config set retr") == ["retries"]


def test_bash_completes_names_and_files_and_runs_none_of_them(tmp_path: Path) -> None:
    state = tmp_path / ".local" / "state" / "nemochat"
    paths.write_names(state, paths.CHATS, ["lamb", "le boeuf", "$(touch pwned)", "`touch pwned`"])
    paths.write_names(state, paths.MODELS, ["maker/model"])
    (tmp_path / ".config" / "nemochat").mkdir(parents=True)
    (tmp_path / ".config" / "nemochat" / "config.toml").write_text(
        '[profile.chef]\n[profile."sous chef".parameters]\n[endpoint.home]\n'
    )
    (tmp_path / "my notes.md").write_text("x")
    assert complete(tmp_path, "nemochat", "ask", "--resume", "l") == ["lamb", "le\\ boeuf"]
    assert complete(tmp_path, "nemochat", "chats", "show", "le\\ ") == ["le\\ boeuf"]
    assert len(complete(tmp_path, "nemochat", "--resume", "")) == 4
    assert "maker/model" in complete(tmp_path, "nemochat", "ask", "-m", "")
    assert "home" in complete(tmp_path, "nemochat", "--endpoint", "")
    assert complete(tmp_path, "nemochat", "ask", "-f", "my") == ["my notes.md"]
    assert not (tmp_path / "pwned").exists()


def test_names_are_kept_for_their_owner_alone_and_go_with_what_they_name(program: Program) -> None:
    file = program.home / "state" / "nemochat" / "names" / "chats"
    program.run("ask", "--endpoint", "guide", "Hello!")
    program.run("chats", "rename", "1", "lamb")
    assert file.read_text() == "lamb\n"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    program.run("chats", "delete", "lamb", "--yes")
    assert file.read_text() == ""


@needs("man")
def test_man_shows_the_manual_page() -> None:
    page = ROOT / "completions" / "nemochat.1"
    done = subprocess.run(
        ["man", "--warnings", "-l", str(page)],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], "MANWIDTH": "80", "LANG": "C.UTF-8", "PAGER": "cat"},
    )
    assert done.stderr == ""
    for told in ("--schema", "NEMOCHAT_ENDPOINT", "EXIT STATUS", "nemochat chats show"):
        assert told in done.stdout


@pytest.mark.parametrize(
    "node", list_commands(root_command()), ids=lambda node: " ".join(node.path) or "nemochat"
)
def test_every_command_has_an_example_and_tells_where_to_read_more(node: CommandSpec) -> None:
    assert node.help
    examples, more = node.epilog.split("\n\n")
    assert all("nemochat" in example for example in examples.splitlines())
    topic = more.removeprefix("More: nemochat help ").removeprefix("topic ")
    assert topic in {"topics", *knowledge.topics()}
    assert [flag.names for flag in node.flags if not flag.help] == []
