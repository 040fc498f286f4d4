/** @file Bodies at random, made from the schema that they must meet: some meet it, most break it in one place, some are no JSON. */

import type { Random } from "@calig/core/internal/util/random";
import type { JsonSchema, SchemaTable } from "@calig/node/internal/server/json-schema";

/** Texts that programs stumble over. */
const TEXTS = [
  "a fine film",
  "",
  " ",
  "\u0000",
  "\ud800 half a pair \udfff",
  "\u202eright to left",
  "e\u0301".repeat(50),
  "👩‍👩‍👧‍👦 family",
  "!".repeat(3000),
  "word ".repeat(400),
  "#1",
  "__proto__",
  "<script>alert(1)</script>",
  "\\u0000\n\r\t\"'",
  "A".repeat(300),
];
const NUMBERS = [0, 1, -1, 2, 0.5, 1e-300, 1e308, -1e308, 2 ** 31, 2 ** 53, -0, 1.5, 999, 10_000, 10_001];
/** Values of another type than is wanted. */
const OTHERS: readonly unknown[] = [null, true, [], {}, [[]], [null], { a: 1 }, "text", 7, [[[[[[1]]]]]]];

/** A body as it is sent. */
export function fuzzedBody(component: string, schemas: SchemaTable, random: Random): string {
  const schema = schemas[component] as JsonSchema;
  const value = tamed(fuzzedValue(schema, schemas, random), schema);
  if (random.below(3) === 0) break_(value, random);
  const text = JSON.stringify(value);
  return random.below(8) === 0 ? scrambled(text, random) : text;
}

const pick = <T>(items: readonly T[], random: Random): T => items[random.below(items.length)] as T;

function fuzzedValue(schema: JsonSchema, schemas: SchemaTable, random: Random): unknown {
  if (schema.$ref !== undefined)
    return fuzzedValue(schemas[schema.$ref.split("/").at(-1) as string] ?? {}, schemas, random);
  if (random.below(25) === 0) return pick(OTHERS, random);
  if (schema.anyOf !== undefined) return fuzzedValue(pick(schema.anyOf, random), schemas, random);
  if (schema.enum !== undefined) return random.below(20) === 0 ? pick(TEXTS, random) : pick(schema.enum, random);
  switch ([schema.type].flat()[0]) {
    case "string":
      return pick(TEXTS, random);
    case "integer":
    case "number":
      return random.below(3) === 0 ? pick(NUMBERS, random) : (schema.minimum ?? 0) + random.below(3);
    case "boolean":
      return random.below(2) === 0;
    case "array":
      return Array.from({ length: (schema.minItems ?? 0) + random.below(3) }, () =>
        fuzzedValue(schema.items ?? {}, schemas, random),
      );
    case "object":
      return objectOf(schema, schemas, random);
    default:
      return pick(OTHERS, random);
  }
}

function objectOf({ properties = {}, required = [], oneOf = [] }: JsonSchema, schemas: SchemaTable, random: Random) {
  const alternatives = oneOf.flatMap((one) => one.required);
  const wanted = new Set([...required, ...(alternatives.length === 0 ? [] : [pick(alternatives, random)])]);
  const entries = Object.entries(properties).filter(
    ([name]) => wanted.has(name) || (!alternatives.includes(name) && random.below(12) === 0),
  );
  return Object.fromEntries(entries.map(([name, own]) => [name, fuzzedValue(own, schemas, random)]));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What meets the schema is not asked to work for long. */
function tamed(value: unknown, { properties = {} }: JsonSchema): unknown {
  if (!isObject(value) || !("steps" in properties)) return value;
  const { steps } = value;
  const cheap = typeof steps === "number" && steps > 4 && steps <= 10_000 ? { steps: 3 } : {};
  return { ...value, ...cheap, ...(steps === undefined ? { steps: 1, tolerance: 100 } : {}) };
}

/** Breaks an object in one place. */
function break_(value: unknown, random: Random): void {
  if (!isObject(value)) return;
  const names = Object.keys(value);
  if (names.length === 0) return;
  switch (random.below(4)) {
    case 0:
      delete value[pick(names, random)];
      break;
    case 1:
      value[pick(TEXTS, random)] = pick(OTHERS, random);
      break;
    case 2:
      value[pick(names, random)] = pick(OTHERS, random);
      break;
    default:
      Object.defineProperty(value, "__proto__", { value: { steps: 1 }, enumerable: true });
  }
}

/** A text with a few characters cut out, doubled or replaced. */
function scrambled(text: string, random: Random): string {
  let result = text;
  for (let i = random.below(3); i >= 0; i--) {
    const at = random.below(result.length);
    const [head, tail] = [result.slice(0, at), result.slice(at)];
    const middle = [
      tail.slice(1 + random.below(20)),
      `${tail.slice(0, 20)}${tail}`,
      `${pick(['"', "{", "]", "\u0000", "1e999", ",,"], random)}${tail.slice(1)}`,
      "",
    ];
    result = head + pick(middle, random);
  }
  return result;
}
