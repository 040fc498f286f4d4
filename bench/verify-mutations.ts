/**
 * @file What `calig verify` catches: every gradient rule that the graph of a model uses is made wrong in turn, everywhere and
 * in one node alone, and the check of gradients is made. Of faults that are missed it says how far they move the relevance
 * of blocks. Numbers are for docs/verify.md.
 *
 * Usage: tsx -C calig-source bench/verify-mutations.ts MODEL...
 */

import { RULES } from "@calig/core/internal/autodiff/registry";
import type { GradientRule, RuleContext, RuleEntry } from "@calig/core/internal/autodiff/rule";
import { explain, type LoadedModel, loadModel, verify } from "@calig/node";

type Change = (context: RuleContext, gradient: string) => string;

const negated: Change = ({ builder }, gradient) => builder.neg(gradient);
const enlarged: Change = ({ builder }, gradient) => builder.mul(gradient, builder.scalar(1.1));

/** What is done to one gradient of a rule, and whether in all nodes or in one. */
const FAULTS: readonly (readonly [name: string, change: Change, where: "everywhere" | "one node"])[] = [
  ["sign flipped everywhere", negated, "everywhere"],
  ["sign flipped in one node", negated, "one node"],
  ["10 % too large in one node", enlarged, "one node"],
];

/** Nodes by the gradient that is asked of their rule: "MatMul 1". */
const asked = new Map<string, Set<string>>();
let fault: { readonly key: string; readonly change: Change; readonly node: string | undefined } | undefined;

type Mutable = { -readonly [K in keyof RuleEntry]: RuleEntry[K] };
for (const entry of RULES) if (entry.rule !== "none") (entry as Mutable).rule = watched(entry, entry.rule);

function watched({ opType }: RuleEntry, rule: GradientRule): GradientRule {
  return (context) =>
    rule(context).map((gradient, i) => {
      if (gradient === undefined || !context.needsGradient(i)) return gradient;
      const key = `${opType} ${i}`;
      const node = context.node.outputs[0] ?? "";
      asked.set(key, (asked.get(key) ?? new Set()).add(node));
      if (fault?.key !== key || (fault.node !== undefined && fault.node !== node)) return gradient;
      return fault.change(context, gradient);
    });
}

/** Whether the check of gradients fails. Programs are compiled afresh: a model keeps those that it has. */
async function fails(source: string): Promise<boolean> {
  await using model: LoadedModel = await loadModel(source);
  return !(await verify(model, { checks: ["gradients"] })).passed;
}

/** Block relevance of one text: what a fault that is missed would have changed. */
async function relevance(source: string): Promise<readonly number[]> {
  await using model: LoadedModel = await loadModel(source);
  const { blocks } = await explain(model, "not bad at all, really", { steps: 16 });
  return blocks.flatMap((block) => block.relevance);
}

for (const source of process.argv.slice(2)) {
  asked.clear();
  fault = undefined;
  if (await fails(source)) throw new Error(`${source} fails without a fault`);
  const rules = [...asked].map(([key, nodes]) => ({ key, nodes: [...nodes] }));
  console.log(`${source}: ${rules.length} gradients of rules`);
  const right = await relevance(source);
  for (const [name, change, where] of FAULTS) {
    const missed: string[] = [];
    for (const { key, nodes } of rules) {
      const node = where === "everywhere" ? undefined : nodes[Math.floor(nodes.length / 2)];
      fault = { key, change, node };
      if (await fails(source)) continue;
      const found = await relevance(source);
      const moved = Math.max(...right.map((value, i) => Math.abs(value - (found[i] as number))));
      missed.push(`${key}${node === undefined ? "" : ` at ${node}`} (relevance moves by ${moved.toPrecision(2)})`);
    }
    const told = missed.length === 0 ? "" : `; missed: ${missed.join(", ")}`;
    console.log(`  ${name}: ${rules.length - missed.length} of ${rules.length} caught${told}`);
  }
}
