/** @file Completion for zsh. */

import { type CommandWords, type OptionWords, quoted } from "./words.ts";

/** A script that zsh reads, as it is or as a file "_calig" in a folder of $fpath. */
export function zshCompletion(commands: readonly CommandWords[]): string {
  const cases = commands.map(({ name, options, values }) => {
    const rest = values.length > 0 ? `'*: :(${values.join(" ")})'` : "'*: :_files'";
    return `    ${name})\n      _arguments -s -S \\\n${options.map((option) => `        ${argument(option)} \\`).join("\n")}\n        ${rest}\n      ;;`;
  });
  return `#compdef calig
# Completion of calig for zsh: source <(calig completion zsh)
_calig() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(":", "\\:")}`)}`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command=\${words[2]}
  shift words
  (( CURRENT -= 1 ))
  case "$command" in
${cases.join("\n")}
  esac
}
if [ "\${funcstack[1]}" = _calig ]; then _calig "$@"; else compdef _calig calig; fi
`;
}

/** '*--fusion[what it does]:fusion:(additive transport)' */
function argument({ flag, summary, valued, values }: OptionWords): string {
  const meaning = summary.replace(/[\\[\]:]/g, "\\$&");
  const action = values.length > 0 ? `(${values.join(" ")})` : "_files";
  return quoted(`*${flag}[${meaning}]${valued ? `:value:${action}` : ""}`);
}
