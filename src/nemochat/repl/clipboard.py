"""Clipboards of the system, of tmux, and of the terminal, which also works over ssh."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from nemochat import core_files
from nemochat.errors import UsageError

MAX_TERMINAL_BYTES = 74_994 // 4 * 3  # many terminals cut off longer base64
TIMEOUT = 2.0  # seconds for a program; without its display, one waits forever


def copy(
    text: str,
    to_terminal: Callable[[str], None],
    environment: Mapping[str, str],
    *,
    seconds: float = TIMEOUT,
) -> str:
    """Copy a text to every clipboard in reach; return their names.

    Args:
        text: The text.
        to_terminal: Sends a text to the terminal; UsageError if there is none.
        environment: Shows whether there are displays and tmux.
        seconds: How long to wait for each program.

    Raises:
        UsageError: There is no clipboard, or the text is too long for it.
    """
    names = [
        command[0]
        for command, encoding in _programs(environment)
        if _run_program(command, text.encode(encoding, "replace"), environment, seconds)
    ]
    if "tmux" not in names:
        try:
            _copy_to_terminal(text, to_terminal)
            names.append("the terminal")
        except UsageError:
            if not names:
                raise
    return " and ".join(names)


def _copy_to_terminal(text: str, to_terminal: Callable[[str], None]) -> None:
    size = len(text.encode("utf-8", "replace"))
    if size > MAX_TERMINAL_BYTES:
        raise UsageError(
            f"the text ({size:,} bytes) is too long for a terminal's clipboard"
            f" ({MAX_TERMINAL_BYTES:,} bytes)",
            "Use /write FILE to write it to a file",
        )
    to_terminal(text)


def _programs(environment: Mapping[str, str]) -> Iterator[tuple[list[str], str]]:
    """Yield the programs that may reach a clipboard, each with the encoding of its input."""
    get = environment.get
    if get("WAYLAND_DISPLAY"):
        yield ["wl-copy"], "utf-8"
    elif get("DISPLAY"):
        xclip = shutil.which("xclip", path=get("PATH"))
        command = ["xclip", "-selection", "clipboard"] if xclip else ["xsel", "-i", "-b"]
        yield command, "utf-8"
    if sys.platform == "darwin":
        yield ["pbcopy"], "utf-8"
    if get("WSL_DISTRO_NAME"):
        yield ["clip.exe"], "utf-16-le"
    if get("TMUX"):
        yield ["tmux", "load-buffer", "-w", "-"], "utf-8"


def _run_program(
    command: list[str], content: bytes, environment: Mapping[str, str], seconds: float
) -> bool:
    """Return whether a program accepts a text; one that stays to serve it runs in background."""
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
