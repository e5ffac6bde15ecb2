"""Static completion scripts for bash, zsh and fish: pressing Tab starts no Python.

The shell itself reads the names that only this machine knows: conversations and models from the
private files of `config/paths.py`, profiles and endpoints from the configuration file. It
compares and quotes a name, and never evaluates it.
"""

from __future__ import annotations

from pathlib import Path

from typer.core import TyperGroup

from nemochat.cli.completions.tree import (
    CHATS,
    ENDPOINTS,
    FILE,
    MODELS,
    PROFILES,
    SHELLS,
    CommandSpec,
    Flag,
    list_commands,
)
from nemochat.core.text import format_value, nearest
from nemochat.errors import UsageError

_SECTIONS = {PROFILES: "profile", ENDPOINTS: "endpoint"}  # of the configuration file
_NAMES = {CHATS, MODELS}  # files that config/paths.py writes
_ZSH_VALUE = ("+", "=")  # the value may be in the same word: after a short flag, or after =


def build_script(shell: str, root: TyperGroup) -> str:
    """Return the completion script for a shell; raise UsageError for other shells."""
    if shell not in SHELLS:
        near = nearest(shell, SHELLS)
        hint = f"Did you mean {near[0]}?" if near else ""
        raise UsageError(
            f"there are completions for bash, zsh and fish, not {format_value(shell)}", hint
        )
    return {"bash": _bash_script, "zsh": _zsh_script, "fish": _fish_script}[shell](
        list_commands(root)
    )


def _read_template(shell: str) -> str:
    """Return the beginning of a script: how the shell finds files and names."""
    return Path(__file__).with_name(f"template.{shell}").read_text("utf-8")


def _names_function(kind: str) -> str:
    """Return the shell function, with its argument, that completes names of a kind, or ""."""
    if kind in _SECTIONS:
        return f"sections {_SECTIONS[kind]}"
    return f"names {kind}" if kind in _NAMES else ""


def _flags_with_value(commands: list[CommandSpec]) -> list[str]:
    """Return the flags of `nemochat` itself that have a value: the next word is not a command."""
    return [name for flag in commands[0].flags if flag.value for name in flag.names]


def _bash_script(commands: list[CommandSpec]) -> str:
    cases = []
    for node in commands:
        words = " ".join([w for w, _ in node.words] + [n for f in node.flags for n in f.names])
        offer = _bash_completions(node.kind, ())
        cases.append(f'    "{" ".join(node.path)}") words="{words}"{offer} ;;')
    values, own = {}, []
    alone = {name for node in commands for f in node.flags if not f.value for name in f.names}
    for path, flag in ((node.path, f) for node in commands for f in node.flags if f.value):
        offer = _bash_completions(flag.kind, flag.words).removeprefix("; ") or ":"
        if alone.isdisjoint(flag.names):
            values[flag.names] = f"    {'|'.join(flag.names)}) {offer}; return ;;"
        else:  # a flag of this name has no value in another command
            names = "|".join(f'"{" ".join(path)} {name}"' for name in flag.names)
            own.append(f"    {names}) {offer}; return ;;")
    script = _read_template("bash")
    for name, text in {
        "takers": "|".join(f'",{name}"' for name in _flags_with_value(commands)),
        "paths": " | ".join(f'"{" ".join(node.path)}"' for node in commands if node.path),
        "own": "\n".join(own),
        "values": "\n".join(values.values()),
        "cases": "\n".join(cases),
    }.items():
        script = script.replace(f"%({name})s", text)
    return script


def _bash_completions(kind: str, words: tuple[str, ...]) -> str:
    offer = ""
    if words:
        offer += f'; COMPREPLY=($(compgen -W "{" ".join(words)}" -- "$current"))'
    if kind == FILE:
        offer += "; _nemochat_files"
    elif called := _names_function(kind):
        offer += f"; _nemochat_{called}"
    return offer


def _function_name(path: tuple[str, ...]) -> str:
    return "_".join(("", "nemochat", *path))


def _zsh_script(commands: list[CommandSpec]) -> str:
    functions = []
    for node in commands:
        lines = [f"    {_zsh_flag(flag)} \\" for flag in node.flags]
        after = ""
        if node.words:
            listed = " ".join(f"'{_quote_zsh(w)}:{_quote_zsh(h)}'" for w, h in node.words)
            lines += ["    '1: :->word' \\", "    '*:: :->rest'"]
            following = "\n".join(
                f"        {w}) {_function_name((*node.path, w))} ;;"
                for w, _ in node.words
                if any(other.path == (*node.path, w) for other in commands)
            )
            named = f"; _nemochat_{called}" if (called := _names_function(node.kind)) else ""
            after = f"""
  case "$state" in
    word) local -a words_=({listed}); _describe command words_{named} ;;
    rest)
      case "$line[1]" in
{following}
      esac ;;
  esac"""
        else:
            offer = f"{{_nemochat_{called}}}" if (called := _names_function(node.kind)) else ""
            lines.append(f"    '*: :{'_files' if node.kind == FILE else offer}'")
        arguments = "\n".join(lines)
        functions.append(
            f"{_function_name(node.path)}() {{\n  local state line\n"
            f"  _arguments -C -s \\\n{arguments}{after}\n}}\n"
        )
    return _read_template("zsh").replace("%s", "\n".join(functions))


def _zsh_flag(flag: Flag) -> str:
    spelled = [f"{name}{_ZSH_VALUE[name[:2] == '--'] if flag.value else ''}" for name in flag.names]
    names = spelled[0]
    if len(spelled) > 1:
        names = f"'({' '.join(flag.names)})'{{{','.join(spelled)}}}"
    value = ""
    if flag.kind == FILE:
        value = ":file:_files"
    elif called := _names_function(flag.kind):
        known = f"; compadd {' '.join(flag.words)}" if flag.words else ""
        value = f":value:{{_nemochat_{called}{known}}}"
    elif flag.words:
        value = f":value:({' '.join(flag.words)})"
    elif flag.value:
        value = ":value:"
    return f"{names}'[{_quote_zsh(_shorten_help(flag.help))}]{value}'"


def _quote_zsh(text: str) -> str:
    for character in "[]:":
        text = text.replace(character, "\\" + character)
    return text.replace("'", "'\\''")


def _fish_script(commands: list[CommandSpec]) -> str:
    lines = []
    for node in commands:
        when = f" -n '{' '.join(('__nemochat_at', *node.path))}'"
        lines += [f"complete -c nemochat{when} -a {w} -d '{_quote_fish(h)}'" for w, h in node.words]
        if called := _names_function(node.kind):
            lines.append(f"complete -c nemochat{when} -a '(__nemochat_{called})'")
        elif node.kind == FILE:
            lines.append(f"complete -c nemochat{when} -F")
        for flag in node.flags:
            spelled = "".join(
                f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}"
                for name in flag.names
            )
            value = " -r -F" if flag.kind == FILE else " -x" if flag.value else ""
            called = _names_function(flag.kind)
            words = " ".join([*flag.words, *([f"(__nemochat_{called})"] if called else [])])
            value += f" -a '{words}'" if words else ""
            about = _quote_fish(_shorten_help(flag.help))
            lines.append(f"complete -c nemochat{when}{spelled}{value} -d '{about}'")
    paths = " ".join(f"'{' '.join(node.path)}'" for node in commands if node.path)
    prelude = _read_template("fish").replace("%(takers)s", " ".join(_flags_with_value(commands)))
    return prelude.replace("%(paths)s", paths) + "\n".join(lines) + "\n"


def _quote_fish(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _shorten_help(text: str) -> str:
    """Return the help of a flag without the range in parentheses."""
    return text.partition(" (")[0]
