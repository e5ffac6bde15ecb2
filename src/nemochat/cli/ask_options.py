"""Flags of `nemochat ask`: their spellings, their values, and which exclude each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any

from typer.core import TyperOption

from nemochat.cli.help import COMMON, CONVERSATION, DEBUGGING, OUTPUT
from nemochat.cli.options import CommonOptions, create_option, whole_number
from nemochat.core.text import format_value
from nemochat.errors import UsageError

FORMATS = ("text", "json", "jsonl")
FieldDefault = Any  # a field, where a value of its type is expected


def _flag(
    names: str,
    topic: str,
    help_: str,
    metavar: str = "",
    parse: Callable[[Any], object] = lambda value: value,
    *,
    default: object = False,
) -> FieldDefault:
    """Return a field with its flag as metadata."""
    return field(default=default, metadata={"flag": (names.split(), topic, help_, metavar, parse)})


@dataclass(slots=True)
class AskOptions:
    """Values of the flags of `ask`."""

    files: tuple[str, ...] = _flag(
        "-f --file", COMMON, "add a file, a glob or a folder; repeatable", "FILE", default=()
    )
    edit: bool = _flag("-e --edit", COMMON, "write the question in VISUAL or EDITOR")
    no_stdin: bool = _flag("--no-stdin", COMMON, "do not read standard input")
    extract: int | None = _flag(
        "-x --extract",
        OUTPUT,
        "print only the first code block, or the Nth",
        "[N]",
        whole_number("-x", 1, 1000),
        default=None,
    )
    extract_last: bool = _flag("--xl --extract-last", OUTPUT, "print only the last code block")
    json: bool = _flag("--json", OUTPUT, "print one JSON object: --output-format json")
    output_format: str = _flag(
        "--output-format",
        OUTPUT,
        "the answer, a JSON object, or a line per event",
        "|".join(FORMATS),
        default="",
    )
    out: str = _flag(
        "--out", OUTPUT, "write the answer to FILE once it is complete", "FILE", default=""
    )
    usage: bool = _flag("-u --usage", OUTPUT, "print tokens, cost and time to standard error")
    quiet: bool = _flag("-q --quiet", OUTPUT, "print errors but no notices to standard error")
    schema: str = _flag(
        "--schema",
        OUTPUT,
        "answer in JSON that fits a JSON Schema, or fields such as 'name, age int'",
        "FILE|FIELDS",
        default="",
    )
    json_mode: bool = _flag("--json-mode", OUTPUT, "have the endpoint allow only JSON")
    interactive: bool = _flag(
        "-i --interactive", CONVERSATION, "continue in the chat after the answer"
    )
    dry_run: bool = _flag("--dry-run", DEBUGGING, "print the request's JSON; send nothing")
    curl: bool = _flag("--curl", DEBUGGING, "print the request as a curl command; send nothing")

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
    for each in fields(AskOptions):
        names, topic, help_, metavar, parse = each.metadata["flag"]
        store = partial(_store, each.name, parse)
        yield create_option(names, topic, help_, store, metavar, multiple=each.default == ())


def _store(
    name: str, parse: Callable[[Any], object], options: CommonOptions, value: object
) -> None:
    options.ask[name] = parse(value)
