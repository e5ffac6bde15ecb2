"""Lexers: which languages are highlighted, and that no line takes exponential time."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nemochat.lexers import LEXERS, open_highlighter

SECONDS = 30  # of CPU time for about 250 lines; a fast lexer takes less than two
COMMON = """
python py bash sh zsh javascript js typescript ts tsx jsx java kotlin scala c c++ cpp c#
csharp go rust rs swift ruby rb php perl lua r julia haskell ocaml fsharp elixir erlang
clojure lisp scheme dart objective-c groovy vbnet powershell console makefile cmake
dockerfile nginx ini toml yaml yml json json5 xml html css scss sass less vue sql mysql
postgresql tsql graphql proto diff markdown md rst latex matlab fortran ada pascal zig
verilog vhdl asm nasm glsl hlsl terraform hcl nix vim tcl prolog elm pycon properties
"""
PORTION = 10  # lexers in one test


def find_slow(names: list[str], seconds: int) -> list[str]:
    command = [sys.executable, "-m", "tests.hostile.lexer_lines", str(seconds), *names]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("first", range(0, len(LEXERS), PORTION))
def test_no_line_takes_a_lexer_long(first: int) -> None:
    assert find_slow(sorted(LEXERS)[first : first + PORTION], SECONDS) == []


def test_the_lines_are_hostile_to_lexers_that_are_not_repaired_or_not_listed() -> None:
    slow = ["!BashLexer", "!RegoLexer", "!ScalaLexer"]
    assert find_slow([*slow, "!PythonLexer"], 1) == slow


@pytest.mark.parametrize(
    "name",
    COMMON.split(),
)
def test_a_common_language_is_highlighted(name: str) -> None:
    highlighter = open_highlighter(name)
    assert highlighter
    assert "".join(text for _, text in highlighter.line("a = 1")) == "a = 1"


@pytest.mark.parametrize("name", ["rego", "smithy", "fish", "text", "output", "unknown"])
def test_other_languages_are_not_highlighted(name: str) -> None:
    assert open_highlighter(name) is None
