"""Files that the user names: read completely, or refused in one sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.errors import UsageError
from nemochat.files import Text, gather, to_code_block


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to a folder of sources, which is also the home directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, content in {
        "src/a.py": "a = 1\n",
        "src/deep/b.py": "b = 2\n",
        "src/notes.md": "# Ä\n",
        "src/.hidden/c.py": "c = 3\n",
        "src/.env": "KEY=secret\n",
        "a b[1].txt": "brackets\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    (tmp_path / "src" / "picture.png").write_bytes(b"\x89PNG\0\0")
    (tmp_path / "src" / "latin.txt").write_bytes(b"caf\xe9\n")
    return tmp_path


def names(*patterns: str) -> list[str]:
    return [text.name for text in gather(patterns)]


def test_a_path_is_read_completely() -> None:
    assert gather(["src/notes.md"]) == [Text("src/notes.md", "# Ä\n")]


def test_a_folder_stands_for_its_text_files_but_hidden_and_binary_ones() -> None:
    assert names("src") == ["src/a.py", "src/notes.md", "src/deep/b.py"]


def test_a_glob_finds_files_of_any_depth_in_order() -> None:
    assert names("src/**/*.py") == ["src/a.py", "src/deep/b.py"]
    assert names("src/*") == ["src/a.py", "src/notes.md"]


def test_the_home_is_written_as_the_user_wrote_it() -> None:
    assert names("~/src/a.py") == ["~/src/a.py"]
    assert names("~/src/*.py") == ["~/src/a.py"]


def test_a_name_with_the_marks_of_a_glob_is_a_name() -> None:
    assert names("a b[1].txt") == ["a b[1].txt"]


def test_a_file_that_is_named_twice_comes_once() -> None:
    Path("link.py").symlink_to("src/a.py")
    assert names("src/a.py", "src", "./src/a.py", "link.py") == [
        "src/a.py",
        "src/notes.md",
        "src/deep/b.py",
    ]


def test_links_that_lead_in_a_circle_are_no_trap() -> None:
    Path("src/circle").symlink_to("..", target_is_directory=True)
    Path("src/itself").symlink_to("itself")
    assert names("src") == ["src/a.py", "src/notes.md", "src/deep/b.py"]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("src/picture.png", "src/picture.png is binary"),
        ("src/latin.txt", "src/latin.txt is not UTF-8 text (byte 3 is 0xe9)"),
        ("src/b.py", 'there is no file "src/b.py". Did you mean "src/a.py"?'),
        ("nothing/at/all", 'there is no file "nothing/at/all"'),
        ("*.rs", 'no text file matches "*.rs"'),
        ("src/*.png", 'no text file matches "src/*.png"'),
        ("src/lat*", "no UTF-8 text found"),
        ("~nobody-of-this-name/x", "no such home directory"),
        ("with\0nul", "there is no file"),
        ("long" * 2000, "there is no file"),
        ("", "there is no file"),
    ],
)
def test_what_cannot_be_read_is_reported_by_its_name(pattern: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        gather([pattern])
    assert said in str(caught.value)


def test_too_many_files_and_too_many_bytes_are_counted() -> None:
    with pytest.raises(UsageError, match="src: 4 text files; the limit is 2"):
        gather(["src"], most_files=2)
    with pytest.raises(UsageError, match="12 bytes; the limit is 11"):
        gather(["src/*.py", "src/deep/*.py"], most_bytes=11)
    assert len(gather(["src/*.py", "src/deep/*.py"], most_files=2, most_bytes=12)) == 2


def test_a_fence_bears_the_name_and_the_language() -> None:
    assert to_code_block("a = 1\n", "src/a.py") == "`src/a.py`:\n\n```py\na = 1\n```"
    assert to_code_block("x", "Makefile") == "`Makefile`:\n\n```\nx\n```"
    assert to_code_block("x", "two\nlines.c++") == "`two lines.c++`:\n\n```\nx\n```"
    assert to_code_block("x", info="text") == "```text\nx\n```"
    assert to_code_block("") == "```\n\n```"


@given(st.text(alphabet="`~a\n ", max_size=40))
def test_nothing_within_ends_a_fence(text: str) -> None:
    fence, *within, end = to_code_block(text).split("\n")
    assert fence == end
    assert re.fullmatch("`{3,}", fence)
    assert all(fence not in line for line in within)
