"""Sessions of `--script` and of lines in a pipe: every slash command at least once."""

from __future__ import annotations

from tests.golden.asks import FILES
from tests.golden.session import Command, Session

COMMANDS_PATH = "config/nemochat/commands"
SCRIPT_FILES = {
    **FILES,
    f"{COMMANDS_PATH}/explain.md": "<!-- Explain something -->\nExplain $1 to a child of $2.\n",
    "lines.txt": "Hello\n/undo\n",
    "change.sh": '#!/bin/sh\nsed -i s/Hello/Goodbye/ "$1"\n',
}
SCRIPTS: dict[str, tuple[str, ...]] = {
    "answers": (
        "Hello", "code", "/write one.md", "/write one.md", "n", "/write code.py code 1",
        "/write two.md 1", "/write", "/copy code 7", "/copy 9", "/pipe wc -c", "/pipe false",
        "/pipe", "/usage", "/context", "/why", "/why 1", "/why 9",
    ),
    "branches": (
        "colours", "/retry", "/retry temperature=1.2", "/retry tempature=1", "/diff", "/diff 1 2",
        "/tree", "/branch", "/branch 1", "/branch 9", "And then?", "/undo", "/redo", "/undo 2",
        "/undo", "/redo 2", "/redo", "/fork other", "In the fork?", "/fork other", "/tree", "/info",
        "/show 1", "/show",
    ),
    "edit": ("Hello", "code", "/edit 1", "/tree", "/edit 9", "/edit x", "/editor draft"),
    "continue": ("/continue", "ending length", "/continue", "cut", "/continue", "/show"),
    "candidates": (
        "/candidates", "/candidates on", "Hello", "/pick 2", "/pick 3", "/tree",
        "/candidates off", "Hello", "/pick 1",
    ),
    "shelf": (
        "/save", "Hello", "/save lamb", "/clear", "code", "/save lamb", "/rename goat",
        "/rename lamb sheep", "/list", "/list 2", "/search hello", "/search", "/load sheep",
        "/show", "/load nothing", "/load", "/delete goat", "/delete goat yes", "/delete 1 yes",
        "/list", "Hello", "/delete", "/export", "/export out.md", "/export out.md",
        "/export out.html", "/export out.json", "/export out.jsonl", "/export out.txt",
        "/export out.xyz",
    ),
    "settings": (
        "/set", "/set temperature", "/set temperature 0.3", "/set temperature 3",
        "/set tempature 1", "/set top_k 40", "/set stop END", "Hello", "/unset top_k",
        "/unset top_k", "/unset nothing", "/temp", "/temp 0.9", "/system", "/system Be brief.",
        "/system @system.txt", "/system @nothing.txt", "Hello", "/system clear", "/model",
        "/model example/other-7b",
        "Hello", "/models", "/models nemo", "/models nothing", "/endpoint", "/endpoint guied",
        "/endpoint guide", "/endpoint deepinfra", "/info",
    ),
    "profiles": (
        "/profile", "/profile brief", "Hello", "/profile translate",
        "/profile translate language=French", "Guten Tag", "/profile none", "/profile breif",
        "/profile mood", "/clear", "It was fine.",
    ),
    "files": (
        "/file", "/file notes.txt", "/file more/*.py", "/file", "What is this?", "/file note.txt",
        "/file binary.dat", "/file notes.txt", "/file clear", "Hello", "See @notes.txt please",
        "See @note.txt please", "/url", "/url ftp://example.org", "/url {base_url}/page",
        "What does it say?", "/url {base_url}/nothing",
    ),
    "looks": (
        "/render", "/render raw", "table", "/render markdown", "/render pretty", "/theme",
        "/theme dark", "/theme drak", "/multiline", "/multiline on", "/multiline off",
        "/multiline maybe", "/paste", "/paste show", "/private", "Hello", "/list", "/private off",
        "Hello", "/list", "/run lines.txt", "/run missing.txt", "/run",
    ),
    "help": (
        "/help", "/help all", "/help retry", "/help regen", "/help nothing", "/help explain", "/?",
        "/explain 'black holes' 8", "/explain stars", "/exlpain", "/retyr", "/nothing", "/ x",
        "help", "/exit", "never sent",
    ),
    "errors": (
        "status 401 Not authenticated", "status 404 No such model", "/retry", "status 500 Broken",
        "break", "empty", "page", "/tree", "Hello",
    ),
    "blocks": (
        '"""', "first line", "", "/not a command", '"""', "a line\\", "and its rest", "Hello",
    ),
}  # fmt: skip


def _session(name: str, lines: tuple[str, ...]) -> Session:
    files = {**SCRIPT_FILES, "script": "".join(f"{line}\n" for line in lines)}
    environment = {"EDITOR": "./change.sh", "NEMOCHAT_RETRIES": "0", "NEMOCHAT_URLS": "on"}
    command = Command("--script script", environment=environment)
    return Session(f"script-{name}", (command,), files, slow="/why" in lines)


MORE = (
    Session(
        "script-command-lines",
        (
            Command("--script lines.txt -t 0.3 -s 'Be brief.'"),
            Command("--script lines.txt -c"),
            Command("--script lines.txt --private --plain"),
            Command("--script lines.txt --accessible"),
            Command("--script missing.txt"),
            Command("--script - --raw", "Hello\n/info\n"),
            Command("--script lines.txt ask Hello"),
            Command("--script lines.txt", environment={"DEEPINFRA_TOKEN": ""}),
        ),
        SCRIPT_FILES,
    ),
)
SESSIONS = (*(_session(name, lines) for name, lines in SCRIPTS.items()), *MORE)
