import type { InputForm } from "@calig/core/internal/options/form";
import { expect, test } from "vitest";
import { type Asked, requestsOf } from "./ask.ts";

const field = (name: string) => ({
  name,
  title: name,
  group: "",
  summary: "",
  control: { kind: "text", placeholder: "" },
});

test("what is asked of a token or an entity is an option, and other questions are part of the input", () => {
  const input = { field: "text", called: "text", questions: ["token", "entity", "with"].map(field) };
  const model = { name: "ner", input: input as unknown as InputForm };
  const fields = { text: "Ada in New York", "ask.entity": "New York", "ask.with": "a city" };
  const asked = { model, fields, file: undefined } as unknown as Asked;
  const [request] = requestsOf(asked, { methods: [], options: [] } as unknown as Parameters<typeof requestsOf>[1]);
  expect(request).toMatchObject({ entity: "New York", input: { text: "Ada in New York", asked: { with: "a city" } } });
  expect(request).not.toHaveProperty("token");
});
