"""The programs that are measured, ready to ask an endpoint, with an empty home directory."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory

from peers import PEERS, QUESTION, find_binaries, make_environment
from processes import Program
from rounds import BASELINE, OURS

BASELINES = Path(__file__).parent / "baselines"
# At the start of a row or after a colour; prompt_toolkit paints a space as a step to the right.
PROMPT = re.compile(rb"[\nm>]>[ \x08]")
UNUSED = "http://127.0.0.1:9/v1"  # for programs that send no request


@dataclass(frozen=True, slots=True)
class Programs:
    """nemochat, the baselines and the installed peers.

    Attributes:
        base_url: The endpoint's address.
        python: Python without arguments.
        nemochat: nemochat without arguments.
        peers: The peers without arguments, by name.
    """

    base_url: str
    python: Program
    nemochat: Program
    peers: dict[str, Program]

    def ask(self) -> dict[str, Program]:
        """Return the programs that ask one question in a pipe, by name."""
        plain = self.python(str(BASELINES / "plain.py"), self.base_url)
        peers = {name: program(*PEERS[name].ask) for name, program in self.peers.items()}
        return {OURS: self.nemochat("ask", QUESTION), BASELINE: plain, **peers}

    def show_markdown(self) -> dict[str, Program]:
        """Return the programs that show one answer on a terminal, by name."""
        peers = {name: program(*PEERS[name].markdown) for name, program in self.peers.items()}
        return {OURS: self.nemochat("ask", QUESTION), **peers}

    def chat(self) -> dict[str, Program]:
        """Return the programs that prompt for a message, by name."""
        prompt = self.python(str(BASELINES / "prompt.py"))
        peers = {n: program(*PEERS[n].chat) for n, program in self.peers.items() if PEERS[n].chat}
        return {OURS: self.nemochat, BASELINE: prompt, **peers}

    def start(self, flag: str) -> dict[str, Program]:
        """Return the programs with one flag, and Python that prints a line, by name."""
        peers = {name: program(flag) for name, program in self.peers.items()}
        return {OURS: self.nemochat(flag), BASELINE: self.python("-c", "print('')"), **peers}


@contextmanager
def prepare(base_url: str = UNUSED, bundle: str = "") -> Iterator[Programs]:
    """Yield the programs.

    Args:
        base_url: The endpoint's address.
        bundle: A file of trusted certificates; "" for the system's.
    """
    with TemporaryDirectory() as folder:
        shared = {"PATH": environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        shared |= {"HOME": folder, "TMPDIR": folder}
        shared |= {"SSL_CERT_FILE": bundle} if bundle else {}
        ours = shared | {"NEMOCHAT_BASE_URL": base_url, "DEEPINFRA_TOKEN": "token"}
        theirs = shared | make_environment(base_url, Path(folder))
        yield Programs(
            base_url,
            Program((sys.executable,), shared),
            Program((str(Path(sys.executable).with_name(OURS)),), ours),
            {name: Program((binary,), theirs) for name, binary in find_binaries().items()},
        )
