"""Columns of text."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.screen.text.width import clusters, is_plain, text_width


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("", 0),
        ("plain", 5),
        ("naïve – “quoted” … •", 20),
        ("αβγ Привет", 10),
        ("漢字", 4),
        ("한국", 4),
        ("e\u0301", 1),
        ("👍", 2),
        ("👍🏽", 2),
        ("👩‍👩‍👧‍👦", 2),
        ("🇩🇪🇫🇷", 4),
        ("❤️", 2),
        ("a\tb", 9),
        ("\t\t", 16),
        ("12345678\tx", 17),
        ("漢\t漢", 10),
    ],
)
def test_a_text_takes_its_columns(text: str, wide: int) -> None:
    assert text_width(text) == wide


def test_what_a_reader_sees_as_one_stays_together() -> None:
    parts = [part for part, _ in clusters("e\u0301👩‍👩‍👧🇩🇪🇫🇷👍🏽नि")]
    assert parts == ["e\u0301", "👩‍👩‍👧", "🇩🇪", "🇫🇷", "👍🏽", "नि"]


@given(st.text())
def test_clusters_join_to_the_text(text: str) -> None:
    assert "".join(part for part, _ in clusters(text)) == text


@given(st.text(st.characters(max_codepoint=0x2600, exclude_categories=["Cc", "Cs"])))
def test_a_plain_text_is_as_wide_as_long(text: str) -> None:
    if is_plain(text):
        assert text_width(text) == len(text) == sum(wide for _, wide in clusters(text))


@given(st.text(), st.text(min_size=1, max_size=2))
def test_more_text_is_never_narrower(text: str, more: str) -> None:
    assert sum(w for _, w in clusters(text)) <= sum(w for _, w in clusters(text + more))


def test_a_western_text_loads_no_tables() -> None:
    program = (
        "import sys; from nemochat.screen.text.width import text_width;"
        "text_width('Größe – “naïve” → 5 € ≤ x²'); print('wcwidth' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
