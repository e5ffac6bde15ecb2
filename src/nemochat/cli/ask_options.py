"""Flags of `nemochat ask` alone: their spellings, their values, and which go together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from nemochat.cli.options import ARGUMENTS, COMMON, CONVERSATION, DEBUGGING, OUTPUT
from nemochat.core.text import format_value
from nemochat.errors import UsageError

FORMATS = ("text", "json", "jsonl")

Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="PROMPT…", show_default=False, rich_help_panel=ARGUMENTS),
]
Files = Annotated[
    list[str] | None,
    typer.Option(
        "-f",
        "--file",
        metavar="FILE",
        help="ask with a file, a glob or a folder; repeatable",
        rich_help_panel=COMMON,
    ),
]
Edit = Annotated[
    bool,
    typer.Option(
        "-e", "--edit", help="write the question in VISUAL or EDITOR", rich_help_panel=COMMON
    ),
]
NoStdin = Annotated[
    bool, typer.Option("--no-stdin", help="do not read standard input", rich_help_panel=COMMON)
]
Extract = Annotated[
    int | None,
    typer.Option(
        "-x",
        "--extract",
        metavar="[N]",
        min=1,
        help="print the answer's first or Nth code block alone",
        rich_help_panel=OUTPUT,
    ),
]
ExtractLast = Annotated[
    bool,
    typer.Option(
        "--xl",
        "--extract-last",
        help="print the last code block alone",
        rich_help_panel=OUTPUT,
    ),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="one JSON object: --output-format json", rich_help_panel=OUTPUT),
]
OutputFormat = Annotated[
    str,
    typer.Option(
        metavar="|".join(FORMATS),
        help="the answer, an object, or a line for each event",
        rich_help_panel=OUTPUT,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="write to FILE, whole or not at all",
        rich_help_panel=OUTPUT,
    ),
]
Usage = Annotated[
    bool,
    typer.Option(
        "-u",
        "--usage",
        help="tell tokens, cost and time on standard error",
        rich_help_panel=OUTPUT,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "-q",
        "--quiet",
        help="no notices on standard error, errors alone",
        rich_help_panel=OUTPUT,
    ),
]
SchemaText = Annotated[
    str,
    typer.Option(
        metavar="FILE|FIELDS",
        help="JSON that fits a JSON Schema, or fields such as 'name, age int'",
        rich_help_panel=OUTPUT,
    ),
]
JsonMode = Annotated[
    bool,
    typer.Option(
        "--json-mode", help="have the endpoint let only JSON through", rich_help_panel=OUTPUT
    ),
]
Interactive = Annotated[
    bool,
    typer.Option(
        "-i",
        "--interactive",
        help="stay in the chat after the answer",
        rich_help_panel=CONVERSATION,
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="show the request's JSON, and send nothing",
        rich_help_panel=DEBUGGING,
    ),
]
Curl = Annotated[
    bool,
    typer.Option(
        "--curl",
        help="show the request as a curl command, and send nothing",
        rich_help_panel=DEBUGGING,
    ),
]


class AskOptions(NamedTuple):
    """What the flags of `ask` say."""

    files: list[str] | None = None
    edit: bool = False
    no_stdin: bool = False
    extract: int | None = None
    extract_last: bool = False
    json: bool = False
    output_format: str = ""
    out: Path | None = None
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
        """How the request is shown and not sent: as "json" or "curl"; "" sends it."""
        return "curl" if self.curl else "json" if self.dry_run else ""

    @property
    def block_number(self) -> int | None:
        """The number from 1 of the only code block to print; -1 for the last, None for all text."""
        return -1 if self.extract_last else self.extract

    def check(self) -> None:
        """Check that the flags go together; UsageError names two that do not."""
        if self.effective_format not in FORMATS:
            raise UsageError(
                f"--output-format takes {', '.join(FORMATS)},"
                f" not {format_value(self.output_format)}"
            )
        if self.json and self.effective_format != "json":
            raise UsageError(
                f"--json and --output-format {self.effective_format} do not go together"
            )
        as_json = "--json" if self.json else f"--output-format {self.effective_format}"
        flags_used = {
            "-x": self.extract is not None,
            "--xl": self.extract_last,
            as_json: self.effective_format != FORMATS[0],
            "-i": self.interactive,
            "--out": self.out is not None,
            "--schema": bool(self.schema),
            "--json-mode": self.json_mode,
        }
        for apart in (
            ("-x", "--xl", as_json, "-i"),
            ("-x", "--xl", "-i", "--schema"),
            ("-i", "--out"),
            ("--schema", "--json-mode"),
        ):
            flags = [flag for flag in apart if flags_used[flag]]
            if len(flags) > 1:
                raise UsageError(f"{flags[0]} and {flags[1]} do not go together")
