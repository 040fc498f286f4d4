/** @file Completion for bash, 3.2 and later. */

import type { CommandWords } from "./words.ts";

/** A script that bash reads: `source <(calig completion bash)`. */
export function bashCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const cases = commands.map(({ name, options, values }) => {
    const known = options.filter((option) => option.values.length > 0);
    const free = options.filter((option) => option.valued && option.values.length === 0).map(({ flag }) => flag);
    const lines = [
      ...known.map(({ flag, values: words }) => `        ${flag}) words="${words.join(" ")}" ;;`),
      ...(free.length === 0 ? [] : [`        ${free.join("|")}) files=1 ;;`]),
      `        *) words="${options.map(({ flag }) => flag).join(" ")}"; ${values.length > 0 ? `others="${values.join(" ")}"` : "files=1"} ;;`,
    ];
    return `    ${name})\n      case "$previous" in\n${lines.join("\n")}\n      esac\n      ;;`;
  });
  return `# Completion of calig for bash: source <(calig completion bash)
_calig() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" command="" words="" others="" files="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    case " ${names} " in
      *" $word "*) command=$word; break ;;
    esac
  done
  COMPREPLY=()
  case "$command" in
    "") words="${names} --help --version" ;;
${cases.join("\n")}
  esac
  # Options are offered where one has begun, or where there is nothing else to offer.
  if [ -n "$others" ] && [[ "$current" != -* ]]; then words=$others; fi
  if [ -n "$words" ] && { [ -z "$files" ] || [[ "$current" == -* ]]; }; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  elif [ -n "$files" ]; then
    local IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _calig calig
`;
}
