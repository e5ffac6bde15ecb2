"""Shapes of secrets, and how few other texts have them."""

from __future__ import annotations

import base64
import json
import random
import string
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from nemochat.core.secrets import describe_place, find_secrets, redact
from nemochat.files import to_code_block

ALPHABET = string.ascii_letters + string.digits
DICE = random.Random(7)  # the same texts in every run
ENOUGH = 1_000_000  # characters


def drawn(length: int, alphabet: str = ALPHABET) -> str:
    return "".join(DICE.choices(alphabet, k=length))


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def pem(kind: str = "", newline: str = "\n") -> str:
    lines = [f"-----BEGIN {kind}PRIVATE KEY-----", *(drawn(64) for _ in range(9))]
    return newline.join([*lines, f"-----END {kind}PRIVATE KEY-----"])


SECRETS = {
    "an AWS access key": [
        f"{kind}{drawn(16, string.ascii_uppercase)}" for kind in ("AKIA", "ASIA")
    ],
    "a GitHub token": [
        *(f"gh{letter}_{drawn(36)}" for letter in "posur"),
        f"github_pat_{drawn(22)}_{drawn(59)}",
    ],
    "an API key": [
        f"sk-{drawn(44)}1x",
        f"sk-proj-{drawn(70, ALPHABET + '-_')}T3BlbkFJ7{drawn(70)}",
        f"sk-ant-api03-{drawn(93, ALPHABET + '-_')}AA",
        f"sk-or-v1-{drawn(64, '0123456789abcdef')}",
        "sk-550e8400-e29b-41d4-a716-446655440000",
    ],
    "a Slack token": [
        *(f"xox{kind}-{drawn(12, string.digits)}-{drawn(24)}" for kind in "abprs"),
        f"xoxe.xoxp-1-{drawn(60)}",
    ],
    "a private key": [
        *(pem(kind) for kind in ("", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ")),
        pem(newline="\r\n"),
        json.dumps({"private_key": pem()}),
        pem("RSA ").replace("KEY-----", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: X,1\n", 1),
    ],
    "a JSON Web Token": [
        f"{encoded({'alg': 'HS256', 'typ': 'JWT'})}.{encoded({'sub': '1'})}.{drawn(43)}",
        f"{encoded({'typ': 'JWT', 'alg': 'none-ish'})}.{encoded({'a': 1, 'b': 2})}.{drawn(342)}",
    ],
}


@pytest.mark.parametrize(
    ("kind", "secret"), [(kind, each) for kind, every in SECRETS.items() for each in every]
)
@pytest.mark.parametrize("around", ["{}", 'key = "{}"', "TOKEN={}\n", "Bearer {}.", "({})"])
def test_each_kind_is_found_wherever_it_is(kind: str, secret: str, around: str) -> None:
    text = around.replace("{}", secret)
    assert kind in [each.kind for each in find_secrets(text)]
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "AKIA and ASIA begin a key of 20 capitals",
        f"XAKIA{'Q' * 16}",
        f"AKIA{'Q' * 17}",
        f"AKIA{'q' * 16}",
        "ghp_ and github_pat_ begin a token",
        f"ghp_{'x' * 35}",
        f"xghp_{'x' * 36}",
        "sk-learn-estimator-doc-link-fitted-hover-2024",
        "task-0123456789abcdef0123456789abcdef",
        "a risk-0123456789abcdef0123456789abcdef",
        f"sk-{'x1' * 20}",
        "sk-secret-0123456789",
        "xoxo-with-love-and-kisses",
        "-----BEGIN PRIVATE KEY-----",
        'if "-----BEGIN RSA PRIVATE KEY-----" in text:',
        f"-----BEGIN PUBLIC KEY-----\n{drawn(64)}\n-----END PUBLIC KEY-----",
        f"-----BEGIN CERTIFICATE-----\n{drawn(64)}\n-----END CERTIFICATE-----",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        f"eyJhbGciOi.{drawn(40)}.{drawn(40)}",
        f"{encoded({'typ': 'JWT'})}.{encoded({'sub': '1'})}.{drawn(43)}",
        f"{encoded({'alg': 'HS256'})}.{encoded({'sub': '1'})}",
    ],
)
def test_what_only_resembles_a_secret_is_none(text: str) -> None:
    assert find_secrets(text) == []


def library() -> Iterator[str]:
    """Yield the sources of Python's own library, without its tests, in order."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    for path in sorted(folder.rglob("*.py")):
        if not {"site-packages", "test", "tests"} & set(path.parts):
            yield path.read_text("utf-8", "replace")


def log_lines() -> Iterator[str]:
    """Yield lines of a log: times, addresses, identifiers, digests, and encoded bytes."""
    hexadecimal = string.digits + "abcdef"
    while True:
        yield (
            f"2026-11-{DICE.randint(1, 30):02}T12:00:{DICE.randint(0, 59):02}Z"
            f" host-{DICE.randint(1, 99)} app[{DICE.randint(1, 9999)}]:"
            f" request={drawn(8, hexadecimal)}-{drawn(4, hexadecimal)}-{drawn(12, hexadecimal)}"
            f" task-{drawn(32, hexadecimal)} disk-{drawn(20)} sha256:{drawn(64, hexadecimal)}"
            f" etag={drawn(22)}== GET /static/{drawn(20)}.js {DICE.randint(200, 504)}"
        )


def test_a_megabyte_of_code_raises_no_alarm() -> None:
    size = 0
    for text in library():
        assert find_secrets(text) == []
        size += len(text)
    assert size > ENOUGH


def test_a_megabyte_of_logs_raises_no_alarm() -> None:
    lines: list[str] = []
    for line in log_lines():
        lines.append(line)
        if len(lines) * len(line) > ENOUGH:
            break
    assert find_secrets("\n".join(lines)) == []


def test_the_place_is_a_line_of_the_message_or_of_what_is_attached() -> None:
    key = SECRETS["an AWS access key"][0]
    blocks = [to_code_block(f"a\nb = {key}", "src/a.py"), to_code_block("x\n```\ny", "b.md")]
    text = "\n\n".join([f"one\ntwo {key}", *blocks, f"last {key}"])
    places = [describe_place(text, each.start) for each in find_secrets(text)]
    assert places == ["line 2", "`src/a.py`, line 2", f"line {text.count(chr(10)) + 1}"]
    shown = to_code_block(key, f"$ echo {key}")
    assert [describe_place(shown, each.start) for each in find_secrets(shown)] == [
        "line 1",
        "`$ echo …`, line 1",
    ]
