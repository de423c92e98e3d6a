/** The scripts with which a shell completes `quest` commands. */

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** The line that tells the shell to complete files and folders itself. */
export const PATHS = ":paths";

/** The script for a shell. `command` has the words of the command line that starts `quest`. */
export function completionScript(shell: Shell, command: readonly string[]): string {
  const quoted = command.map(shell === "fish" ? quoteForFish : quote).join(" ");
  return SCRIPTS[shell](`${quoted} complete --`);
}

const SCRIPTS: Readonly<Record<Shell, (complete: string) => string>> = { bash, zsh, fish };

/** The script needs nothing but bash itself. bash splits words at `=`, so the current word may be `=`. */
function bash(complete: string): string {
  return `# bash completion for quest
_quest() {
  local word=\${COMP_WORDS[COMP_CWORD]} line path
  if [[ $word == "=" ]]; then word=; fi
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ${PATHS} ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen -f -- "$word")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(${complete} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _quest quest
`;
}

function zsh(complete: string): string {
  return `#compdef quest
# zsh completion for quest
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
_quest() {
  local line word text
  local -a found
  for line in "\${(@f)$(${complete} "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == ${PATHS} ]]; then
      [[ $words[CURRENT] == --*=* ]] && compset -P '*='
      _files
    elif [[ -n $line ]]; then
      word=\${\${line%%$'\\t'*}//:/\\\\:} text=\${line#*$'\\t'}
      found+=("$word\${text:+:$text}")
    fi
  done
  (( $#found )) && _describe quest found
}
compdef _quest quest
`;
}

function fish(complete: string): string {
  return `# fish completion for quest
function __quest_complete
  set -l words (commandline -opc)
  set -l word (commandline -ct)
  for line in (${complete} $words[2..-1] "$word" 2>/dev/null)
    if test "$line" = ${PATHS}
      __fish_complete_path (string replace -r -- '^--[^=]+=' '' "$word")
    else
      echo $line
    end
  end
end
complete -c quest -f -a '(__quest_complete)'
`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function quoteForFish(word: string): string {
  return `'${word.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
