"""Sessions of `ask` and of pipes: answers, flags, and errors before anything is sent."""

from __future__ import annotations

from tests.golden.session import Command, Session

CONFIG = """\
# A comment that stays.
[parameters]
temperature = 0.7

[profile.brief]
about = "one sentence"
system = "One sentence."
top_k = 40

[profile.translate]
template = "Into {language}:\\n\\n{input}"

[profile.mood]
messages = [
  { role = "user", content = "The soup was cold." },
  { role = "assistant", content = "negative" },
]
"""
CONFIG_PATH = "config/nemochat/config.toml"
FILES: dict[str, str | bytes] = {
    CONFIG_PATH: CONFIG,
    "notes.txt": "one\ntwo\n",
    "more/a.py": "print('```')\n",
    "more/b.py": "b\n",
    "binary.dat": b"\x7fELF\x00\x01",
    "latin.txt": b"caf\xe9",
    "person.json": '{"type": "object", "required": ["name", "age"]}',
    "system.txt": "Answer in verse.\n",
    "edit.sh": '#!/bin/sh\necho "edited $(cat "$1")" > "$1"\n',
    "answer.md": "as it was\n",
}

# Name, command line; a third part is the standard input.
LINES: tuple[tuple[str, ...], ...] = (
    ("hello", "ask Hello"),
    ("temperature", "ask -t 0.3 Hello"),
    ("parameters", "ask -t 0.3 --top-p 0.9 --top-k 40 --min-p 0.1 --seed 7 --stop END Hello"),
    ("penalties", "ask --presence-penalty 1 --frequency-penalty -1 --repetition-penalty 1.1 Hello"),
    ("options", "ask -o temperature 0.5 -o max_tokens 20 Hello"),
    ("max-tokens", "ask --max-tokens 5 ending length"),
    ("json", "ask --json Hello"),
    ("jsonl", "ask --output-format jsonl Hello"),
    ("json-private", "ask --private --json Hello"),
    ("jsonl-tool", "ask --output-format jsonl tool"),
    ("tool", "ask --tool-choice auto tool"),
    ("extract", "ask -x code"),
    ("extract-second", "ask -x 2 code"),
    ("extract-last", "ask --xl code"),
    ("extract-none", "ask -x Hello"),
    ("two-answers", "ask -n 2 Hello"),
    ("two-answers-json", "ask -n 2 --json Hello"),
    ("no-stream", "ask --no-stream long"),
    ("system", "ask -s 'Be brief.' Hello"),
    ("system-file", "ask -s @system.txt Hello"),
    ("system-no-file", "ask -s @nothing.txt Hello"),
    ("file", "ask -f notes.txt 'What is this?'"),
    ("file-glob", "ask -f 'more/*.py' -f notes.txt Review"),
    ("file-alone", "ask -f notes.txt"),
    ("file-missing", "ask -f note.txt Review"),
    ("file-binary", "ask -f binary.dat Review"),
    ("file-latin", "ask -f latin.txt Review"),
    ("pipe", "", "Hello\n"),
    ("pipe-dash", "ask -", "Hello"),
    ("pipe-and-words", "ask Review", "a = 1\n"),
    ("pipe-ignored", "ask --no-stdin Hello", "a = 1\n"),
    ("no-question", "ask"),
    ("editor", "ask -e Hello"),
    ("dry-run", "ask --dry-run -t 0.3 -s 'Be brief.' Hello"),
    ("dry-run-json-mode", "ask --dry-run --json-mode Hello"),
    ("dry-run-mistral", "ask --dry-run --endpoint mistral --seed 3 Hello"),
    ("curl", "ask --curl -t 0.3 Hello"),
    ("usage", "ask -u Hello"),
    ("quiet", "ask -q --max-tokens 5 ending length"),
    ("quiet-error", "ask -q status 404 No such model"),
    ("out", "ask --out answer.md Hello"),
    ("out-cut", "ask --out answer.md cut"),
    ("schema", "ask --schema 'name, age int' fits"),
    ("schema-mended", "ask --schema person.json unfit"),
    ("schema-never", "ask --schema 'name, age int' never"),
    ("schema-wrong", "ask --schema 'name, age number' Hello"),
    ("schema-strict", "ask -S --json --schema 'name, age int, tags: some words' fits"),
    ("foreign", "ask foreign"),
    ("escapes", "ask escapes"),
    ("lists", "ask lists"),
    ("raw", "ask --raw table"),
    ("accessible", "ask --accessible lists"),
    ("profile", "ask -p brief Hello"),
    ("profile-template", "ask -p translate --param language=French 'Guten Tag'"),
    ("profile-examples", "ask -p mood 'It was fine.'"),
    ("profile-missing-value", "ask -p translate Hello"),
    ("profile-wrong", "ask -p breif Hello"),
    ("model", "ask -m example/other-7b Hello"),
    ("guide", "ask --endpoint guide --dry-run Hello"),
    ("debug", "ask --debug Hello"),
    ("wrong-flag", "ask --temprature 1 Hello"),
    ("wrong-value", "ask -t 3 Hello"),
    ("wrong-parameter", "ask -o tempature 1 Hello"),
    ("wrong-retries", "ask --retries many Hello"),
    ("wrong-format", "ask --output-format xml Hello"),
    ("wrong-endpoint", "ask --endpoint guied Hello"),
    ("wrong-address", "ask --base-url ftp://example.org Hello"),
    ("wrong-command", "aks"),
    ("words", "what is it?"),
    ("wrong-pair", "ask -q -u --json-mode --schema 'name' Hello"),
    ("resume-nothing", "ask --resume lamb Hello"),
    ("continue-nothing", "ask -c Hello"),
    ("fork-nothing", "ask --fork Hello"),
    ("help", "ask --help"),
    ("version", "--version"),
    ("root-help", "--help"),
)
# With `--retries 0`, so that no pause is waited for.
FAULTS: tuple[tuple[str, ...], ...] = (
    ("400", "status 400 Wrong request"),
    ("401", "status 401 Not authenticated"),
    ("402", "status 402 No money left"),
    ("403", "status 403 Not allowed"),
    ("404", "status 404 No such model"),
    ("413", "status 413 Too large"),
    ("422", "status 422 temperature is too high"),
    ("429", "status 429 7 Too many requests"),
    ("500", "status 500 Internal error"),
    ("503", "status 503 Overloaded"),
    ("cut", "cut"),
    ("broken", "break"),
    ("empty", "empty"),
    ("page", "page"),
    ("garbage", "garbage"),
    ("filtered", "ending content_filter"),
    ("length", "ending length"),
    ("stalled", "--idle-timeout 0.5 hold"),
    ("silent", "--first-byte-timeout 0.5 silent"),
    ("cut-json", "--json cut"),
    ("404-jsonl", "--output-format jsonl status 404 No such model"),
    ("refused", "--base-url http://127.0.0.1:9/v1 Hello"),
    ("no-host", "--base-url http://nowhere.invalid/v1 Hello"),
)
EDITOR = {"EDITOR": "./edit.sh"}


def _commands() -> list[Session]:
    sessions = []
    for name, line, *stdin in LINES:
        command = Command(line, "".join(stdin), EDITOR if name == "editor" else {})
        sessions.append(Session(f"ask-{name}", (command,), FILES, all_headers=name == "hello"))
    return sessions


def _faults() -> list[Session]:
    return [
        Session(f"fault-{name}", (Command(f"ask --retries 0 {line}"),)) for name, line in FAULTS
    ]


SEQUENCES = (
    Session("fault-retried", (Command("ask --retries 1 flaky 503 Come again"),)),
    Session("fault-retry-after", (Command("ask --retries 1 flaky 429 1 Come again"),)),
    Session(
        "fault-resumed",
        (Command("ask --retries 0 --resume-dropped cut"), Command("chats show 1")),
    ),
    Session(
        "ask-no-token",
        (
            Command("ask Hello", environment={"DEEPINFRA_TOKEN": ""}),
            Command("ask --json Hello", environment={"DEEPINFRA_TOKEN": ""}),
            Command("ask Hello", environment={"DEEPINFRA_TOKEN": "a\nb"}),
            Command("ask --dry-run Hello", environment={"DEEPINFRA_TOKEN": ""}),
        ),
        server=False,
    ),
    Session(
        "ask-continued",
        (
            Command("ask Hello"),
            Command("ask -c colours"),
            Command("ask --resume 1 -s Rhyme. colours"),
            Command("ask --resume 1 --fork 'And in the fork?'"),
            Command("ask -c --private Hello"),
            Command("ask -c --resume 1 Hello"),
            Command("ask --private Hello"),
        ),
    ),
    Session(
        "ask-environment",
        (
            Command("ask Hello", environment={"NEMOCHAT_TEMPERATURE": "0.4"}),
            Command("ask Hello", environment={"NEMOCHAT_PROFILE": "brief"}),
            Command("ask -p none Hello", environment={"NEMOCHAT_PROFILE": "brief"}),
            Command("ask Hello", environment={"NEMOCHAT_MODEL": "example/other-7b"}),
            Command("ask Hello", environment={"NEMOCHAT_RETRIES": "many"}),
        ),
        FILES,
    ),
    Session(
        "ask-bad-input",
        (
            Command("ask Review", b"caf\xe9"),
            Command("ask Review", b"\x00\x01"),
        ),
    ),
)
SESSIONS = (*_commands(), *_faults(), *SEQUENCES)
