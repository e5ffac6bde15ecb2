"""Examples of the CommonMark and GFM specifications.

Both texts are under CC BY-SA, so the repository has no copy of them. `make` downloads the source
distribution of marko that `specs.txt` pins, which contains them.
"""

from __future__ import annotations

import re
import sys
import tarfile
from pathlib import Path
from typing import NamedTuple

REQUIREMENT = Path(__file__).with_name("specs.txt")
FOLDER = Path(sys.prefix, "specs")
_PIN = re.compile(r"^(marko)==(\S+)", re.MULTILINE)
_SECTION_OR_EXAMPLE = re.compile(
    r"^#{1,6} (?P<section>[^\n]+)$|"
    r"^`{32} example[^\n]*\n(?P<markdown>.*?)^\.\n(?P<html>.*?)^`{32}$",
    re.MULTILINE | re.DOTALL,
)


class Example(NamedTuple):
    """Example with its number in the specification."""

    number: int
    section: str
    markdown: str
    html: str


def read(name: str) -> str:
    """Return the text of a specification, `commonmark` or `gfm`."""
    pin = _PIN.search(REQUIREMENT.read_text("utf-8"))
    assert pin, REQUIREMENT
    release = "-".join(pin.groups())
    with tarfile.open(FOLDER / f"{release}.tar.gz") as archive:
        member = archive.extractfile(f"{release}/tests/spec/{name}.txt")
        assert member, name
        return member.read().decode()


def examples(name: str) -> list[Example]:
    """Return the examples of a specification in order."""
    section, found = "", list[Example]()
    for match in _SECTION_OR_EXAMPLE.finditer(read(name).replace("→", "\t")):
        if match["section"]:
            section = match["section"]
        else:
            found.append(Example(len(found) + 1, section, match["markdown"], match["html"]))
    return found
