/** @file The messages of a chat as the prompt that the model's own template makes of them, and where each message lies in it. */

import type { ChatMessage } from "../../../attribution/input.ts";
import { InputError } from "../../../errors.ts";
import type { ChatTemplate } from "../../../input/text/tokenizer.ts";
import type { Place } from "../../../util/innermost-spans.ts";
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
  const places = (await placesIn(prompt, template, chat)) ?? searched(prompt, chat);
  const counts = new Map<string, number>();
  const messages = chat.map(({ role }, index): PartSpan => {
    const count = (counts.get(role) ?? 0) + 1;
    counts.set(role, count);
    const several = chat.filter((other) => other.role === role).length > 1;
    return { name: several ? `${role} ${count}` : role, ...(places[index] as Place) };
  });
  return { prompt, messages };
}

/** In the place of what a message says: nothing that a template knows, of private use in Unicode. */
const markOf = (index: number): string => `\u{F0000}${index}\u{F0001}`;

/**
 * Where messages lie, by what the template sets around others in their place: a message may say "user", or what another
 * message or the template says as well. Undefined where the template makes something else of them than it is given.
 */
async function placesIn(
  prompt: string,
  template: ChatTemplate,
  chat: readonly ChatMessage[],
): Promise<readonly Place[] | undefined> {
  const marked = await render(
    template,
    chat.map((message, index) => ({ ...message, content: markOf(index) })),
  ).catch(() => undefined);
  const around = marked?.split(/\u{F0000}\d+\u{F0001}/u) ?? [];
  const order = [...(marked?.matchAll(/\u{F0000}(\d+)\u{F0001}/gu) ?? [])].map(([, index]) => Number(index));
  if (!chat.every((_, index) => order[index] === index) || order.length !== chat.length) return undefined;
  const places: Place[] = [];
  let end = around[0]?.length ?? 0;
  if (!prompt.startsWith(around[0] ?? "")) return undefined;
  for (const [index, { content }] of chat.entries()) {
    const behind = around[index + 1] as string;
    // Templates may cut white space off.
    const shown = [content, content.trim(), content.trimStart(), content.trimEnd()].find((text) =>
      prompt.startsWith(text + behind, end),
    );
    if (shown === undefined) return undefined;
    const start = end + shown.length - shown.trimStart().length;
    places.push({ start, end: start + shown.trim().length });
    end += shown.length + behind.length;
  }
  return end === prompt.length ? places : undefined;
}

/** Where messages stand, each behind those before it. */
function searched(prompt: string, chat: readonly ChatMessage[]): readonly Place[] {
  let from = 0;
  return chat.map(({ content }) => {
    const text = content.trim();
    const start = prompt.indexOf(text, from);
    if (start < 0) return { start: from, end: from };
    from = start + text.length;
    return { start, end: from };
  });
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
