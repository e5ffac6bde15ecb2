"""What a completion script begins with in each shell: how it finds files and names by itself.

A name is foreign text, for conversations are imported: it is compared and quoted, never evaluated.
"""

from __future__ import annotations

BASH = r"""# bash completion for nemochat; made by `nemochat completions bash`
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

ZSH = r"""#compdef nemochat
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

FISH = r"""# fish completion for nemochat; made by `nemochat completions fish`
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
