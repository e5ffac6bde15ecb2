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
    case "$path,$word" in ",--script"|",--endpoint"|",--token-command"|",--base-url"|",-m"|",--model"|",-s"|",--system"|",-p"|",--profile"|",--connect-timeout"|",--first-byte-timeout"|",--idle-timeout"|",--view"|",--render"|",--theme"|",--editing-mode"|",--ca-bundle"|",--proxy"|",--loop-guard"|",--retries"|",-t"|",--temp"|",--temperature"|",--top-p"|",--top-k"|",--min-p"|",--max-tokens"|",--stop"|",-n"|",--n"|",--presence-penalty"|",--frequency-penalty"|",--repetition-penalty"|",--seed"|",--tool-choice"|",-o"|",--option"|",--param"|",--resume") taken=1; continue ;; esac
    case "${path:+$path }$word" in "ask" | "chats" | "chats backup" | "chats delete" | "chats export" | "chats import" | "chats list" | "chats path" | "chats prune" | "chats rename" | "chats search" | "chats show" | "completions" | "config" | "config check" | "config edit" | "config get" | "config path" | "config set" | "config show" | "config unset" | "doctor" | "guide" | "guide serve" | "help" | "keys" | "keys remove" | "keys set" | "keys status" | "manual" | "models" | "profiles" | "profiles edit" | "profiles list" | "profiles show" | "show") path="${path:+$path }$word" ;; esac
  done
  case "$path $previous" in
    "ask -f"|"ask --file") _nemochat_files; return ;;
    "models -q"|"models --query") :; return ;;
  esac
  case "$previous" in
    --script) _nemochat_files; return ;;
    --endpoint) COMPREPLY=($(compgen -W "deepinfra ollama llamacpp vllm lmstudio mistral openrouter guide" -- "$current")); _nemochat_sections endpoint; return ;;
    --token-command) :; return ;;
    --base-url) :; return ;;
    -m|--model) COMPREPLY=($(compgen -W "mistralai/Mistral-Nemo-Instruct-2407 mistral-nemo mistral-nemo-instruct-2407 open-mistral-nemo mistralai/mistral-nemo" -- "$current")); _nemochat_names models; return ;;
    -s|--system) _nemochat_files; return ;;
    -p|--profile) _nemochat_sections profile; return ;;
    --connect-timeout) :; return ;;
    --first-byte-timeout) :; return ;;
    --idle-timeout) :; return ;;
    --view) COMPREPLY=($(compgen -W "auto plain accessible" -- "$current")); return ;;
    --render) COMPREPLY=($(compgen -W "markdown raw" -- "$current")); return ;;
    --theme) COMPREPLY=($(compgen -W "auto ansi dark light mono" -- "$current")); return ;;
    --editing-mode) COMPREPLY=($(compgen -W "emacs vi" -- "$current")); return ;;
    --ca-bundle) _nemochat_files; return ;;
    --proxy) :; return ;;
    --loop-guard) :; return ;;
    --retries) :; return ;;
    -t|--temp|--temperature) :; return ;;
    --top-p) :; return ;;
    --top-k) :; return ;;
    --min-p) :; return ;;
    --max-tokens) :; return ;;
    --stop) :; return ;;
    -n|--n) :; return ;;
    --presence-penalty) :; return ;;
    --frequency-penalty) :; return ;;
    --repetition-penalty) :; return ;;
    --seed) :; return ;;
    --tool-choice) COMPREPLY=($(compgen -W "none auto" -- "$current")); return ;;
    -o|--option) :; return ;;
    --param) :; return ;;
    --resume) _nemochat_names chats; return ;;
    -x|--extract) :; return ;;
    --output-format) COMPREPLY=($(compgen -W "text json jsonl" -- "$current")); return ;;
    --out) _nemochat_files; return ;;
    --schema) _nemochat_files; return ;;
    --output) _nemochat_files; return ;;
    --format) :; return ;;
    --from) :; return ;;
    --limit) :; return ;;
    --page) :; return ;;
    --older-than) :; return ;;
    --port) :; return ;;
  esac
  case "$path" in
    "") words="ask chats completions config doctor guide help keys manual models profiles show --script -V --version --endpoint --token-command --base-url -m --model -s --system -p --profile --connect-timeout --first-byte-timeout --idle-timeout --view --render --theme --math --no-math --bell --no-bell --editing-mode --urls --no-urls --ca-bundle --proxy --loop-guard --retries -t --temp --temperature --top-p --top-k --min-p --max-tokens --stop -n --n --presence-penalty --frequency-penalty --repetition-penalty --seed --tool-choice -o --option --param --resume -c --continue --fork --private --no-save --resume-dropped -S --no-stream --debug --no-loop-guard --plain --accessible --raw --no-color -h --help" ;;
    "ask") words="-f --file -e --edit --no-stdin -x --extract --xl --extract-last --json --output-format --out -u --usage -q --quiet --schema --json-mode -i --interactive --dry-run --curl --endpoint --token-command --base-url -m --model -s --system -p --profile --connect-timeout --first-byte-timeout --idle-timeout --view --render --theme --math --no-math --bell --no-bell --editing-mode --urls --no-urls --ca-bundle --proxy --loop-guard --retries -t --temp --temperature --top-p --top-k --min-p --max-tokens --stop -n --n --presence-penalty --frequency-penalty --repetition-penalty --seed --tool-choice -o --option --param --resume -c --continue --fork --private --no-save --resume-dropped -S --no-stream --debug --no-loop-guard --plain --accessible --raw --no-color -h --help" ;;
    "chats") words="backup delete export import list path prune rename search show -h --help" ;;
    "chats backup") words="-h --help"; _nemochat_files ;;
    "chats delete") words="--yes -y -h --help"; _nemochat_names chats ;;
    "chats export") words="--all --output --format -h --help"; _nemochat_names chats ;;
    "chats import") words="--from --with-settings -h --help"; _nemochat_files ;;
    "chats list") words="--limit --page --json -h --help" ;;
    "chats path") words="-h --help" ;;
    "chats prune") words="--older-than --yes -y -h --help" ;;
    "chats rename") words="-h --help"; _nemochat_names chats ;;
    "chats search") words="--limit --json -h --help" ;;
    "chats show") words="--format --json -h --help"; _nemochat_names chats ;;
    "completions") words="bash zsh fish -h --help" ;;
    "config") words="check edit get path set show unset -h --help" ;;
    "config check") words="-h --help" ;;
    "config edit") words="-h --help" ;;
    "config get") words="endpoint token_command base_url model system profile connect_timeout first_byte_timeout idle_timeout view render theme math bell editing_mode urls ca_bundle proxy loop_guard retries parameters.temperature parameters.top_p parameters.top_k parameters.min_p parameters.max_tokens parameters.stop parameters.n parameters.presence_penalty parameters.frequency_penalty parameters.repetition_penalty parameters.seed parameters.tool_choice -h --help" ;;
    "config path") words="-h --help" ;;
    "config set") words="endpoint token_command base_url model system profile connect_timeout first_byte_timeout idle_timeout view render theme math bell editing_mode urls ca_bundle proxy loop_guard retries parameters.temperature parameters.top_p parameters.top_k parameters.min_p parameters.max_tokens parameters.stop parameters.n parameters.presence_penalty parameters.frequency_penalty parameters.repetition_penalty parameters.seed parameters.tool_choice -h --help" ;;
    "config show") words="--json -h --help" ;;
    "config unset") words="endpoint token_command base_url model system profile connect_timeout first_byte_timeout idle_timeout view render theme math bell editing_mode urls ca_bundle proxy loop_guard retries parameters.temperature parameters.top_p parameters.top_k parameters.min_p parameters.max_tokens parameters.stop parameters.n parameters.presence_penalty parameters.frequency_penalty parameters.repetition_penalty parameters.seed parameters.tool_choice -h --help" ;;
    "doctor") words="--endpoint --base-url --json -h --help" ;;
    "guide") words="serve -h --help" ;;
    "guide serve") words="--port -h --help" ;;
    "help") words="-h --help" ;;
    "keys") words="remove set status -h --help" ;;
    "keys remove") words="deepinfra ollama llamacpp vllm lmstudio mistral openrouter -h --help"; _nemochat_sections endpoint ;;
    "keys set") words="deepinfra ollama llamacpp vllm lmstudio mistral openrouter --file -h --help"; _nemochat_sections endpoint ;;
    "keys status") words="--json -h --help" ;;
    "manual") words="-h --help" ;;
    "models") words="--endpoint --base-url -q --query --json -h --help" ;;
    "profiles") words="edit list show -h --help" ;;
    "profiles edit") words="-h --help" ;;
    "profiles list") words="-h --help" ;;
    "profiles show") words="-h --help"; _nemochat_sections profile ;;
    "show") words="--no-math -h --help"; _nemochat_files ;;
  esac
  COMPREPLY+=($(compgen -W "$words" -- "$current"))
}
complete -F _nemochat nemochat
