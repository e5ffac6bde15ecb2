"""What is generated is what the code says: `make regen` writes it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from nemochat.cli import completions
from nemochat.cli.app import app
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


@pytest.mark.parametrize("shell", completions.SHELLS)
def test_a_shell_takes_its_completions(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed here, and is no part of what a fresh clone needs")
    script = tmp_path / "script"
    script.write_text(completions.script(shell, app))
    assert subprocess.run([shell, "-n", str(script)], check=False).returncode == 0


def test_bash_completes_commands_flags_and_values(tmp_path: Path) -> None:
    def offered(*words: str) -> set[str]:
        script = ROOT / "completions" / "nemochat.bash"
        listed = " ".join(f"'{word}'" for word in words)
        done = subprocess.run(
            [
                "bash",
                "-c",
                f"""source '{script}'; COMP_WORDS=({listed}); COMP_CWORD={len(words) - 1}
                _nemochat; printf '%s\\n' "${{COMPREPLY[@]}}" """,
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        return set(done.stdout.split())

    assert {"ask", "guide", "completions"} <= offered("nemochat", "")
    assert offered("nemochat", "ask", "--temp") == {"--temp", "--temperature"}
    assert {"deepinfra", "ollama", "guide"} <= offered("nemochat", "--endpoint", "")
    assert offered("nemochat", "completions", "z") == {"zsh"}
    assert offered("nemochat", "guide", "s") == {"serve"}
