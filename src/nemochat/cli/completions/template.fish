# fish completion for nemochat; made by `nemochat completions fish`
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
