#compdef nemochat
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
