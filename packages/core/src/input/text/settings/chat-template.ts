/** @file The template by which a tokenizer makes a prompt of the messages of a chat, and the special tokens that it may name. */

import { isPart, type JsonPart, textOf } from "../portable/json-part.ts";
import type { ChatTemplate } from "../tokenizer.ts";

/** What templates may name. */
const TOKENS = ["bos_token", "eos_token", "pad_token", "unk_token"];

/**
 * @param config, map - tokenizer_config.json, special_tokens_map.json.
 * @param file - chat_template.jinja, which newer versions of transformers write.
 */
export function chatTemplateOf(config: JsonPart, map: JsonPart, file: string | undefined): ChatTemplate | undefined {
  const template = file ?? templateIn(config.chat_template);
  if (template === undefined) return undefined;
  const tokens = TOKENS.flatMap((name) => {
    const text = textOf(config[name]) ?? textOf(map[name]);
    return text === undefined ? [] : [[name, text] as const];
  });
  return { template, tokens: Object.fromEntries(tokens) };
}

/** One template, or several by name, of which the default one. */
function templateIn(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  const named = value.find((one: unknown) => isPart(one) && one.name === "default");
  return isPart(named) && typeof named.template === "string" ? named.template : undefined;
}
