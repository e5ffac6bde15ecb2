"""Pages are split at their headings and joined again."""

from __future__ import annotations

import pytest

from nemochat.config import endpoints
from nemochat.guide import knowledge
from nemochat.guide.knowledge import Page, Section, parse, unwrap
from nemochat.guide.request import MODEL

SOURCE = """# Lamb

Two ways.

## How do I roast it?

<!-- ways -->
Slowly.
<!-- /ways -->

```console
## no heading
$ roast
```

## How do I grill it?

Hot.
"""
LAMB = Page(
    "lamb",
    "Lamb",
    "Two ways.",
    (
        Section("How do I roast it?", "Slowly.\n\n```console\n## no heading\n$ roast\n```"),
        Section("How do I grill it?", "Hot."),
    ),
)


def test_a_page_is_a_title_an_opening_and_sections() -> None:
    assert parse("lamb", SOURCE) == LAMB


def test_the_text_of_a_page_is_its_source_without_comments() -> None:
    assert LAMB.text == SOURCE.replace("<!-- ways -->\n", "").replace("<!-- /ways -->\n", "")


def test_a_page_without_headings_is_an_opening() -> None:
    assert parse("bare", "Nothing more.") == Page("bare", "bare", "Nothing more.", ())


def test_the_page_for_newcomers_comes_first_and_unlisted_pages_come_last() -> None:
    names = list(knowledge.topics())
    assert names[0] == "start"
    assert names[-1] in list(knowledge.groups().values())[-1]
    assert knowledge.topics()["guide"] == "The guide"


def test_every_page_is_in_one_group_and_every_group_lists_existing_pages() -> None:
    grouped = [name for names in knowledge.groups().values() for name in names]
    assert grouped == list(knowledge.topics())
    named = " ".join(knowledge._GROUPS.values()).split()
    assert set(named) <= set(grouped)
    assert len(named) == len(set(named))


def test_a_topic_is_its_page_without_markers() -> None:
    text = knowledge.topic("parameters")
    assert text.startswith("# Parameters\n")
    assert "<!--" not in text


def test_an_unknown_topic_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        knowledge.topic("lamb")


@pytest.mark.parametrize("page", knowledge.pages(), ids=lambda page: page.name)
def test_every_page_has_an_opening_and_sections_with_text(page: Page) -> None:
    assert page.title != page.name
    assert page.opening
    assert page.sections
    assert "```" not in page.opening
    assert page.text.count("```") % 2 == 0


def test_the_guide_serves_the_default_model() -> None:
    assert endpoints.NEMO == MODEL


def test_only_paragraphs_and_list_items_are_joined() -> None:
    source = "a\nb\n\n- c\n  d\n- e\n\n| t |\n|---|\n| u |\n\n```\nf\ng\n```\nh\n> q\n"
    shown = "a b\n\n- c d\n- e\n\n| t |\n|---|\n| u |\n\n```\nf\ng\n```\nh\n> q\n"
    assert unwrap(source) == shown
    assert unwrap(shown) == shown
