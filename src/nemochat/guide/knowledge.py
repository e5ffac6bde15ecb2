"""What does the guide know? The pages of the documentation, wherever they are installed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from nemochat.errors import NemochatError
from nemochat.guide.pages import Page, parse

_FIRST = "start"


@cache
def pages() -> tuple[Page, ...]:
    """All pages: the one for newcomers first, then by name.

    Raises:
        NemochatError: they are not installed, or cannot be read.
    """
    try:
        found = [parse(path.stem, path.read_text("utf-8")) for path in _folder().glob("*.md")]
    except (OSError, UnicodeDecodeError) as error:
        raise NemochatError("the pages of the documentation cannot be read") from error
    return tuple(sorted(found, key=lambda page: (page.name != _FIRST, page.name)))


def _folder() -> Path:
    """Within the package when it was installed from a wheel, beside `src` in a checkout."""
    here = Path(__file__).resolve()
    for folder in (here.parents[1] / "pages", here.parents[3] / "docs"):
        if (folder / f"{_FIRST}.md").is_file():
            return folder
    raise NemochatError("the pages of the documentation are not installed", "Install nemochat anew")


def topics() -> dict[str, str]:
    """The name of every page with its title, in their order."""
    return {page.name: page.title for page in pages()}


def topic(name: str) -> str:
    """The Markdown of the page called `name`; KeyError if there is none."""
    return {page.name: page.text for page in pages()}[name]
