"""What is measured: ours, the floors, and the peers in environments of their own, `.peers/`.

`python bench/peers.py [NAME …]` makes those environments, if they are not there, and names the
versions.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory

from processes import Program
from serving import MODEL

HERE = Path(__file__).parent
FLOORS = HERE / "floors"
KEPT = HERE.parent / ".peers"
QUESTION = "Hello!"
# At the start of a row or after a colour; prompt_toolkit paints the blank as a step to the right.
PROMPT = re.compile(rb"[\nm>]>[ \x08]")
NOBODY = "http://127.0.0.1:9/v1"  # where what asks nothing would ask


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer from the package index.

    Attributes:
        package: Its name there.
        wanted: What pip is asked for, beside what the peer does not ask for itself.
        binary: Its command.
        large: Whether it is made only when it is named: its environment takes 700 MB.
    """

    package: str
    wanted: tuple[str, ...]
    binary: str
    large: bool = False


PEERS = {
    "llm": Peer("llm", ("llm",), "llm"),
    # It imports click, which typer brought until 0.25.
    "shell_gpt": Peer("shell_gpt", ("shell-gpt>=1.5", "typer<0.26"), "sgpt"),
    # The command line left the package with 2.
    "openai": Peer("openai", ("openai<2",), "openai"),
    "aider": Peer("aider-chat", ("aider-chat",), "aider", large=True),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """The programs that are measured, each with an empty home of its own.

    Attributes:
        python: Python that does nothing.
        ours: `nemochat`, with no arguments yet.
        floors: The scripts of `floors/` by name, without arguments.
        ask: The peers and how they ask one question in a pipe.
        terminal: The peers and how they show an answer on a terminal.
        chat: The peers that chat.
        alone: The peers without any argument.
    """

    python: Program
    ours: Program
    floors: dict[str, Program]
    alone: dict[str, Program]
    ask: dict[str, Program]
    terminal: dict[str, Program]
    chat: dict[str, Program]

    def asking(self, base_url: str) -> dict[str, Program]:
        """Ours, the floors and the peers, each asking one question in a pipe."""
        return {
            "ours": self.ours("ask", QUESTION),
            "floor": self.floors["plain"](base_url),
            "tuned": self.floors["tuned"](base_url),
            **self.ask,
        }


@contextmanager
def measured(base_url: str = NOBODY, bundle: str = "") -> Iterator[Measured]:
    """All that is measured, made ready to ask at an address.

    Args:
        base_url: The address.
        bundle: A file of the certificates to trust.
    """
    with TemporaryDirectory() as folder:
        home = Path(folder)
        shared = {"PATH": environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        shared |= {"HOME": folder, "TMPDIR": folder}
        shared |= {"SSL_CERT_FILE": bundle} if bundle else {}
        own = shared | {"NEMOCHAT_BASE_URL": base_url, "DEEPINFRA_TOKEN": "token"}
        if "PYTHONPATH" in environ:  # where it is run from its source
            own["PYTHONPATH"] = environ["PYTHONPATH"]
        theirs = shared | {"OPENAI_API_KEY": "token", "LLM_USER_PATH": str(home / "llm")}
        theirs |= {"API_BASE_URL": base_url, "DEFAULT_MODEL": MODEL}  # shell_gpt's
        theirs |= {"OPENAI_API_BASE": base_url, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}  # aider's
        _for_llm(home / "llm", base_url)
        binaries = {
            name: str(KEPT / name / "bin" / peer.binary)
            for name, peer in PEERS.items()
            if (KEPT / name / "versions").exists()
        }
        alone = {name: Program((binary,), theirs) for name, binary in binaries.items()}
        python = Program((sys.executable,), shared)
        yield Measured(
            python("-c", "pass"),
            Program((str(Path(sys.executable).with_name("nemochat")),), own),
            {path.stem: python(str(path)) for path in FLOORS.glob("*.py")},
            alone,
            {n: each for n, each in _called(alone, base_url, "--no-md").items() if n != "aider"},
            _called(alone, base_url, "--md"),
            _chats(alone),
        )


_OPENAI = ("api", "chat.completions.create", "--stream")
_AIDER = ("--no-git", "--no-gitignore", "--no-check-update", "--analytics-disable", "--yes-always")
_AIDER += ("--no-show-model-warnings", "--no-show-release-notes", "--no-detect-urls")
_AIDER += ("--edit-format", "ask")


def _called(alone: dict[str, Program], base_url: str, markdown: str) -> dict[str, Program]:
    """The peers with the arguments of one question."""
    words = {
        "llm": ("-m", "measured", QUESTION),
        "shell_gpt": ("--no-cache", "--no-functions", markdown, QUESTION),
        "openai": ("-b", f"{base_url}/", *_OPENAI, "-m", MODEL, "-g", "user", QUESTION),
        "aider": (*_AIDER, "--model", f"openai/{MODEL}", "--message", QUESTION),
    }
    return {name: program(*words[name]) for name, program in alone.items()}


def _chats(alone: dict[str, Program]) -> dict[str, Program]:
    words = {"llm": ("chat", "-m", "measured"), "shell_gpt": ("--repl", "temp")}
    return {name: alone[name](*words[name]) for name in words if name in alone}


def _for_llm(folder: Path, base_url: str) -> None:
    folder.mkdir()
    lines = [
        "- model_id: measured",
        f"  model_name: {MODEL}",
        f'  api_base: "{base_url}"',
    ]
    (folder / "extra-openai-models.yaml").write_text("\n".join([*lines, ""]), "utf-8")


def install(named: list[str]) -> None:
    """Make the environments of the peers that have none yet; a peer that fails is left out."""
    for name, peer in PEERS.items():
        folder = KEPT / name
        if (folder / "versions").exists() or (peer.large and name not in named):
            continue
        print(f"installing {name} into {folder.relative_to(HERE.parent)}", file=sys.stderr)
        python = str(folder / "bin" / "python")
        try:
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *peer.wanted], check=True)
            asked = f"from importlib.metadata import version; print(version({peer.package!r}))"
            said = subprocess.run([python, "-c", asked], check=True, capture_output=True, text=True)
        except subprocess.CalledProcessError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
        else:
            (folder / "versions").write_text(f"{name} {said.stdout.strip()}\n", "utf-8")


def versions() -> list[str]:
    """The peers that are there, each with its version."""
    files = [KEPT / name / "versions" for name in PEERS]
    return [path.read_text("utf-8").strip() for path in files if path.exists()]


if __name__ == "__main__":
    install(sys.argv[1:])
    print(", ".join(versions()))
