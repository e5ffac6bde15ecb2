"""Flags of `nemochat ask`: their spellings, their values, and which exclude each other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from typer.core import TyperOption

from nemochat.cli.help import COMMON, CONVERSATION, DEBUGGING, OUTPUT
from nemochat.cli.options import CommonOptions, create_option, whole_number
from nemochat.core.text import format_value
from nemochat.errors import UsageError

FORMATS = ("text", "json", "jsonl")

_FLAGS: tuple[tuple[str, str, str, str, str], ...] = (
    # attribute of AskOptions, spellings, topic, value, help
    ("files", "-f --file", COMMON, "FILE", "add a file, a glob or a folder; repeatable"),
    ("edit", "-e --edit", COMMON, "", "write the question in VISUAL or EDITOR"),
    ("no_stdin", "--no-stdin", COMMON, "", "do not read standard input"),
    ("extract", "-x --extract", OUTPUT, "[N]", "print only the first code block, or the Nth"),
    ("extract_last", "--xl --extract-last", OUTPUT, "", "print only the last code block"),
    ("json", "--json", OUTPUT, "", "print one JSON object; same as --output-format json"),
    (
        "output_format",
        "--output-format",
        OUTPUT,
        "|".join(FORMATS),
        "the answer, a JSON object, or a line per event",
    ),
    ("out", "--out", OUTPUT, "FILE", "write the answer to FILE once it is complete"),
    ("usage", "-u --usage", OUTPUT, "", "print tokens, cost and time to standard error"),
    ("quiet", "-q --quiet", OUTPUT, "", "print errors but no notices to standard error"),
    (
        "schema",
        "--schema",
        OUTPUT,
        "FILE|FIELDS",
        "answer in JSON that fits a JSON Schema, or fields such as 'name, age int'",
    ),
    ("json_mode", "--json-mode", OUTPUT, "", "have the endpoint allow only JSON"),
    ("interactive", "-i --interactive", CONVERSATION, "", "continue in the chat after the answer"),
    ("dry_run", "--dry-run", DEBUGGING, "", "print the request's JSON; send nothing"),
    ("curl", "--curl", DEBUGGING, "", "print the request as a curl command; send nothing"),
)


class AskOptions(NamedTuple):
    """Values of the flags of `ask`."""

    files: tuple[str, ...] = ()
    edit: bool = False
    no_stdin: bool = False
    extract: int | None = None
    extract_last: bool = False
    json: bool = False
    output_format: str = ""
    out: str = ""
    usage: bool = False
    quiet: bool = False
    schema: str = ""
    json_mode: bool = False
    interactive: bool = False
    dry_run: bool = False
    curl: bool = False

    @property
    def effective_format(self) -> str:
        """The format of the answer: one of `FORMATS`."""
        return self.output_format or ("json" if self.json else FORMATS[0])

    @property
    def dry_run_format(self) -> str:
        """How to print the request instead of sending it: "json" or "curl"; "" sends it."""
        return "curl" if self.curl else "json" if self.dry_run else ""

    @property
    def block_number(self) -> int | None:
        """The number of the code block to print: from 1, or -1 for the last; None prints all."""
        return -1 if self.extract_last else self.extract

    def check(self) -> None:
        """Raise UsageError if two flags exclude each other."""
        answer_format = self.effective_format
        if answer_format not in FORMATS:
            takes = f"--output-format takes {', '.join(FORMATS)}"
            raise UsageError(f"{takes}, not {format_value(answer_format)}")
        if self.json and answer_format != "json":
            raise UsageError(f"--json and --output-format {answer_format} cannot be combined")
        as_json = "--json" if self.json else f"--output-format {answer_format}"
        flags_used = {
            "-x": self.extract is not None,
            "--xl": self.extract_last,
            as_json: answer_format != FORMATS[0],
            "-i": self.interactive,
            "--out": bool(self.out),
            "--schema": bool(self.schema),
            "--json-mode": self.json_mode,
        }
        for exclusive in (
            ("-x", "--xl", as_json, "-i"),
            ("-x", "--xl", "-i", "--schema"),
            ("-i", "--out"),
            ("--schema", "--json-mode"),
        ):
            flags = [flag for flag in exclusive if flags_used[flag]]
            if len(flags) > 1:
                raise UsageError(f"{flags[0]} and {flags[1]} cannot be combined")


def ask_flags() -> Iterator[TyperOption]:
    """Yield the flags of `ask`; each stores its value in `CommonOptions.ask`."""
    for name, spellings, topic, metavar, help_ in _FLAGS:
        store = partial(_store, name)
        is_many = name == "files"
        yield create_option(spellings.split(), topic, help_, store, metavar, multiple=is_many)


def _store(name: str, options: CommonOptions, value: object) -> None:
    options.ask[name] = whole_number("-x", 1, 1000)(value) if name == "extract" else value
