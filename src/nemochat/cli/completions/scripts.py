"""Static completion scripts for bash, zsh and fish: pressing Tab starts no Python.

Names known only to this machine are read by the shell itself: those of conversations and models
from small private files that store/shell_names.py writes, those of the user's profiles and
endpoints from the configuration. A name is compared and quoted, never evaluated.
"""

from __future__ import annotations

import typer

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

BASH_TEMPLATE = r"""# bash completion for nemochat; made by `nemochat completions bash`
_nemochat_take() {
  local quoted
  [[ $1 == "${current//\\/}"* ]] || return
  printf -v quoted %q "$1"
  COMPREPLY+=("$quoted")
}
_nemochat_names() {
  local file name
  for file in "${XDG_STATE_HOME:-$HOME/.local/state}" "$HOME/Library/Application Support"; do
    file="$file/nemochat/names/$1"
    [[ -r $file ]] && while IFS= read -r name; do _nemochat_take "$name"; done <"$file"
  done
}
_nemochat_sections() {
  local file line section="^\[$1\.(\"([^\"]*)\"|([A-Za-z0-9_-]+))"
  for file in "${XDG_CONFIG_HOME:-$HOME/.config}" "$HOME/Library/Application Support"; do
    file="$file/nemochat/config.toml"
    [[ -r $file ]] && while IFS= read -r line; do
      [[ $line =~ $section ]] && _nemochat_take "${BASH_REMATCH[2]}${BASH_REMATCH[3]}"
    done <"$file"
  done
}
_nemochat_files() {
  local name
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -f -- "$current")
}
# Bash splits words at colons, which names have in them: they are joined again before anything is
# offered, and what bash does not replace is cut off from every offer.
_nemochat() {
  local rest="$COMP_LINE" word blanks place last=-1 cut="" joined=()
  for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    blanks="${rest%%[![:blank:]]*}"
    rest="${rest#"$blanks"}"
    rest="${rest#"$word"}"
    if ((last >= 0)) && [[ ! $blanks && ($word == :* || ${joined[last]} == *:) ]]; then
      joined[last]+="$word"
      cut="${joined[last]%"${joined[last]##*:}"}"
    else
      joined[++last]="$word"
      cut=""
    fi
  done
  _nemochat_offer
  for place in "${!COMPREPLY[@]}"; do
    COMPREPLY[place]="${COMPREPLY[place]#"$cut"}"
  done
}
_nemochat_offer() {
  local current="${joined[last]}" previous="${joined[last-1]}"
  local path="" taken="" word words=""
  COMPREPLY=()
  [[ $current == "=" ]] && current=""
  [[ $previous == "=" ]] && previous="${joined[last-2]}"
  for word in "${joined[@]:1:last-1}"; do
    [[ $word == "=" ]] && continue
    if [[ $taken ]]; then taken=""; continue; fi
    case "$path,$word" in %(takers)s) taken=1; continue ;; esac
    case "${path:+$path }$word" in %(paths)s) path="${path:+$path }$word" ;; esac
  done
  case "$path $previous" in
%(own)s
  esac
  case "$previous" in
%(values)s
  esac
  case "$path" in
%(cases)s
  esac
  COMPREPLY+=($(compgen -W "$words" -- "$current"))
}
complete -F _nemochat nemochat
"""
ZSH_TEMPLATE = r"""#compdef nemochat
# zsh completion for nemochat; made by `nemochat completions zsh`

_nemochat_names() {
  local -a names_
  local file
  for file in ${XDG_STATE_HOME:-$HOME/.local/state} $HOME/Library/'Application Support'; do
    file=$file/nemochat/names/$1
    [[ -r $file ]] && names_+=(${(f)"$(<$file)"})
  done
  compadd -a names_
}
_nemochat_sections() {
  local -a names_ match mbegin mend
  local file line
  for file in ${XDG_CONFIG_HOME:-$HOME/.config} $HOME/Library/'Application Support'; do
    file=$file/nemochat/config.toml
    [[ -r $file ]] && for line in ${(f)"$(<$file)"}; do
      [[ $line =~ "^\[$1\.(\"([^\"]*)\"|([A-Za-z0-9_-]+))" ]] && names_+=(${match[2]}${match[3]})
    done
  done
  compadd -a names_
}

%s
_nemochat "$@"
"""
FISH_TEMPLATE = r"""# fish completion for nemochat; made by `nemochat completions fish`
function __nemochat_names
    for folder in "$XDG_STATE_HOME" "$HOME/.local/state" "$HOME/Library/Application Support"
        test -n "$folder" -a -r "$folder/nemochat/names/$argv[1]"
        and cat "$folder/nemochat/names/$argv[1]"
    end
end
function __nemochat_sections
    for folder in "$XDG_CONFIG_HOME" "$HOME/.config" "$HOME/Library/Application Support"
        test -n "$folder" -a -r "$folder/nemochat/config.toml"
        and string match -rg '^\['$argv[1]'\."?([^"\].]+)' <"$folder/nemochat/config.toml"
    end
end
# The command that stands before the cursor, without the flags of `nemochat` before it.
function __nemochat_at
    set -l path
    set -l taken
    for word in (commandline -opc)[2..-1]
        if set -q taken[1]
            set -e taken
        else if not set -q path[1]; and contains -- $word %(takers)s
            set taken yes
        else if contains -- (string join -- ' ' $path $word) %(paths)s
            set -a path $word
        end
    end
    test "$path" = "$argv"
end
complete -c nemochat -f
"""
_SECTIONS = {PROFILES: "profile", ENDPOINTS: "endpoint"}  # of the configuration file
_NAMES = {CHATS, MODELS}  # files of store/names.py
_ZSH_VALUE = ("+", "=")  # a value may stand in the same word: after a short flag, or a long one's =


def build_script(shell: str, app: typer.Typer) -> str:
    """The completion script for a shell; UsageError if there is none."""
    if shell not in SHELLS:
        near = nearest(shell, SHELLS)
        hint = f"Did you mean {near[0]}?" if near else ""
        raise UsageError(f"completions are for bash, zsh or fish, not {format_value(shell)}", hint)
    return {"bash": _bash_script, "zsh": _zsh_script, "fish": _fish_script}[shell](
        list_commands(app)
    )


def _names_function(kind: str) -> str:
    """What a shell calls to have the names of a kind that only this machine knows."""
    if kind in _SECTIONS:
        return f"sections {_SECTIONS[kind]}"
    return f"names {kind}" if kind in _NAMES else ""


def _flags_with_value(commands: list[CommandSpec]) -> list[str]:
    """The flags of `nemochat` itself that a value follows: it is no command, whatever it is."""
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
        else:  # elsewhere no value follows it
            names = "|".join(f'"{" ".join(path)} {name}"' for name in flag.names)
            own.append(f"    {names}) {offer}; return ;;")
    made = BASH_TEMPLATE
    for name, text in {
        "takers": "|".join(f'",{name}"' for name in _flags_with_value(commands)),
        "paths": " | ".join(f'"{" ".join(node.path)}"' for node in commands if node.path),
        "own": "\n".join(own),
        "values": "\n".join(values.values()),
        "cases": "\n".join(cases),
    }.items():
        made = made.replace(f"%({name})s", text)
    return made


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
    return ZSH_TEMPLATE.replace("%s", "\n".join(functions))


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
    prelude = FISH_TEMPLATE.replace("%(takers)s", " ".join(_flags_with_value(commands)))
    return prelude.replace("%(paths)s", paths) + "\n".join(lines) + "\n"


def _quote_fish(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _shorten_help(help: str) -> str:
    """A flag's help without the range that it takes."""
    return help.partition(" (")[0]
