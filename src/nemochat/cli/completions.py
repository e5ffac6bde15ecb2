"""Static shell completions, drawn from the tree of commands: a Tab starts no Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import typer

from nemochat.core.values import shown
from nemochat.errors import UsageError
from nemochat.wire import endpoints

SHELLS = ("bash", "zsh", "fish")
FILE_FLAGS = {"--output", "--script", "--system"}  # whose values are files
_WORDS = {"--endpoint": [row.name for row in endpoints.TABLE]}


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag: all its spellings, its help, whether a value follows, and which it may be."""

    names: tuple[str, ...]
    help: str
    takes_value: bool
    words: tuple[str, ...]

    @property
    def takes_file(self) -> bool:
        """Whether its value is a file."""
        return not FILE_FLAGS.isdisjoint(self.names)


@dataclass(frozen=True, slots=True)
class Node:
    """A command: the words that lead to it, its help, its flags, and the words that may follow."""

    path: tuple[str, ...]
    help: str
    flags: tuple[Flag, ...]
    words: tuple[tuple[str, str], ...]


def script(shell: str, app: typer.Typer) -> str:
    """The completion script for a shell; UsageError if there is none."""
    if shell not in SHELLS:
        near = get_close_matches(shell, SHELLS, n=1)
        hint = f"Did you mean {near[0]}?" if near else ""
        raise UsageError(f"completions are for bash, zsh or fish, not {shown(shell)}", hint)
    nodes = list(_walk((), typer.main.get_command(app)))
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](nodes)


def _walk(path: tuple[str, ...], command: Any) -> Iterator[Node]:  # noqa: ANN401 - typer keeps its types private
    below = getattr(command, "commands", {})
    flags = tuple(_flag(option) for option in command.params if option.param_type_name == "option")
    help_flag = Flag(("-h", "--help"), "show the help", takes_value=False, words=())
    words = tuple((name, _summary(each)) for name, each in sorted(below.items()))
    if path == ("completions",):
        words = tuple((shell, "") for shell in SHELLS)
    yield Node(path, _summary(command), (*flags, help_flag), words)
    for name, each in sorted(below.items()):
        yield from _walk((*path, name), each)


def _flag(option: Any) -> Flag:  # noqa: ANN401 - typer keeps its types private
    words = _WORDS.get(option.opts[-1], ())
    if option.metavar and "|" in option.metavar:
        words = option.metavar.split("|")
    takes_value = not option.is_flag
    return Flag(
        (*option.opts, *option.secondary_opts),
        (option.help or "").partition(" (")[0],
        takes_value,
        tuple(words),
    )


def _summary(command: Any) -> str:  # noqa: ANN401 - typer keeps its types private
    return (command.help or "").partition("\n")[0].rstrip(".")


def _name(path: tuple[str, ...]) -> str:
    return "_".join(("", "nemochat", *path))


def _bash(nodes: list[Node]) -> str:
    cases = []
    for node in nodes:
        words = " ".join([w for w, _ in node.words] + [n for f in node.flags for n in f.names])
        cases.append(f'    "{" ".join(node.path)}") words="{words}" ;;')
    values = []
    for flag in {f.names: f for node in nodes for f in node.flags}.values():
        names = "|".join(flag.names)
        if flag.takes_file:
            values.append(f'    {names}) COMPREPLY=($(compgen -f -- "$current")); return ;;')
        elif flag.words:
            listed = " ".join(flag.words)
            values.append(
                f'    {names}) COMPREPLY=($(compgen -W "{listed}" -- "$current")); return ;;'
            )
        elif flag.takes_value:
            values.append(f"    {names}) COMPREPLY=(); return ;;")
    commands = " ".join(sorted({word for node in nodes for word in node.path}))
    return f"""# bash completion for nemochat; made by `nemochat completions bash`
_nemochat() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}"
  local path="" word words=""
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case " {commands} " in *" $word "*) path="${{path:+$path }}$word" ;; esac
  done
  case "$previous" in
{chr(10).join(values)}
  esac
  case "$path" in
{chr(10).join(cases)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -F _nemochat nemochat
"""


def _zsh(nodes: list[Node]) -> str:
    functions = []
    for node in nodes:
        lines = [f"    {_zsh_flag(flag)} \\" for flag in node.flags]
        if node.words:
            listed = " ".join(f"'{_zsh_quoted(w)}:{_zsh_quoted(h)}'" for w, h in node.words)
            lines += ["    '1: :->word' \\", "    '*:: :->rest'"]
            following = "\n".join(
                f"        {w}) {_name((*node.path, w))} ;;"
                for w, _ in node.words
                if any(other.path == (*node.path, w) for other in nodes)
            )
            after = f"""
  case "$state" in
    word) local -a words_=({listed}); _describe command words_ ;;
    rest)
      case "$line[1]" in
{following}
      esac ;;
  esac"""
        else:
            lines.append("    '*: :_files'")
            after = ""
        arguments = "\n".join(lines)
        functions.append(
            f"{_name(node.path)}() {{\n  local state line\n"
            f"  _arguments -C -s \\\n{arguments}{after}\n}}\n"
        )
    body = "\n".join(functions)
    made = "# zsh completion for nemochat; made by `nemochat completions zsh`"
    return f'#compdef nemochat\n{made}\n\n{body}\n_nemochat "$@"\n'


def _zsh_flag(flag: Flag) -> str:
    names = (
        f"'({' '.join(flag.names)})'{{{','.join(flag.names)}}}"
        if len(flag.names) > 1
        else flag.names[0]
    )
    value = ""
    if flag.takes_file:
        value = ":file:_files"
    elif flag.words:
        value = f":value:({' '.join(flag.words)})"
    elif flag.takes_value:
        value = ":value:"
    return f"{names}'[{_zsh_quoted(flag.help)}]{value}'"


def _zsh_quoted(text: str) -> str:
    for character in "[]:":
        text = text.replace(character, "\\" + character)
    return text.replace("'", "'\\''")


def _fish(nodes: list[Node]) -> str:
    lines = [
        "# fish completion for nemochat; made by `nemochat completions fish`",
        "complete -c nemochat -f",
    ]
    for node in nodes:
        seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in node.path)
        when = f" -n '{seen}'" if seen else " -n __fish_use_subcommand"
        lines += [
            f"complete -c nemochat{when} -a {w} -d '{_fish_quoted(h)}'" for w, h in node.words
        ]
        for flag in node.flags:
            spelled = "".join(
                f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}"
                for name in flag.names
            )
            value = " -r" if flag.takes_value else ""
            value += " -F" if flag.takes_file else ""
            value += f" -a '{' '.join(flag.words)}'" if flag.words else ""
            lines.append(
                f"complete -c nemochat{when}{spelled}{value} -d '{_fish_quoted(flag.help)}'"
            )
    return "\n".join(lines) + "\n"


def _fish_quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
