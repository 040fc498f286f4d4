/** @file What was found of shortcuts, in words and rows: what the page, Markdown and the terminal have in common. */

import { count, fixed, type NumberStyle, percent, signed } from "../../render/format.ts";
import type { CueReport, CueStatus, Estimate, Intervention, ShortcutReport } from "../../shortcuts/shortcut-report.ts";
import type { SuspectedBy } from "../../shortcuts/suspicion-column.ts";

/** A group of cues with what holds of all of them. */
export interface StatusGroup {
  readonly status: CueStatus;
  readonly title: string;
  readonly about: string;
  readonly cues: readonly CueReport[];
}

const GROUPS: readonly Omit<StatusGroup, "cues">[] = [
  {
    status: "shortcut",
    title: "Shortcuts",
    about:
      "Taking these cues out of inputs and putting them into others moves the model by more than control changes do, and the labels of the data or of the reference do not warrant it.",
  },
  {
    status: "confirmed",
    title: "Confirmed cues",
    about:
      "Interventions confirm that these cues move the model. There are no labels to say whether they should: that is for you to judge.",
  },
  {
    status: "undecided",
    title: "Confirmed, and the labels cannot tell",
    about: "Interventions confirm that these cues move the model; too few labels say whether they should.",
  },
  {
    status: "supported",
    title: "Supported by labels",
    about:
      "Interventions confirm that these cues move the model, and the labels of this data follow them. A cue that should not matter all the same is a shortcut of the data: give data without it as the reference.",
  },
  {
    status: "not-confirmed",
    title: "Not confirmed",
    about: "These cues were suspicious; interventions do not confirm that they move the model.",
  },
];

/** The cues by status, as they are shown; no group is empty. */
export const groupsOf = ({ cues }: ShortcutReport): readonly StatusGroup[] =>
  GROUPS.map((group) => ({ ...group, cues: cues.filter(({ status }) => status === group.status) })).filter(
    (group) => group.cues.length > 0,
  );

/** `word "cf"` */
export const cueName = ({ noun, label }: Pick<CueReport, "noun" | "label">): string => `${noun} "${label}"`;

/** What was found, in a sentence, and what it rests on. */
export function shortcutVerdict(report: ShortcutReport): { readonly headline: string; readonly reasons: string } {
  const of = (status: CueStatus) => report.cues.filter((cue) => cue.status === status);
  const [shortcuts, open] = [of("shortcut"), [...of("confirmed"), ...of("undecided")]];
  const tested = `${count(report.cues.length, "cue")} of ${report.kinds.reduce((sum, { cues }) => sum + cues, 0)} ${report.cues.length === 1 ? "was" : "were"} suspicious enough to be tested on ${count(report.dataset.read, "input")}`;
  const found = [
    [
      shortcuts.length,
      "moves the model and is contradicted by labels or the reference",
      "move the model and are contradicted by labels or the reference",
    ],
    [
      open.length,
      "moves the model, and labels do not tell whether it should",
      "move the model, and labels do not tell whether they should",
    ],
    [of("supported").length, "moves the model as labels warrant", "move the model as labels warrant"],
    [of("not-confirmed").length, "was not confirmed", "were not confirmed"],
  ] as const;
  const said = found.filter(([n]) => n > 0).map(([n, one, many]) => `${n} ${n === 1 ? one : many}`);
  const [first] = shortcuts;
  return {
    headline:
      first === undefined
        ? open.length === 0
          ? "No shortcut was confirmed"
          : `${count(open.length, "confirmed cue")} to look at`
        : `${count(shortcuts.length, "shortcut")} confirmed: ${shortcuts
            .slice(0, 3)
            .map((cue) => `${cueName(cue)} → ${cue.class.label}`)
            .join(", ")}${shortcuts.length > 3 ? " and more" : ""}`,
    reasons: `${tested}${said.length === 0 ? "" : `: ${said.join("; ")}`}. What was not suspicious was not tested: a shortcut that few inputs have may be missed.`,
  };
}

const three = (value: number, style?: NumberStyle) => signed(value, 3, style);

/** "+0.412 (+0.300 to +0.520)" */
export const estimateText = ({ mean, low, high }: Estimate, style?: NumberStyle): string =>
  `${three(mean, style)} (${three(low, style)} to ${three(high, style)})`;

export function interventionText(
  { inputs, change, beyondControls, flips, flipsBeyondControls }: Intervention,
  verb: string,
  style?: NumberStyle,
): string {
  return `${verb} ${count(inputs, "input")}: probability ${estimateText(change, style)}${beyondControls === null ? "" : `, beyond controls ${estimateText(beyondControls, style)}`}; ${flips.count} of ${flips.of} change their class (${percent(flips.low, 0)} to ${percent(flips.high, 0)})${flipsBeyondControls === null ? "" : `, ${percent(flipsBeyondControls.mean, 0)} more than by controls (${percent(flipsBeyondControls.low, 0)} to ${percent(flipsBeyondControls.high, 0)})`}`;
}

/** What suspicion rests on. */
const STANDS_OUT_BY: Readonly<Record<SuspectedBy, string>> = {
  attribution: "the map of the method",
  "left-out": "what leaving words or patches out takes away",
  decisions: "the decisions on inputs with it, beyond what their labels explain",
};

/** "block 3", "spread over blocks 2 to 4" */
export const readText = ({ read }: Pick<CueReport, "read">): string | undefined => {
  if (read === null) return undefined;
  const { first, last, agreeing } = read;
  const where = first === last ? `block ${first}` : `spread over blocks ${first} to ${last}`;
  return `${where}; largest there in ${agreeing.count} of ${agreeing.of} inputs (${percent(agreeing.low, 0)} to ${percent(agreeing.high, 0)})`;
};

export const formedText = ({ formed }: Pick<CueReport, "formed">): string | undefined =>
  formed === null
    ? undefined
    : formed.block === null
      ? "at no block does the state at its own place say the class more than other places do"
      : formed.block === 0
        ? "block 0: the embedding of the cue says the class"
        : `block ${formed.block} is entered by a state that says the class, the first one that does`;

/** All that is known of a cue, by name. */
export function cueFacts(cue: CueReport, style?: NumberStyle): readonly (readonly [string, string])[] {
  const { lift, suspicion, removal, insertion, mending } = cue;
  const facts: [string, string | undefined][] = [
    ["speaks for", cue.class.label],
    ["inputs", `${cue.inputs} (${percent(cue.frequency)})`],
    ["harm", `${percent(cue.harm)} of all decisions on this data change with it`],
    [
      "taken out of",
      removal === null ? "too few inputs to take it out of" : interventionText(removal, "of", style).slice(3),
    ],
    [
      "put into",
      insertion === null ? "too few inputs to put it into" : interventionText(insertion, "of", style).slice(3),
    ],
    [
      "labels",
      lift.labelled === null
        ? undefined
        : `${percent(lift.labelled, 0)} of the inputs with it are labelled ${cue.class.label}, ${percent(lift.predicted, 0)} predicted; of all inputs ${percent(lift.labelledOfAll ?? 0, 0)} and ${percent(lift.predictedOfAll, 0)}`,
    ],
    [
      "reference",
      lift.reference === null
        ? undefined
        : `${count(lift.reference.inputs, "input")} with it${lift.reference.labelled === null ? "" : `, ${percent(lift.reference.labelled, 0)} labelled ${cue.class.label}`}`,
    ],
    [
      "attribution",
      suspicion === null
        ? undefined
        : `share ${estimateText(suspicion.share, style)}; ${fixed(suspicion.z, 1, style)} standard deviations above chance by ${STANDS_OUT_BY[suspicion.by]}, family-wise p ${fixed(suspicion.pValue, 3, style)}${suspicion.surprise === null ? "" : `; ${fixed(suspicion.surprise, 1, style)} above cues of its frequency`}`,
    ],
    ["formed", formedText(cue)],
    ["read", readText(cue)],
    [
      "without it",
      mending === null
        ? undefined
        : `${count(mending.changed, "prediction")} ${mending.changed === 1 ? "changes" : "change"} when attention into it is taken away in ${mending.first === mending.last ? `block ${mending.first}` : `blocks ${mending.first} to ${mending.last}`}${mending.accuracy === null ? "" : `; accuracy ${percent(mending.accuracy.before)} → ${percent(mending.accuracy.after)} (${mending.classes.map(({ label, before, after }) => `${label} ${percent(before)} → ${percent(after)}`).join(", ")})`}`,
    ],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

/** Model, data, settings. */
export function shortcutFacts({
  model,
  dataset,
  reference,
  settings,
  kinds,
  suspicious,
  cost,
}: ShortcutReport): readonly (readonly [string, string])[] {
  return [
    ["model", `${model.id} (${model.family}, ${model.task}, ${model.blocks} blocks)`],
    [
      "data set",
      `${dataset.name}: ${count(dataset.read, "input")} of ${dataset.size}${dataset.reused === 0 ? "" : `, ${dataset.reused} explained before`}${dataset.accuracy === null ? ", no labels" : `, ${dataset.labelled} with labels, accuracy ${percent(dataset.accuracy)}`}`,
    ],
    ...(reference === null
      ? []
      : [
          [
            "reference",
            `${reference.name}: ${count(reference.read, "input")}, ${reference.labelled} with labels`,
          ] as const,
        ]),
    ["cues", kinds.map(({ name, cues }) => `${name} ${cues}`).join(", ")],
    ["suspicious", `${suspicious} beyond chance`],
    [
      "settings",
      `effort ${settings.effort}, at most ${settings.tested} cues tested on ${settings.sample} inputs, cues of at least ${settings.leastInputs} inputs, ${settings.permutations} permutations, ${settings.controls} controls, seed ${settings.seed}`,
    ],
    [
      "cost",
      `${fixed(cost.milliseconds / 1000, 0)} s, ${count(cost.modelEvaluations, "forward pass", "forward passes")} besides the explanations`,
    ],
  ];
}

/** How it was found, and what it does not say. */
export const METHOD_TEXT: readonly string[] = [
  "Suspicion: every input is explained for its predicted class. A cue is suspicious where its share of the attribution is larger than attributions permuted within each input give any cue (family-wise 5 %, max-T), in the map of the method or in the map of what the score loses with each feature alone; or where inputs with it are put into a class more often than inputs of the same labels, whose decisions are permuted.",
  "Confirmation: the cue is taken out of inputs that the model puts into its class, and put into inputs of other classes (of a place: what inputs of its class have there). It is confirmed where the near end of the 95 % interval of the change of the probability is 0.05 or more, and also of the change minus that of 20 controls, or where both hold of the share of decisions that change: cues of the same frequency, or changes as large that leave the cue as it is. Removal is judged from 5 inputs on.",
  "Labels: of inputs with the cue that the model puts into its class, their probability if the model is right there as often as without the cue, against their probability if these inputs were of the class as often as any. They contradict the cue where the second is larger by 20 times the number of cues tested; they support it where the first is larger by 20 times, and are undecided between the two. A reference has the last word: a cue that it hardly has, though it should, or that its labels contradict, is a shortcut.",
  "Read: the block where taking away the attention into the cue moves the log-odds of the class most; several blocks where resamples of the inputs do not agree. Formed: the first block whose entering state at the cue's own place says the class more than other places do. Integrated Gradients at a block contains everything behind it and cannot tell either.",
  "Without it: the attention into the cue is taken away for all inputs that have it, in the blocks that read it and in as many after them as it takes for 90 % of what that does in all blocks.",
  "Limits: only cues of the kinds listed are looked for, of those that several inputs have. Changed texts may be odd, which controls share. Labels of this data cannot show a shortcut that the data itself has: cues that labels support are listed apart, and a reference without the cue tells.",
];
