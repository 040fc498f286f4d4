/** @file Where messages lie in what templates make of them. */

import { describe, expect, it } from "vitest";
import { renderChat } from "./chat.ts";
import { locateParts } from "./parts.ts";

/** As SmolLM2 and Qwen have it: a system message of its own where there is none. */
const CHAT_ML =
  "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a user of words.<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
/** As Llama 3 has it: white space is cut off. */
const LLAMA_3 =
  "{{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' }}{% endfor %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}";
/** As Mistral has it: roles have no names, and have to take turns. */
const MISTRAL =
  "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% else %}{{ message['content'] + eos_token }}{% endif %}{% endfor %}";
/** One that writes messages otherwise than they are given. */
const UPPER = "{% for message in messages %}{{ message['role'] + ': ' + message['content'] | upper }}\n{% endfor %}";
/** One that leaves some out. */
const LAST = "{{ messages[-1]['content'] }}:";

const tokens = { bos_token: "<s>", eos_token: "</s>" };
const render = async (template: string, ...contents: readonly (readonly [role: string, content: string])[]) => {
  const chat = contents.map(([role, content]) => ({ role, content }));
  const { prompt, messages } = await renderChat("m", { template, tokens }, chat);
  return {
    prompt,
    shown: messages.map(({ name, start, end }) => [name, prompt.slice(0, start).slice(-9), prompt.slice(start, end)]),
    messages,
  };
};

describe("renderChat()", () => {
  it("finds messages that say what the template says, or what others say", async () => {
    const { shown } = await render(CHAT_ML, ["user", "user"], ["assistant", "You"], ["user", "user"]);
    expect(shown).toEqual([
      ["user 1", "rt|>user\n", "user"],
      ["assistant", "ssistant\n", "You"],
      ["user 2", "rt|>user\n", "user"],
    ]);
  });

  it("finds messages without the white space that a template cuts off, or leaves", async () => {
    for (const template of [CHAT_ML, LLAMA_3]) {
      const { shown } = await render(template, ["system", " s \n"], ["user", "a\n\n"]);
      expect(shown.map(([, , text]) => text)).toEqual(["s", "a"]);
    }
    const { shown } = await render(MISTRAL, ["user", "I"], ["assistant", "N"], ["user", "S"]);
    expect(shown).toEqual([
      ["user 1", "s>[INST] ", "I"],
      ["assistant", "I [/INST]", "N"],
      ["user 2", "s>[INST] ".slice(-9), "S"],
    ]);
  });

  it("has empty messages, and those of other scripts", async () => {
    const { shown, prompt } = await render(CHAT_ML, ["system", ""], ["user", "👩‍👩‍👧 schön"], ["tool", "مرحبا"]);
    expect(shown.map(([name, , text]) => [name, text])).toEqual([
      ["system", ""],
      ["user", "👩‍👩‍👧 schön"],
      ["tool", "مرحبا"],
    ]);
    expect(prompt.startsWith("<|im_start|>system\n<|im_end|>")).toBe(true);
  });

  it("searches where a template makes something else of them, and says which refuse", async () => {
    expect((await render(UPPER, ["user", "A"], ["user", "small"])).shown.map(([, , text]) => text)).toEqual(["A", ""]);
    expect((await render(LAST, ["user", "one"], ["user", "two"])).shown.map(([, , text]) => text)).toEqual(["", "two"]);
    await expect(render(MISTRAL, ["assistant", "a"])).rejects.toThrow(/refuses it \("Conversation roles must/);
  });
});

describe("locateParts() of a chat", () => {
  it("finds parts in messages before the words of the template", async () => {
    const { prompt, messages } = await render(CHAT_ML, ["user", "of words, user, user"]);
    const parts = locateParts(prompt, ["user", "user", "words", "<|im_end|>\n<|im_start|>assistant"], messages);
    const [{ start = 0 } = {}] = messages;
    expect(parts.map((part) => part.start - start)).toEqual([10, 16, 3, 20]);
    expect(locateParts(prompt, ["user"])[0]?.start).toBeLessThan(start);
  });
});
