# bash completion for nemochat; made by `nemochat completions bash`
_nemochat() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
  local path="" word words=""
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " ask backup chats check completions config delete doctor edit export get guide import keys list models path prune remove rename search serve set show status unset " in *" $word "*) path="${path:+$path }$word" ;; esac
  done
  case "$previous" in
    --script) COMPREPLY=($(compgen -f -- "$current")); return ;;
    --endpoint) COMPREPLY=($(compgen -W "deepinfra ollama llamacpp vllm lmstudio mistral openrouter guide" -- "$current")); return ;;
    --token-command) COMPREPLY=(); return ;;
    --base-url) COMPREPLY=(); return ;;
    -m|--model) COMPREPLY=(); return ;;
    -s|--system) COMPREPLY=($(compgen -f -- "$current")); return ;;
    --connect-timeout) COMPREPLY=(); return ;;
    --first-byte-timeout) COMPREPLY=(); return ;;
    --idle-timeout) COMPREPLY=(); return ;;
    --view) COMPREPLY=($(compgen -W "auto plain accessible" -- "$current")); return ;;
    --render) COMPREPLY=($(compgen -W "markdown raw" -- "$current")); return ;;
    --theme) COMPREPLY=($(compgen -W "auto ansi dark light mono" -- "$current")); return ;;
    --math) COMPREPLY=($(compgen -W "on off" -- "$current")); return ;;
    --bell) COMPREPLY=($(compgen -W "on off" -- "$current")); return ;;
    --editing-mode) COMPREPLY=($(compgen -W "emacs vi" -- "$current")); return ;;
    --urls) COMPREPLY=($(compgen -W "on off" -- "$current")); return ;;
    --ca-bundle) COMPREPLY=(); return ;;
    --proxy) COMPREPLY=(); return ;;
    --loop-guard) COMPREPLY=(); return ;;
    --retries) COMPREPLY=(); return ;;
    -t|--temp|--temperature) COMPREPLY=(); return ;;
    --top-p) COMPREPLY=(); return ;;
    --top-k) COMPREPLY=(); return ;;
    --min-p) COMPREPLY=(); return ;;
    --max-tokens) COMPREPLY=(); return ;;
    --stop) COMPREPLY=(); return ;;
    -n|--n) COMPREPLY=(); return ;;
    --presence-penalty) COMPREPLY=(); return ;;
    --frequency-penalty) COMPREPLY=(); return ;;
    --repetition-penalty) COMPREPLY=(); return ;;
    --seed) COMPREPLY=(); return ;;
    --tool-choice) COMPREPLY=($(compgen -W "none auto" -- "$current")); return ;;
    -o|--option) COMPREPLY=(); return ;;
    --output) COMPREPLY=($(compgen -f -- "$current")); return ;;
    --format) COMPREPLY=(); return ;;
    --from) COMPREPLY=(); return ;;
    --limit) COMPREPLY=(); return ;;
    --page) COMPREPLY=(); return ;;
    --older-than) COMPREPLY=(); return ;;
    --port) COMPREPLY=(); return ;;
    -q|--query) COMPREPLY=(); return ;;
  esac
  case "$path" in
    "") words="ask chats completions config doctor guide keys models show --script -V --version --endpoint --token-command --base-url -m --model -s --system --connect-timeout --first-byte-timeout --idle-timeout --view --render --theme --math --bell --editing-mode --urls --ca-bundle --proxy --loop-guard --retries -t --temp --temperature --top-p --top-k --min-p --max-tokens --stop -n --n --presence-penalty --frequency-penalty --repetition-penalty --seed --tool-choice -o --option -c --continue --private --no-save --resume-dropped --no-loop-guard -S --no-stream --plain --accessible --no-math --raw --debug -h --help" ;;
    "ask") words="--json --dry-run --curl --endpoint --token-command --base-url -m --model -s --system --connect-timeout --first-byte-timeout --idle-timeout --view --render --theme --math --bell --editing-mode --urls --ca-bundle --proxy --loop-guard --retries -t --temp --temperature --top-p --top-k --min-p --max-tokens --stop -n --n --presence-penalty --frequency-penalty --repetition-penalty --seed --tool-choice -o --option -c --continue --private --no-save --resume-dropped --no-loop-guard -S --no-stream --plain --accessible --no-math --raw --debug -h --help" ;;
    "chats") words="backup delete export import list path prune rename search show -h --help" ;;
    "chats backup") words="-h --help" ;;
    "chats delete") words="--yes -y -h --help" ;;
    "chats export") words="--all --output --format -h --help" ;;
    "chats import") words="--from -h --help" ;;
    "chats list") words="--limit --page --json -h --help" ;;
    "chats path") words="-h --help" ;;
    "chats prune") words="--older-than --yes -y -h --help" ;;
    "chats rename") words="-h --help" ;;
    "chats search") words="--limit --json -h --help" ;;
    "chats show") words="--format --json -h --help" ;;
    "completions") words="bash zsh fish -h --help" ;;
    "config") words="check edit get path set show unset -h --help" ;;
    "config check") words="-h --help" ;;
    "config edit") words="-h --help" ;;
    "config get") words="-h --help" ;;
    "config path") words="-h --help" ;;
    "config set") words="-h --help" ;;
    "config show") words="--json -h --help" ;;
    "config unset") words="-h --help" ;;
    "doctor") words="--endpoint --base-url --json -h --help" ;;
    "guide") words="serve -h --help" ;;
    "guide serve") words="--port -h --help" ;;
    "keys") words="remove set status -h --help" ;;
    "keys remove") words="-h --help" ;;
    "keys set") words="--file -h --help" ;;
    "keys status") words="--json -h --help" ;;
    "models") words="--endpoint --base-url -q --query --json -h --help" ;;
    "show") words="--no-math -h --help" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _nemochat nemochat
