"""Clipboards: the system's, that of tmux, and the terminal's, which also works over ssh."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from nemochat import core_files
from nemochat.errors import UsageError

MAX_TERMINAL_BYTES = 74_994 // 4 * 3  # bytes: as base64 more is dropped by many terminals
SECONDS = 2.0  # that a program may take: one without its display waits for ever


def copy(
    text: str,
    to_terminal: Callable[[str], None],
    environment: Mapping[str, str],
    *,
    seconds: float = SECONDS,
) -> str:
    """Put a text on every clipboard that can be reached; return by which ways, in words.

    Args:
        text: What is copied.
        to_terminal: Asks the terminal to take it; UsageError where there is none.
        environment: Tells of displays and of tmux.
        seconds: How long each program is waited for.

    Raises:
        UsageError: there is no clipboard.
    """
    content = text.encode("utf-8", "replace")
    ways = [
        command[0]
        for command, encoding in _programs(environment)
        if _run_program(command, text.encode(encoding, "replace"), environment, seconds)
    ]
    refusal = UsageError(
        f"{len(content):,} bytes are more than a terminal's clipboard takes"
        f" ({MAX_TERMINAL_BYTES:,})",
        "/write FILE keeps the text",
    )
    if "tmux" not in ways:
        try:
            if len(content) > MAX_TERMINAL_BYTES:
                raise refusal
            to_terminal(text)
            ways.append("the terminal")
        except UsageError:
            if not ways:
                raise
    return " and ".join(ways)


def _programs(environment: Mapping[str, str]) -> Iterator[tuple[list[str], str]]:
    """The programs that may reach a clipboard here, each with the encoding that it reads."""
    here = environment.get
    if here("WAYLAND_DISPLAY"):
        yield ["wl-copy"], "utf-8"
    elif here("DISPLAY"):
        xclip = shutil.which("xclip", path=here("PATH"))
        selected = ["xclip", "-selection", "clipboard"] if xclip else ["xsel", "-i", "-b"]
        yield selected, "utf-8"
    if sys.platform == "darwin":
        yield ["pbcopy"], "utf-8"
    if here("WSL_DISTRO_NAME"):
        yield ["clip.exe"], "utf-16-le"
    if here("TMUX"):
        yield ["tmux", "load-buffer", "-w", "-"], "utf-8"


def _run_program(
    command: list[str], content: bytes, environment: Mapping[str, str], seconds: float
) -> bool:
    """Whether a program took a text; one that stays to serve it is left in the background."""
    with suppress(OSError, subprocess.TimeoutExpired):
        with core_files.inherited_limit():
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=dict(environment),
                start_new_session=True,
            )
        with process:
            try:
                process.communicate(content, seconds)
            except BaseException:
                process.kill()
                raise
        return process.returncode == 0
    return False
