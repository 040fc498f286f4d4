/** @file What the study measures: one entry for each model and data set, with the metrics that its data have the truth for. */

/** One run of `calig evaluate`. Paths are relative to the folders given to run.ts. */
export interface StudySetting {
  readonly name: string;
  readonly title: string;
  /** Name of a built-in model, or a folder in the folder of models. */
  readonly model: string;
  /** File or folder in the folder of data. */
  readonly dataset: string;
  readonly metrics: readonly string[];
  readonly methods?: readonly string[];
  /** What stands in for removed features: the setting's own (`home`), and one that is no method's baseline. */
  readonly ground?: Ground;
  /** Further arguments of `calig evaluate`. */
  readonly more?: readonly string[];
}

/** Names of replacements. */
export interface Ground {
  readonly home: string;
  readonly nobody: string;
}

const TEXT_GROUND: Ground = { home: "mask", nobody: "random-words" };
const IMAGE_GROUND: Ground = { home: "blur", nobody: "other-picture" };

const FAITHFULNESS = ["deletion", "insertion", "faithfulness", "comprehensiveness", "sufficiency"];
const PLAUSIBILITY = ["token-f1", "iou-f1", "auprc"];
const TEXT_METHODS = [
  "ca-lig",
  "integrated-gradients",
  "gradient-x-input",
  "saliency",
  "attention-rollout",
  "gradient-rollout",
  "raw-attention",
  "occlusion",
];
const IMAGE_METHODS = [...TEXT_METHODS, "grad-cam"];
/** Without the slowest, and those that the first replacement put behind the others. */
const QUICK_IMAGE_METHODS = IMAGE_METHODS.filter((name) => !["occlusion", "saliency", "raw-attention"].includes(name));
/** Explaining an input again and again is measured for the two integrals and the random control. */
const INTEGRALS = ["ca-lig", "integrated-gradients"];

export const STUDY: readonly StudySetting[] = [
  {
    name: "sentiment",
    title: "Sentiment: SST-2 dev, sst2",
    model: "sst2",
    dataset: "sst/sst2_dev.tsv",
    ground: TEXT_GROUND,
    metrics: [...FAITHFULNESS, "cost"],
    methods: TEXT_METHODS,
  },
  {
    name: "sentiment-pad",
    title: "Sentiment: removed words become padding",
    model: "sst2",
    dataset: "sst/sst2_dev.tsv",
    metrics: FAITHFULNESS,
    methods: TEXT_METHODS,
    more: ["--replacement", "pad"],
  },
  {
    name: "sentiment-signs",
    title: "Sentiment: polarity of words in the SST trees, dev",
    model: "sst2",
    dataset: "sst/trees_dev.txt",
    metrics: ["sign-accuracy"],
    methods: TEXT_METHODS,
    more: ["--steps", "16"],
  },
  {
    name: "sentiment-context",
    title: "Sentiment: context sensitivity",
    model: "sst2",
    dataset: "sst/sst2_dev.tsv",
    metrics: ["context-sensitivity"],
    methods: INTEGRALS,
    more: ["--tolerance", "0.05"],
  },
  {
    name: "reviews",
    title: "Sentiment: Movie Reviews (ERASER) with human rationales, val",
    model: "sst2",
    dataset: "movies/val.jsonl",
    metrics: PLAUSIBILITY,
    methods: TEXT_METHODS.slice(0, -1),
    more: ["--long-text", "truncate", "--steps", "8"],
  },
  {
    name: "amharic",
    title: "Hate speech in Amharic: dev",
    model: "amharic-hate",
    dataset: "amharic-hate/ranlp2023_dev.tsv",
    ground: TEXT_GROUND,
    metrics: [...FAITHFULNESS, "cost"],
    methods: TEXT_METHODS,
    more: ["--tolerance", "0.05"],
  },
  {
    name: "amharic-context",
    title: "Hate speech in Amharic: context sensitivity",
    model: "amharic-hate",
    dataset: "amharic-hate/ranlp2023_dev.tsv",
    metrics: ["context-sensitivity"],
    methods: INTEGRALS,
    // Its paths take two to seven hundred passes at 0.05, and every tweet is explained twenty-one times.
    more: ["--tolerance", "0.1"],
  },
  {
    name: "news",
    title: "Long documents: MasakhaNEWS, Oromo, dev",
    model: "oromo-news",
    dataset: "oromo_dev.tsv",
    ground: TEXT_GROUND,
    metrics: [...FAITHFULNESS, "cost"],
    methods: TEXT_METHODS,
    more: ["--long-text", "truncate", "--tolerance", "0.05", "--curve-steps", "10"],
  },
  {
    name: "newsgroups",
    title: "Many classes: 20 Newsgroups, test",
    model: "newsgroups",
    dataset: "newsgroups_test.tsv",
    ground: TEXT_GROUND,
    metrics: [...FAITHFULNESS, "cost"],
    methods: TEXT_METHODS,
    more: ["--long-text", "truncate", "--tolerance", "0.05", "--curve-steps", "10"],
  },
  {
    name: "newsgroups-context",
    title: "Many classes: context sensitivity",
    model: "newsgroups",
    dataset: "newsgroups_test.tsv",
    metrics: ["context-sensitivity"],
    methods: INTEGRALS,
    more: ["--long-text", "truncate", "--tolerance", "0.05"],
  },
  {
    name: "images",
    title: "Images: ImageNet photographs, DeiT-Tiny",
    model: "deit-tiny",
    dataset: "imagenet-100",
    ground: IMAGE_GROUND,
    metrics: ["deletion", "insertion", "faithfulness", "cost"],
    methods: IMAGE_METHODS,
    more: ["--tolerance", "0.05", "--curve-steps", "14"],
  },
  {
    name: "images-mean",
    title: "Images: removed patches take the mean colour",
    model: "deit-tiny",
    dataset: "imagenet-100",
    metrics: ["deletion", "insertion", "faithfulness"],
    methods: QUICK_IMAGE_METHODS,
    more: ["--tolerance", "0.05", "--curve-steps", "14", "--replacement", "mean"],
  },
  {
    name: "cifar",
    title: "Images: CIFAR-10 test, cifar10",
    model: "cifar10",
    dataset: "cifar10-test",
    ground: IMAGE_GROUND,
    metrics: [...FAITHFULNESS, "cost"],
    methods: IMAGE_METHODS,
    more: ["--curve-steps", "16"],
  },
  {
    name: "cifar-context",
    title: "Images: CIFAR-10 test, context sensitivity",
    model: "cifar10",
    dataset: "cifar10-test",
    metrics: ["context-sensitivity"],
    methods: INTEGRALS,
    more: ["--tolerance", "0.05"],
  },
  {
    name: "cifar-mean",
    title: "Images: CIFAR-10 test, removed patches take the mean colour",
    model: "cifar10",
    dataset: "cifar10-test",
    metrics: FAITHFULNESS,
    methods: IMAGE_METHODS,
    more: ["--curve-steps", "16", "--replacement", "mean"],
  },
];
