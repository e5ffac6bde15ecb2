"""Hostile files and pages."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path

from nemochat.errors import ExitCode
from tests.hostile.case import Case, Command

MEGABYTE = 1024 * 1024
Write = Callable[[Path], object]


def text(content: str | bytes | Callable[[], str]) -> Write:
    """Return a function that writes a file with this content; a large one is made on demand."""

    def write(path: Path) -> None:
        made = content() if callable(content) else content
        path.write_bytes(made.encode("utf-8", "surrogatepass") if isinstance(made, str) else made)

    return write


def fill(unit: str, size: int, end: str = "", *, start: str = "") -> str:
    """Return a text of about `size` characters that repeats a unit between a start and an end."""
    return start + unit * (size // len(unit)) + end


def nest(opener: str, closer: str, depth: int, content: str = "x") -> str:
    """Return a text within so many pairs."""
    return opener * depth + content + closer * depth


def _sparse(size: int) -> Write:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(size)

    return write


def _special(path: Path) -> None:
    """Make a folder in which a walk or a read could wait for ever."""
    path.mkdir()
    os.mkfifo(path / "pipe.txt")
    (path / "loop").symlink_to(path)
    (path / "zero.txt").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(path)  # an address has at most about 100 bytes
        try:
            listener.bind("socket.txt")
        finally:
            os.chdir(here)
    (path / "fine.txt").write_text("fine")


def _deep(path: Path) -> None:
    folder = path
    for _ in range(150):
        folder /= "a"
    folder.mkdir(parents=True)
    (folder / "fine.txt").write_text("fine")


def _many(path: Path) -> None:
    path.mkdir()
    for number in range(25_000):
        (path / f"{number}.txt").touch()


def _odd_names(path: Path) -> None:
    path.mkdir()
    names = (b"\x1b]0;owned\x07.txt", b"\xff\xfe.txt", b"a\nb.txt", b"`` `.txt", b"-rf.txt")
    for name in (*names, b"a" * 251 + b".txt"):
        Path(os.fsdecode(os.path.join(os.fsencode(path), name))).write_text("fine")  # noqa: PTH118


_ASK: tuple[Command, ...] = (("ask", "--dry-run", "-f", "{}", "Hi"),)
_SHOW: tuple[Command, ...] = (("show", "{}"),)
_OK, _USAGE = (ExitCode.OK,), (ExitCode.USAGE,)
_EITHER = (ExitCode.OK, ExitCode.USAGE)  # it may be too long for the context
_ONE_LINE = text(partial(fill, "x", 2 * MEGABYTE - 1))
_FILES: tuple[tuple[str, Write, tuple[Command, ...], tuple[ExitCode, ...]], ...] = (
    ("500 MB of nothing", _sparse(500 * MEGABYTE), _ASK, _USAGE),
    ("500 MB of nothing, shown", _sparse(500 * MEGABYTE), _SHOW, _USAGE),
    ("a link to /dev/zero", lambda path: path.symlink_to("/dev/zero"), _ASK, _USAGE),
    ("a link to /dev/zero, shown", lambda path: path.symlink_to("/dev/zero"), _SHOW, _USAGE),
    ("a link to itself", lambda path: path.symlink_to(path), _ASK, _USAGE),
    ("a folder with pipes and loops", _special, _ASK, _OK),
    ("a folder 150 levels deep", _deep, _ASK, _OK),
    ("a folder with 25,000 files", _many, _ASK, _USAGE),
    ("a folder with odd names", _odd_names, _ASK, _OK),
    ("a glob with many stars", _deep, (("ask", "--dry-run", "-f", "{}" + "/**/*" * 6, "Hi"),), _OK),
    ("one line of 2 MB", _ONE_LINE, _ASK, _EITHER),
    ("UTF-16", text("Hello".encode("utf-16")), _ASK, _USAGE),
    ("invalid UTF-8", text(b"Hello \xff\xfe"), _ASK, _USAGE),
    ("surrogates", text("Hello \ud800"), _ASK, _USAGE),
    ("2 MB of backticks", text(partial(fill, "`", 2 * MEGABYTE - 1)), _ASK, _EITHER),
    ("runs of backticks of every length",
     text("\n".join("`" * n for n in range(1, 800))), _ASK, _OK),
    ("31 MB of newlines, shown", text(partial(fill, "\n", 31 * MEGABYTE, "x")), _SHOW, _OK),
    ("31 MB of escapes, shown", text(partial(fill, "\x1b[2J", 31 * MEGABYTE)), _SHOW, _OK),
)  # fmt: skip

_FITTING = 400_000  # characters that the context has room for
# Beginnings of what is looked for in a text that is to be sent.
_SECRETS = (
    "AKIA", "sk-", "sk-a1-", "xoxb-1", "eyJ", "eyJaaaaaaaa.eyJ", "eyJaaaaaaaa.", "ghp_",
    "github_pat_", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n\n\n",
    "-----BEGIN A A A ", "-----BEGIN PRIVATE KEY-----\nProc-Type: 4\n", "`x`:\n\n```\n",
    "`x`:\n\n````\nAKIA\n",
)  # fmt: skip
_MENTIONS = (
    "@", "@@", '@"', "@*", "@[", "@~", "@{}", "@../", "@a ", '@"a" ',
)  # fmt: skip


def _files() -> list[Case]:
    cases = [Case("file", *row) for row in _FILES]
    codes = (ExitCode.OK, ExitCode.USAGE)  # there may be a secret; a name may be too long
    for unit in _SECRETS:
        for end in ("", " "):
            name = f"{_FITTING // 1000} kB of {unit + end!a}"
            cases.append(
                Case("file", name, text(partial(fill, unit + end, 2 * MEGABYTE - 1)), _ASK)
            )
    script: tuple[Command, ...] = (("--endpoint", "guide", "--private", "--script", "{}"),)
    for unit in _MENTIONS:
        content = text(f"What is {fill(unit, 20_000)}?\n")
        cases.append(Case("file", f"a message of {unit!a}", content, script, codes))
    return cases


_READER = """
import sys
from nemochat.web.html_to_text import html_to_text
with open(sys.argv[1], encoding="utf-8", errors="replace") as file:
    sys.stdout.write(html_to_text(file.read()))
"""
PAGE = 2 * MEGABYTE - 100  # characters; the largest page that is read has 2 MB
_OPENERS = (
    "<ul><li>", "<ol><li>", "<div>", "<blockquote>", "<pre>", "<a href=x>", "<b>",
    "<table><tr><td>", "<main>", "<script>", "<svg>", "<h1>", "<dl><dd>", "<select>", "<title>",
    "<template>",
)  # fmt: skip
_FRAGMENTS = (
    "<", "<a", "<a ", "<!", "<![", "<![x", "<![x]", "<![CDATA[", "<!--", "<!-->", "<!DOCTYPE ",
    "<?", "</", "</a", "&", "&#", "&#x", "&#1114112;", "&amp", "&lt;", "<a b=", "<a b='", '<a b="',
    "<a b=c ", "<br>", "<li>", "</li>", "</ul>", "</pre>", "</script", "<td>", "<p></p>", "\0",
    "<\0", "\u0301", "\u200b", "\r", " ", "\u00a0", "<a/", "<a/b=", "<a//", "<!a>", "<!-", "<!--x",
    "--!", "<title>", "<textarea>", "<plaintext>", "<xmp>", "<script>x<",
)  # fmt: skip


def _pages() -> list[Case]:
    texts = {f"nested {opener}": partial(fill, opener, PAGE, "x") for opener in _OPENERS}
    texts |= {
        f"pairs of {opener}": partial(nest, opener, "</x>", PAGE // 30) for opener in _OPENERS
    }
    texts |= {f"2 MB of {unit!a}": partial(fill, unit, PAGE, "x") for unit in _FRAGMENTS}
    texts |= {
        f"{opener} and 2 MB of {unit!a}": partial(fill, unit, PAGE, start=opener)
        for opener, unit in product(
            ("<a ", "<![", "<script>", "<pre>", "<!--", "<ul><li>"),
            ("<", "a ", "a=", "]", "-", "'"),
        )
    }
    texts["bare <![x"] = partial(str, "<![x")
    command: tuple[Command, ...] = (("python", "-c", _READER, "{}"),)
    return [Case("page", name, text(content), command) for name, content in texts.items()]


CASES = [*_files(), *_pages()]
