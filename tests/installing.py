"""How is nemochat installed in an empty home, and what is left of it? With pipx and with uv."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

# What a machine has before anybody installs anything: git, make, Python, and what POSIX names.
FOUND_ANYWHERE = (
    *("git", "make", "sh", "bash", "env", "awk", "basename", "cat", "chmod", "cp", "cut", "date"),
    *("diff", "dirname", "expr", "find", "grep", "head", "id", "ls", "mkdir", "mktemp", "mv"),
    *("nice", "printf", "ps", "pwd", "rm", "rmdir", "sed", "seq", "sleep", "sort", "stty"),
    *("tail", "tee", "test", "touch", "tr", "tty", "uname", "uniq", "wc", "which", "xargs"),
)
TOOLS = {"pipx": ("pipx",), "uv": ("uv", "tool")}
THEIRS = ("PIP_", "UV_", "SSL_", "REQUESTS_", "HTTP_", "HTTPS_", "NO_PROXY", "LANG")
DATA = (".config/nemochat", ".local/share/nemochat", ".local/state/nemochat")
ENVIRONMENTS = (".local/share/pipx/venvs/nemochat/", ".local/share/uv/tools/nemochat/")
OF_TOOLS = {  # what they keep for themselves
    "caches": (".cache/pip", ".cache/pipx", ".cache/uv"),
    "pipx's own": (".local/share/pipx", ".local/state/pipx"),
    "uv's own": (".local/share/uv", ".local/state/uv"),
}
SHARED = {
    "manual page": "share/man/man1/nemochat.1",
    "completions of bash": "share/bash-completion/completions/nemochat",
    "completions of zsh": "share/zsh/site-functions/_nemochat",
    "completions of fish": "share/fish/vendor_completions.d/nemochat.fish",
}


@dataclass
class Home:
    """An empty home on a machine that has little.

    Attributes:
        path: The folder.
        problems: What was not as it should be, as sentences.
    """

    path: Path
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Lay the folder of what is found anywhere, and of one more tool."""
        for folder in (self.machine, self.temporary, self.path):
            folder.mkdir(parents=True)
        for name in FOUND_ANYWHERE:
            if found := shutil.which(name):
                (self.machine / name).symlink_to(found)
        self.offer("python3", str(Path(sys.base_prefix) / "bin" / "python3"))

    @property
    def machine(self) -> Path:
        """What is installed for everybody."""
        return self.path.with_name("machine")

    @property
    def temporary(self) -> Path:
        """What others call /tmp."""
        return self.path.with_name("temporary")

    @property
    def environment(self) -> dict[str, str]:
        """Nothing is set but where things are, and how the network is reached."""
        kept = {name: value for name, value in os.environ.items() if name.startswith(THEIRS)}
        return kept | {
            "HOME": str(self.path),
            "PATH": f"{self.path / '.local' / 'bin'}:{self.machine}",
            "TMPDIR": str(self.temporary),
            "TERM": "xterm-256color",
        }

    def offer(self, name: str, program: str) -> None:
        """Let a program be found: by a script, since Python asks a link where it is."""
        script = self.machine / name
        script.write_text(f'#!/bin/sh\nexec "{program}" "$@"\n')
        script.chmod(0o755)

    def run(self, command: str, folder: Path | None = None, *, after: Iterable[str] = ()) -> str:
        """Type a command, and return what it prints; a problem where it fails.

        Args:
            command: What is typed.
            folder: Where.
            after: What was typed before in the same shell, and holds there.
        """
        print(f"$ {command}", flush=True)
        begun = time.monotonic()
        done = subprocess.run(
            ["bash", "-c", "\n".join([*after, command])],
            cwd=folder or self.path,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        printed = done.stdout.rstrip()
        print("\n".join([*([printed] if printed else []), f"# {time.monotonic() - begun:.1f} s"]))
        if done.returncode:
            self.problems.append(f"{command!r} ended with {done.returncode}")
        return printed

    def expect(self, told: str, text: str, what: str) -> None:
        """A problem where a text is missing in what was told."""
        if text not in told:
            self.problems.append(f"{what}: {text!r} is missing")

    def files(self) -> Iterator[Path]:
        """Every file, also the temporary ones, as seen from the home."""
        for root in (self.path, self.temporary):
            for path in sorted(root.rglob("*")):
                if path.is_symlink() or path.is_file():
                    yield path.relative_to(self.path) if root is self.path else path


def install(home: Home, tool: str, source: str) -> None:
    """Install from a wheel or a checkout, and tell where the parts are."""
    found = shutil.which(tool)
    assert found, f"{tool} is not here"
    home.offer(tool, str(Path(found).absolute()))
    home.run(" ".join([*TOOLS[tool], "install", "--quiet", source]))
    print("\nWhere is what it brings?")
    for what, where in SHARED.items():
        places = [str(path) for path in home.files() if str(path).endswith(where)]
        environment = next((place for place in places if place.startswith(ENVIRONMENTS)), "")
        linked = f".local/{where}"
        found = f"as {linked}" if linked in places else "where no shell and no man looks"
        print(f"  {what}: {environment or 'nowhere'}, {found}")
        if not environment:
            home.problems.append(f"{tool} installs no {what}")


def uninstall(home: Home, tool: str, *, but: Iterable[Path] = ()) -> None:
    """Remove it, and tell what is left; a problem is whatever is neither data nor of a tool."""
    home.run(" ".join([*TOOLS[tool], "uninstall", "nemochat"]))
    kept: list[str] = []
    others: Counter[str] = Counter()
    apart = tuple(f"{path.relative_to(home.path)}/" for path in but)
    for path in home.files():
        name = str(path)
        if name.startswith(DATA):
            kept.append(f"{name}, {(home.path / path).stat().st_size:,} bytes")
        elif own := next((own for own, where in OF_TOOLS.items() if name.startswith(where)), ""):
            others[own] += 1
            if name.startswith(ENVIRONMENTS):
                home.problems.append(f"{name} is left")
        elif not name.startswith(apart):
            home.problems.append(f"{name} is left")
    print("\nWhat is left?")
    print("\n".join(f"  data: {line}" for line in kept) or "  no data")
    for own, count in others.items():
        print(f"  {own}: {count:,} files")
    if shutil.which("nemochat", path=home.environment["PATH"]):
        home.problems.append("the command is still there")


def judged(home: Home) -> int:
    """Tell the problems; the exit code."""
    print("\n" + ("\n".join(f"PROBLEM: {each}" for each in home.problems) or "No problem."))
    return bool(home.problems)
