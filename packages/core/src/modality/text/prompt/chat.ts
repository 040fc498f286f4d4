/** @file The messages of a chat as the prompt that the model's own template makes of them, and where each message lies in it. */

import type { ChatMessage } from "../../../attribution/input.ts";
import { InputError } from "../../../errors.ts";
import type { ChatTemplate } from "../../../input/text/tokenizer.ts";
import type { PartSpan } from "./parts.ts";

/** A chat as a prompt. */
export interface RenderedChat {
  readonly prompt: string;
  /** What the messages say, without what the template sets around it. */
  readonly messages: readonly PartSpan[];
}

/**
 * Renders a chat, ready for the answer of the model.
 *
 * @throws {InputError} When there are no messages, or the model's tokenizer has no template, or refuses them.
 */
export async function renderChat(
  model: string,
  template: ChatTemplate | undefined,
  chat: readonly ChatMessage[],
): Promise<RenderedChat> {
  checkMessages(chat);
  if (template === undefined) {
    throw new InputError(
      `Cannot make a prompt of the chat: the tokenizer of model "${model}" has no chat template ("chat_template" in tokenizer_config.json, or chat_template.jinja); give the prompt as the model reads it`,
    );
  }
  const prompt = await render(template, chat);
  let from = 0;
  const counts = new Map<string, number>();
  const messages = chat.map(({ role, content }): PartSpan => {
    // Templates may cut white space off.
    const text = content.trim();
    const start = prompt.indexOf(text, from);
    const count = (counts.get(role) ?? 0) + 1;
    counts.set(role, count);
    const several = chat.filter((other) => other.role === role).length > 1;
    const name = several ? `${role} ${count}` : role;
    if (start < 0) return { name, start: from, end: from };
    from = start + text.length;
    return { name, start, end: from };
  });
  return { prompt, messages };
}

async function render({ template, tokens }: ChatTemplate, messages: readonly ChatMessage[]): Promise<string> {
  // Only models that are asked about chats need it.
  const { Template } = await import("@huggingface/jinja");
  try {
    return new Template(template).render({ ...tokens, messages, add_generation_prompt: true });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(
      `Cannot make a prompt of the chat: the chat template of the model's tokenizer refuses it ("${said}"); give messages that it knows, or the prompt as the model reads it`,
      { cause },
    );
  }
}

function checkMessages(chat: readonly ChatMessage[]): void {
  const fits = (message: unknown) =>
    typeof message === "object" &&
    message !== null &&
    typeof (message as Partial<ChatMessage>).role === "string" &&
    typeof (message as Partial<ChatMessage>).content === "string";
  if (Array.isArray(chat) && chat.length > 0 && chat.every(fits)) return;
  throw new InputError(
    'Cannot make a prompt of the chat: wanted a list of messages, each with "role" and "content", as in [{ "role": "user", "content": "Where is Paris?" }]',
  );
}
