"""The website out of README, docs and the changelog: `make site`.

The pages stand in the order that `/help` has. Whatever links to nothing, or asks anything of
another machine when it is looked at, is an error.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from nemochat.guide import knowledge

ROOT = Path(__file__).parents[1]
HERE = ROOT / "website"
DEVELOPERS = ("CONTRIBUTING", "CHANGELOG")

FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1\s*$", re.DOTALL | re.MULTILINE)
HELP = re.compile(r"(?<!\[)`/help ([a-z-]+)`")
PICTURE = re.compile(r"<picture>.*?-80-.*?</picture>", re.DOTALL)
ALT = re.compile(r'alt="([^"]*)"')
NAME = re.compile(r"(\w+)-80-")
ASKS = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed|object|use)\b[^>]*?(?:src|srcset|data|href)="
    (?:https?:)?//[^"]* | <link\b(?![^>]*rel="canonical")[^>]*href="(?:https?:)?//[^"]*
    | url\(['"]?(?:https?:)?//[^)]* | @import[^;]*//[^;]*""",
    re.VERBOSE,
)


def linked(text: str) -> str:
    """A page whose links hold on the site, and whose `/help TOPIC` are links too."""
    parts, end = [], 0
    for fence in (*FENCE.finditer(text), None):
        words = text[end : fence.start() if fence else None]
        words = words.replace("](docs/", "](").replace("](LICENSE)", "](licences.md)")
        words = re.sub(r"\]\((README\.md)?#[^)]*\)|\]\(README\.md\)", "](index.md)", words)
        parts += [HELP.sub(help_link, words), fence[0] if fence else ""]
        end = fence.end() if fence else end
    return "".join(parts)


def help_link(match: re.Match[str]) -> str:
    """`/help TOPIC` as a link, if there is such a topic."""
    return f"[{match[0]}]({match[1]}.md)" if match[1] in knowledge.topics() else match[0]


def picture(match: re.Match[str]) -> str:
    """The picture of the README in the colours that the reader chose, narrow on a narrow screen."""
    alt, name = ALT.findall(match[0])[0], NAME.findall(match[0])[0]
    return "\n".join(
        f'<picture class="only-{colours}">\n'
        f'<source media="(max-width: 40em)" srcset="pictures/{name}-40-{colours}.svg">\n'
        f'<img alt="{alt}" src="pictures/{name}-80-{colours}.svg">\n</picture>'
        for colours in ("light", "dark")
    )


def index() -> str:
    """The first page: how the README begins, and where each page leads."""
    opening = (ROOT / "README.md").read_text("utf-8").partition("\n## ")[0]
    pages = {page.name: page for page in knowledge.pages()}
    parts = [PICTURE.sub(picture, linked(opening))]
    for title, names in knowledge.groups().items():
        leads = (f"- [{pages[n].title}]({n}.md): {_sentence(pages[n].opening)}" for n in names)
        parts += [contents(title, names), f"## {title}", linked("\n".join(leads))]
    return "\n\n".join([*parts, contents("For developers", DEVELOPERS), ""])


def contents(title: str, names: Iterable[str]) -> str:
    """A part of the navigation."""
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {title}", "", *names, "```"])


def _sentence(text: str) -> str:
    return re.split(r"(?<=[.:])\s", " ".join(text.split()), maxsplit=1)[0].rstrip(".:") + "."


def lay(source: Path) -> None:
    """Put all that Sphinx reads into an empty folder."""
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT / "docs", source)
    shutil.copytree(ROOT / "docs" / "pictures", source / "drawn" / "pictures")
    for name in ("conf.py", "style.css"):
        shutil.copy(HERE / name, source / name)
    for path in source.glob("*.md"):
        path.write_text(linked(path.read_text("utf-8")), "utf-8")
    for name in DEVELOPERS:
        text = (ROOT / f"{name}.md").read_text("utf-8")
        (source / f"{name}.md").write_text(linked(text), "utf-8")
    (source / "index.md").write_text(index(), "utf-8")


def asked_outside(site: Path) -> Iterator[str]:
    """What the pages would load from other machines."""
    for path in sorted(site.rglob("*")):
        if path.suffix in {".html", ".css"}:
            for found in ASKS.findall(path.read_text("utf-8")):
                yield f"{path.relative_to(site)} asks another machine: {found}"


def main(site: Path) -> int:
    """Make the site; 0 if all is well."""
    source = site.with_name("pages")
    lay(source)
    shutil.rmtree(site, ignore_errors=True)
    options = ["--quiet", "--fail-on-warning", "--keep-going", "--doctree-dir", f"{source}/.tree"]
    command = [sys.executable, "-m", "sphinx", "--builder", "html", *options]
    if code := subprocess.run([*command, str(source), str(site)], check=False).returncode:
        return code
    outside = list(asked_outside(site))
    print("\n".join(outside) or f"{site}/index.html: {len(list(site.rglob('*.html')))} pages")
    return bool(outside)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
