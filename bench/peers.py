"""The peers that nemochat is compared with, each in an environment of its own in `.peers/`.

`python bench/peers.py` installs those that are missing, and prints their versions. A peer that
cannot be installed is left out, and the reason printed.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PLACE = Path(__file__).parents[1] / ".peers"
QUESTION = "Hello!"
MODEL = "mistralai/Mistral-Nemo-Instruct-2407"


@dataclass(frozen=True, slots=True)
class Peer:
    """A program from the package index.

    Attributes:
        package: Its name there.
        requirements: What pip installs.
        binary: The name of its command.
        ask: Arguments that ask one question in a pipe.
        markdown: Arguments that show the answer's Markdown on a terminal.
        chat: Arguments that open a chat; empty if it has none.
    """

    package: str
    requirements: tuple[str, ...]
    binary: str
    ask: tuple[str, ...]
    markdown: tuple[str, ...]
    chat: tuple[str, ...] = ()


_SHELL_GPT = ("--no-cache", "--no-functions", QUESTION)
_LLM = ("-m", "measured", QUESTION)
_OPENAI = ("api", "chat.completions.create", "--stream", "-m", MODEL, "-g", "user", QUESTION)
PEERS = {
    "llm": Peer("llm", ("llm",), "llm", _LLM, _LLM, ("chat", "-m", "measured")),
    "shell_gpt": Peer(
        "shell-gpt",
        ("shell-gpt>=1.5", "typer<0.26"),  # it imports click, a dependency of typer until 0.25
        "sgpt",
        ("--no-md", *_SHELL_GPT),
        ("--md", *_SHELL_GPT),
        ("--repl", "temp"),
    ),
    # Version 2 has no command line.
    "openai": Peer("openai", ("openai<2",), "openai", _OPENAI, _OPENAI),
}


def make_environment(base_url: str, home: Path) -> dict[str, str]:
    """Return the variables that send all peers to an endpoint; write what llm reads from a file."""
    folder = home / "llm"
    folder.mkdir()
    lines = ("- model_id: measured", f"  model_name: {MODEL}", f'  api_base: "{base_url}"', "")
    (folder / "extra-openai-models.yaml").write_text("\n".join(lines), "utf-8")
    return {
        "OPENAI_API_KEY": "token",
        "OPENAI_BASE_URL": f"{base_url}/",
        "LLM_USER_PATH": str(folder),
        "API_BASE_URL": base_url,  # this and the next one are for shell_gpt
        "DEFAULT_MODEL": MODEL,
    }


def find_binaries() -> dict[str, str]:
    """Return the commands of the peers that are installed, by the peer's name."""
    return {
        name: str(PLACE / name / "bin" / peer.binary)
        for name, peer in PEERS.items()
        if read_version(name)
    }


def read_version(name: str) -> str:
    """Return the version of a peer, or "" if it is not installed."""
    path = PLACE / name / "version"
    return path.read_text("utf-8").strip() if path.exists() else ""


def install() -> dict[str, str]:
    """Install the peers that are missing; return the reason for each one that failed, by name."""
    reasons = {}
    for name, peer in PEERS.items():
        if read_version(name):
            continue
        print(f"Installing {name} in .peers/{name} ...", file=sys.stderr)
        try:
            _install(peer, PLACE / name)
        except subprocess.CalledProcessError as error:
            lines = [line for line in error.stderr.splitlines() if line.startswith("ERROR: ")]
            reason = lines[-1].removeprefix("ERROR: ") if lines else f"exit code {error.returncode}"
            reasons[name] = f"cannot be installed: {reason}"
    return reasons


def _install(peer: Peer, folder: Path) -> None:
    python = str(folder / "bin" / "python")
    code = f"from importlib.metadata import version; print(version({peer.package!r}))"
    for command in (
        (sys.executable, "-m", "venv", "--clear", str(folder)),
        (python, "-m", "pip", "install", "--quiet", *peer.requirements),
    ):
        subprocess.run(command, check=True, capture_output=True, text=True)
    done = subprocess.run((python, "-c", code), check=True, capture_output=True, text=True)
    (folder / "version").write_text(done.stdout, "utf-8")


if __name__ == "__main__":
    failures = install()
    for name in PEERS:
        print(f"{name}: {read_version(name) or failures[name]}")
