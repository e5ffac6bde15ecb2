"""The one list of what differs between two runs of the same session.

Everything else is recorded to the byte. A pattern here should be as narrow as it can be: what it
replaces is no longer compared.
"""

from __future__ import annotations

import re
import sys

VERSION = r"\d+\.\d+\.\d+(?:\.?(?:dev|a|b|rc)\d+)?"

DELTA = r'("event": "delta", "candidate": (\d), "text": "(?:[^"\\\n]|\\.)*)'

# Pattern, replacement, and what differs. The order matters: a longer pattern goes first.
SUBSTITUTIONS: tuple[tuple[str, str, str], ...] = (
    (re.escape(sys.prefix), "PREFIX", "the environment of the interpreter"),
    (r"/tmp/golden-[a-z0-9_]{8}", "/tmp/golden-XXXXXXXX", "the home of the session"),
    (r"(127\.0\.0\.1:)\d{5}", r"\g<1>00000", "the port of the server"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?", "DATE", "dates with a time"),
    (r"\d{4}-\d\d-\d\dT?[ _]?\d\d[:-]?\d\d([:-]?\d\d)?", "DATE", "dates with a time, in names"),
    (r"\d{4}-\d\d-\d\d", "DATE", "dates"),
    (rf"(nemochat[ /]){VERSION}", r"\1VERSION", "the version of the program"),
    (rf"(Python |Python/|sqlite |SQLite ){VERSION}", r"\1VERSION", "versions of what it runs on"),
    (r'("(?:first_token|seconds)": )[0-9.e-]+', r"\g<1>0", "durations in JSON"),
    (
        DELTA + r'"\}\n\{"event": "delta", "candidate": \2, "text": "',
        r"\1",
        "how many pieces of an answer arrive together",
    ),
    (r"\b\d+\.\d+ s\b", "0.0 s", "durations in seconds"),
    (r"\b\d+(\.\d+)? ms\b", "0 ms", "durations in milliseconds"),
    (r"(trying again in )\d+ s", r"\g<1>0 s", "pauses between tries, which have jitter"),
    (r"\b\d+(\.\d+)? tokens?(/s| a second| per second)", r"0 tokens\2", "rates"),
    (
        r"0\.0 s to the first token( · 0 tokens/s)?",
        "0.0 s",
        "whether an answer's pieces arrive together, as they do on a busy machine",
    ),
    (r"(servers on this machine: ).*", r"\1…", "what else runs on this machine"),
)
_COMPILED = [(re.compile(pattern), new) for pattern, new, _ in SUBSTITUTIONS]


def normalise(text: str) -> str:
    """Return the text with everything volatile replaced."""
    for pattern, new in _COMPILED:
        while (changed := pattern.sub(new, text)) != text:  # again, for a match within a match
            text = changed
    return text
