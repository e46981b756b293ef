/**
 * What `falcod completion` prints for each shell. All of them ask `falcod complete` with the words up to
 * the cursor: the first line of its answer is `words` or `files`, the others are a word each and, behind
 * a tab, what it is about. So they never fall behind the program they complete.
 */

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = typeof SHELLS[number];

/** bash takes `=` and `:` for ends of words: they are put together for falcod, and cut off its answer. */
const BASH = `# Completions of falcod for bash; see falcod completion --help.
_falcod() {
  local word glue= kind= cut
  local -a words=() answer=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ $word == [=:] && \${#words[@]} -gt 0 ]]; then
      words[-1]+=$word
      glue=1
    elif [[ $glue ]]; then
      words[-1]+=$word
      glue=
    else
      words+=("$word")
    fi
  done
  word=\${words[-1]}
  # A quote that is still open belongs to bash.
  words[-1]=\${word#[\\"\\']}
  mapfile -t answer < <("\${COMP_WORDS[0]}" complete -- "\${words[@]}" 2>/dev/null)
  kind=\${answer[0]-}
  COMPREPLY=()
  if [[ $kind == files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]#[=:]}")
    return
  fi
  cut=\${words[-1]}
  cut=\${cut%"\${cut##*[=:]}"}
  for word in "\${answer[@]:1}"; do
    word=\${word%%$'\\t'*}
    word=\${word#"$cut"}
    [[ $word == *= || $word == *: ]] && compopt -o nospace 2>/dev/null
    # Readline quotes what needs it in names of files, and these names are not ours.
    [[ $word == *[[:space:]]* ]] && compopt -o filenames 2>/dev/null
    COMPREPLY+=("$word")
  done
}
complete -F _falcod falcod
`;

const ZSH = `#compdef falcod
# Completions of falcod for zsh; see falcod completion --help.
_falcod() {
  local line kind
  local -a answer described
  answer=("\${(@f)$("\${words[1]}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  kind=\${answer[1]}
  if [[ $kind == files ]]; then
    [[ $PREFIX == --*=* ]] && compset -P '*='
    _files
    return
  fi
  local -a words_only texts open_words open_texts
  for line in "\${(@)answer[2,-1]}"; do
    local word=\${line%%$'\\t'*} about=\${line#*$'\\t'}
    if [[ $word == *[=:] ]]; then
      open_words+=("$word")
      open_texts+=("$word -- $about")
    else
      words_only+=("$word")
      texts+=("$word\${about:+ -- $about}")
    fi
  done
  local result=1
  if (( \${#words_only} )); then compadd -l -d texts -a words_only && result=0; fi
  if (( \${#open_words} )); then compadd -S '' -l -d open_texts -a open_words && result=0; fi
  return result
}
if [[ $funcstack[1] == _falcod ]]; then
  _falcod "$@"
else
  compdef _falcod falcod
fi
`;

const FISH = `# Completions of falcod for fish; see falcod completion --help.
function __falcod_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l answer ($words[1] complete -- $words[2..-1] 2>/dev/null)
    if test "$answer[1]" = files
        __fish_complete_path (string replace -r '^--[^=]*=' '' -- $words[-1])
    else
        string join -- \\n $answer[2..-1]
    end
end
complete -c falcod -e
complete -c falcod -f -a '(__falcod_complete)'
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
