/** @file The small decoder of the fixtures with a template for chats. */

import { readFileSync } from "node:fs";

const FOLDER = "test/fixtures/decoders/llama";
const PLAIN = ["config.json", "model.safetensors", "tokenizer.json"];

/** Its files by name: "<role>: content" in a line for each message, and the assistant's turn at the end. */
export const chattyDecoderFiles = (): Record<string, string | Uint8Array> => ({
  ...Object.fromEntries(PLAIN.map((name) => [name, new Uint8Array(readFileSync(`${FOLDER}/${name}`))])),
  "tokenizer_config.json": JSON.stringify({
    ...(JSON.parse(readFileSync(`${FOLDER}/tokenizer_config.json`, "utf8")) as object),
    chat_template:
      "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}",
  }),
});
