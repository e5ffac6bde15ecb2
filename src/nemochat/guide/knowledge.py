"""Pages of the documentation, wherever they are installed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from nemochat.errors import NemochatError
from nemochat.guide.pages import Page, parse

# The order in which they are read: what is needed first comes first. A page that no group names is
# in a last one.
_GROUPS = {
    "To begin": "start guide chat keys commands",
    "To ask": "ask files system-prompts parameters profiles custom-commands answers",
    "What was said": "conversations branches export import",
    "Who answers": "endpoints tokens costs privacy network",
    "How it looks and behaves": "configuration looks accessibility shells",
    "In scripts": "json exit-codes",
    "When something is wrong": "troubleshooting doctor",
}
_LAST = "About nemochat"


@cache
def pages() -> tuple[Page, ...]:
    """All pages in the order in which they are read.

    Raises:
        NemochatError: they are not installed, or cannot be read.
    """
    try:
        parsed_pages = [
            parse(path.stem, path.read_text("utf-8")) for path in _folder().glob("*.md")
        ]
    except (OSError, UnicodeDecodeError) as error:
        raise NemochatError("the pages of the documentation cannot be read") from error
    order = " ".join(_GROUPS.values()).split()
    place = {name: number for number, name in enumerate(order)}
    return tuple(
        sorted(parsed_pages, key=lambda page: (place.get(page.name, len(order)), page.name))
    )


def groups() -> dict[str, list[str]]:
    """The names of all pages, by what they are for."""
    group = {name: title for title, names in _GROUPS.items() for name in names.split()}
    groups: dict[str, list[str]] = {}
    for page in pages():
        groups.setdefault(group.get(page.name, _LAST), []).append(page.name)
    return groups


def _folder() -> Path:
    """Within the package when it was installed from a wheel, beside `src` in a checkout."""
    here = Path(__file__).resolve()
    for folder in (here.parents[1] / "pages", here.parents[3] / "docs"):
        if (folder / "start.md").is_file():
            return folder
    raise NemochatError("the pages of the documentation are not installed", "Install nemochat anew")


def topics() -> dict[str, str]:
    """The name of every page with its title, in their order."""
    return {page.name: page.title for page in pages()}


def topic(name: str) -> str:
    """The Markdown of the page called `name`; KeyError if there is none."""
    return {page.name: page.text for page in pages()}[name]
