"""Shapes of secrets in a text that is to be sent: few and exact, to raise no false alarm."""

from __future__ import annotations

import json
import math
import re
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

_SHORTEST_RUN = 16  # characters between hyphens in which a key mixes letters and digits
_SHORTEST_KEY = 32  # letters and digits of a key whose parts are all shorter
_FEWEST_DIGITS = 6  # of those
_LEAST_ENTROPY = 3.0  # bits a character; words joined by hyphens hold no such run of digits
# A block of code that is sent with a question, after the name of its file, command or page.
_BLOCK = r"(?m)^`([^\n]+)`:\n\n(`{3,})[^\n]*\n"


class Secret(NamedTuple):
    """A secret in a text.

    Attributes:
        kind: What it is, with an article.
        start: Its position in the text.
        end: The position after it.
    """

    kind: str
    start: int
    end: int


class _Shape(NamedTuple):
    """A kind of secret: its pattern, and a closer look at what matches it.

    Attributes:
        kind: What it is, with an article.
        marks: Texts of which one is in every such secret: they are searched for first.
        pattern: It is compiled when it is needed.
        fits: Whether what matches is one.
    """

    kind: str
    marks: tuple[str, ...]
    pattern: str
    fits: Callable[[str], bool] = lambda _: True


def find_secrets(text: str) -> list[Secret]:
    """Return the secrets in a text, in their order."""
    found = [
        Secret(shape.kind, match.start(), match.end())
        for shape in _SHAPES
        if any(mark in text for mark in shape.marks)
        for match in re.finditer(shape.pattern, text)
        if shape.fits(match[0])
    ]
    return sorted(found, key=lambda each: each.start)


def describe_place(text: str, position: int) -> str:
    """Return where in a question a position is: a line of it, or of the file attached to it."""
    for block in re.finditer(_BLOCK, text):
        if block.start() > position:
            break
        end = text.find(f"\n{block[2]}", block.end())
        if block.end() <= position and (end < 0 or position < end):
            name = redact(block[1])
            return f"`{name}`, line {text.count(chr(10), block.end(), position) + 1}"
    return f"line {text.count(chr(10), 0, position) + 1}"


def redact(text: str) -> str:
    """Return a text without the secrets in it."""
    shown, end = "", 0
    for secret in find_secrets(text):
        if secret.start >= end:
            shown += f"{text[end : secret.start]}…"
            end = secret.end
    return shown + text[end:]


def _is_random(key: str) -> bool:
    """Return whether what follows a prefix was drawn at random, and is no name in words."""
    body = key.partition("-")[2]
    runs = re.split("[-_]", body)
    letters = "".join(runs)
    if _entropy(letters) < _LEAST_ENTROPY:
        return False
    if any(len(run) >= _SHORTEST_RUN and _is_mixed(run) for run in runs):
        return True
    digits = sum(map(str.isdigit, letters))
    return len(letters) >= _SHORTEST_KEY and digits >= _FEWEST_DIGITS and _is_mixed(letters)


def _is_mixed(run: str) -> bool:
    return not run.isalpha() and not run.isdigit()


def _entropy(text: str) -> float:
    """Return the bits that each character of a text carries."""
    counts = Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts)


def _is_jwt(token: str) -> bool:
    """Return whether the header of a token names an algorithm."""
    header = token.partition(".")[0]
    try:
        value = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except ValueError:
        return False
    return isinstance(value, dict) and "alg" in value


def _has_digit(token: str) -> bool:
    return any(map(str.isdigit, token))


_START, _END = r"(?<![A-Za-z0-9_-])", r"(?![A-Za-z0-9])"
_SHAPES = (
    # docs.aws.amazon.com/IAM, "Understanding unique ID prefixes": long-term and temporary keys
    _Shape("an AWS access key", ("AKIA", "ASIA"), rf"(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{{16}}{_END}"),
    # github.blog, "Behind GitHub's new authentication token formats"
    _Shape(
        "a GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        rf"(?a:(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{{36,255}}|github_pat_\w{{22,255}}){_END})",
    ),
    # OpenAI, Anthropic, OpenRouter, DeepSeek and others
    _Shape("an API key", ("sk-",), rf"{_START}sk-[A-Za-z0-9_-]{{20,255}}", _is_random),
    # api.slack.com/authentication/token-types
    _Shape(
        "a Slack token",
        ("xox",),
        rf"{_START}(?:xoxe\.)?xox[a-z]-[A-Za-z0-9-]{{10,255}}",
        _has_digit,
    ),
    # RFC 7468, also as a string of JSON or of a program, and with the headers of RFC 1421
    _Shape(
        "a private key",
        ("PRIVATE KEY",),
        r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:\s|\\[rn]|[\"'+,]|[A-Z][A-Za-z-]{1,20}: [^\n]{0,100}\n){1,20}[A-Za-z0-9+/]{16}",
    ),
    # RFC 7519: header, claims and signature; both of the first two begin with {" in base64
    _Shape(
        "a JSON Web Token",
        ("eyJ",),
        rf"(?a:{_START}eyJ[\w-]{{8,4096}}\.eyJ[\w-]{{8,65536}}\.[\w-]{{16,4096}})",
        _is_jwt,
    ),
)
