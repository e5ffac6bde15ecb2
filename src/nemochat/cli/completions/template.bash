# bash completion for nemochat; made by `nemochat completions bash`
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
