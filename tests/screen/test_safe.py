"""Sanitizing foreign text."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.screen.text.sanitize import StreamSanitizer, sanitize, sanitize_line

from .payloads import PAYLOADS

ODD = "\x00\a\b\t\n\v\f\r\x0e\x1b\x7f\x80\x85\x9b\x9f\u200d\u2028\u2029\u202a\u202e\u2066\u2069"
ODDER = "\ufeff\ufff9\ufffb\ufffd\U000e0001\U000e0061\U000e007f\ud83d\ude00\udb40\udc49ab é漢"
ODDER += "\U0001f3f4\U000e0067\U000e0100\U000e01ef\u200b\u2060"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
TEXTS = st.text(st.sampled_from(ODD + ODDER) | st.characters())


def is_harmful(character: str) -> bool:
    """Return whether a character affects a terminal or misleads a reader."""
    if character in "\t\n":
        return False
    hidden = "\ufeff\ufff9\ufffa\ufffb\u2028\u2029\U000e0001"
    return (
        unicodedata.category(character) in {"Cc", "Cs"}
        or unicodedata.bidirectional(character)
        in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        or character in hidden
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def stream(pieces: list[str]) -> str:
    cleaner = StreamSanitizer()
    return "".join(map(cleaner.feed, pieces)) + cleaner.flush()


@pytest.mark.parametrize(
    ("came", "shown"),
    [
        ("plain text", "plain text"),
        ("tab\tand\nnewline", "tab\tand\nnewline"),
        ("\x1b[2J", "␛[2J"),
        ("\x00\a\b\v\f\x7f", "␀␇␈␋␌␡"),
        ("a\rb\r\nc\r\r\nd\u2028e\u2029f", "a\nb\nc\n\nd\ne\nf"),
        ("\x80\x9b\x9f", "���"),
        ("\u202a\u202b\u202c\u202d\u202e", "�����"),
        ("\u2066\u2067\u2068\u2069", "����"),
        ("\ufeffa\ufff9\ufffa\ufffbb\U000e0001\U000e0061\U000e007fc", "abc"),
        (f"a{SCOTLAND}b", f"a{SCOTLAND}b"),
        (f"{SCOTLAND}{SCOTLAND[1:]}", SCOTLAND),
        (SCOTLAND[:-1], SCOTLAND[0]),
        (f"{SCOTLAND[:3]}\U000e007f", SCOTLAND[0]),
        (f"{SCOTLAND[:-1]}{SCOTLAND[1:]}", SCOTLAND[0]),
        ("葛\U000e0100\U000e01ef x\ufe0f", "葛 x\ufe0f"),
        ("a\u200bb\u2060c", "a\u200bb\u2060c"),
        ("\ud83d\ude00", "😀"),
        ("\udb40\udc61x", "x"),
        ("\ud83d \ude00", "� �"),
        ("\ud83d\ud83d\ude00\ude00", "�😀�"),
        ("naïve 漢字 👩‍👩‍👧 שלום עולם العربية", "naïve 漢字 👩‍👩‍👧 שלום עולם العربية"),
        ("\u200e\u200f\u061c", "\u200e\u200f\u061c"),
    ],
)
def test_each_row_of_the_table_is_translated_as_it_says(came: str, shown: str) -> None:
    assert sanitize(came) == shown


def test_a_line_for_which_there_is_no_room_is_an_ellipsis() -> None:
    assert sanitize_line("漢字", 1) == "…"


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_no_payload_keeps_what_a_terminal_obeys(payload: str) -> None:
    assert not list(filter(is_harmful, sanitize(payload)))
    assert not list(filter(is_harmful, sanitize_line(payload, 40)))
    assert not set(sanitize_line(payload, 40)) & set("\n\t")


@given(TEXTS)
def test_no_text_keeps_what_a_terminal_obeys(text: str) -> None:
    assert not list(filter(is_harmful, sanitize(text)))


@given(TEXTS)
def test_tag_characters_stay_in_flags_only(text: str) -> None:
    flag = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f"
    rest = re.sub(flag, "", sanitize(f"{text}{SCOTLAND}{text}"))
    assert not re.search("[\U000e0000-\U000e007f]", rest)


@given(TEXTS)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert sanitize(sanitize(text)) == sanitize(text)


@given(st.lists(TEXTS))
def test_pieces_are_cleaned_as_the_whole(pieces: list[str]) -> None:
    assert stream(pieces) == sanitize("".join(pieces))


@given(TEXTS)
def test_single_characters_are_cleaned_as_the_whole(text: str) -> None:
    assert stream(list(text)) == sanitize(text)


def test_a_trailing_half_waits_for_the_other_one() -> None:
    cleaner = StreamSanitizer()
    assert cleaner.feed("a\ud83d") == "a"
    assert cleaner.feed("\ude00b\r") == "😀b"
    assert cleaner.feed("\nc") == "\nc"
    assert cleaner.feed("\r") == ""
    assert cleaner.flush() == "\n"
    assert cleaner.flush() == ""


@pytest.mark.parametrize(
    ("name", "most", "shown"),
    [
        ("a title", 10, "a title"),
        ("a title\nof two\tlines ", 40, "a title of two lines"),
        ("exactly ten", 11, "exactly ten"),
        ("one too many", 11, "one too ma…"),
        ("cut at blanks", 5, "cut…"),
        ("漢字漢字", 8, "漢字漢字"),
        ("漢字漢字漢", 8, "漢字漢…"),
        ("\x1b]0;owned\a", 20, "␛]0;owned␇"),
        ("pay\u200b\u2060\ufeffpal", 20, "paypal"),
        ("می\u200cخواهم \u200e👩\u200d👧\u200f", 20, "می\u200cخواهم \u200e👩\u200d👧\u200f"),
        ("", 5, ""),
        ("x" * 100_000, 4, "xxx…"),
    ],
)
def test_a_name_becomes_one_line_that_fits(name: str, most: int, shown: str) -> None:
    assert sanitize_line(name, most) == shown


def test_it_costs_only_the_standard_library() -> None:
    program = (
        "import sys; before = set(sys.modules); import nemochat.screen.text.sanitize;"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before};"
        "print(sorted(new - sys.stdlib_module_names))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['nemochat']"
