/** @file Adapters of peft: what adapter_config.json says, and which of them calig merges into the weights of a base model. */

import { CheckpointError } from "../../errors.ts";
import { parseJson } from "../../util/parse-json.ts";
import { type JsonFields, parseFields } from "../json-fields.ts";

export const ADAPTER_CONFIG = "adapter_config.json";
export const ADAPTER_WEIGHTS = "adapter_model.safetensors";
/** Adapters of old libraries, which are pickled. */
export const ADAPTER_PICKLE = "adapter_model.bin";

/** What to say of an adapter beside an ONNX file. */
export const BESIDE_ONNX = `There is an adapter beside the ONNX file ("${ADAPTER_CONFIG}"): what is explained is the file as it is, with the adapter only if it was merged before the export`;

/** The settings of a LoRA adapter. */
export interface LoraSettings {
  readonly file: string;
  /** `base_model_name_or_path`; "" where it is not stated. */
  readonly base: string;
  /** "SEQ_CLS"; "" where it is not stated. */
  readonly task: string;
  /** Class of the Python library that the adapter was trained in, where it is stated. */
  readonly architecture: string | undefined;
  readonly usesDora: boolean;
  /** Names of modules that are stored whole. */
  readonly modulesToSave: readonly string[];
  /** What the product of the two matrices of a layer is multiplied by, and their rank. */
  scaleOf(layer: string): { readonly rank: number; readonly scale: number };
}

/** Settings that say how an adapter was trained or is to be run; a merge does not depend on them. */
const HARMLESS = new Set([
  "task_type",
  "peft_type",
  "auto_mapping",
  "peft_version",
  "base_model_name_or_path",
  "revision",
  "inference_mode",
  "r",
  "target_modules",
  "exclude_modules",
  "lora_alpha",
  "lora_dropout",
  // Of no effect, as in peft: layers themselves say how their weights are stored.
  "fan_in_fan_out",
  "bias",
  "lora_bias",
  "use_rslora",
  "use_dora",
  "modules_to_save",
  "init_lora_weights",
  "layers_to_transform",
  "layers_pattern",
  "rank_pattern",
  "alpha_pattern",
  "megatron_core",
  "eva_config",
  "corda_config",
  "qalora_group_size",
  "runtime_config",
]);

/** Ways to begin the training that leave the weights of the base as they are. */
const PLAIN_BEGINNINGS: readonly unknown[] = [undefined, true, false, "gaussian", "eva", "orthogonal"];

/**
 * Reads adapter_config.json.
 *
 * @throws {CheckpointError} When it is of another kind than LoRA, or asks for what a merge does not do; says how to merge it.
 */
export function parseAdapter(json: string, file: string): LoraSettings {
  const fields = parseFields(json, file);
  const refuse = (reason: string): never => {
    throw new CheckpointError(`Cannot merge the adapter of "${file}": ${reason}; ${mergeRemedy(fields)}`, file);
  };
  const type = fields.string("peft_type", "");
  if (type.toUpperCase() !== "LORA") refuse(`its "peft_type" is "${type}", calig merges "LORA"`);
  for (const key of Object.keys(parseJson(json) as object)) {
    const value = fields.raw(key);
    if (!HARMLESS.has(key) && isSet(value))
      refuse(`it has "${key}": ${JSON.stringify(value)}, which calig does not know`);
  }
  const beginning = fields.raw("init_lora_weights");
  if (!PLAIN_BEGINNINGS.includes(beginning)) {
    refuse(`"init_lora_weights" is ${JSON.stringify(beginning)}: such adapters change the weights of their base`);
  }
  const ranks = patterns("rank_pattern");
  const alphas = patterns("alpha_pattern");
  const isRankStabilised = fields.boolean("use_rslora", false);
  return {
    file,
    base: fields.string("base_model_name_or_path", ""),
    task: fields.string("task_type", ""),
    architecture: fields.section("auto_mapping").string("base_model_class", "") || undefined,
    usesDora: fields.boolean("use_dora", false),
    modulesToSave: fields.strings("modules_to_save", []),
    scaleOf(layer) {
      const own = (list: typeof ranks, key: string, fallback: number) =>
        list.find(({ pattern }) => pattern.test(layer))?.value ?? fields.number(key, fallback);
      const rank = own(ranks, "r", 8); // as in peft's LoraConfig
      return { rank, scale: own(alphas, "lora_alpha", 8) / (isRankStabilised ? Math.sqrt(rank) : rank) };
    },
  };

  /** Values for layers whose names end in what a regular expression matches. */
  function patterns(key: string): { readonly pattern: RegExp; readonly value: number }[] {
    const section = fields.section(key);
    return Object.keys((fields.raw(key) ?? {}) as object).map((text) => {
      try {
        return { pattern: new RegExp(`^(.*\\.)?(${text})$`), value: section.number(text) };
      } catch (error) {
        if (error instanceof CheckpointError) throw error;
        return refuse(`"${key}" has the pattern "${text}", which calig does not read`);
      }
    });
  }
}

/** Whether a setting says anything. */
const isSet = (value: unknown): boolean =>
  value !== undefined &&
  value !== false &&
  !(typeof value === "object" && value !== null && Object.keys(value).length === 0);

const CLASSES: Readonly<Record<string, string>> = {
  SEQ_CLS: "AutoPeftModelForSequenceClassification",
  TOKEN_CLS: "AutoPeftModelForTokenClassification",
  CAUSAL_LM: "AutoPeftModelForCausalLM",
};

/** What to do about an adapter that calig does not merge. */
export function mergeRemedy(fields: Pick<JsonFields, "string"> | undefined): string {
  const known = CLASSES[fields?.string("task_type", "") ?? ""] ?? "AutoPeftModel";
  return `merge it in Python and give the folder that this makes: python -c 'from peft import ${known} as M; M.from_pretrained("ADAPTER").merge_and_unload().save_pretrained("MERGED")'`;
}

/** Heads that peft stores whole without being told, by task. */
const HEADS: readonly string[] = ["classifier", "score"];

const TASK_HEADS: ReadonlyMap<string, string> = new Map([
  ["SEQ_CLS", "ForSequenceClassification"],
  ["TOKEN_CLS", "ForTokenClassification"],
  ["CAUSAL_LM", "ForCausalLM"],
]);

/** The fields of the configuration of a base model as the adapter has them: its head, its number of classes. */
export function adaptedConfig(
  config: Readonly<Record<string, unknown>>,
  { task, architecture }: LoraSettings,
  classes: number | undefined,
): Readonly<Record<string, unknown>> {
  const head = TASK_HEADS.get(task);
  const [first] = Array.isArray(config.architectures) ? (config.architectures as unknown[]) : [];
  const named = typeof first === "string" ? first : undefined;
  const own = architecture ?? (head === undefined ? undefined : named?.replace(/(For\w+|LMHeadModel|Model)$/, head));
  const states = config.id2label !== undefined || config.num_labels !== undefined;
  return {
    ...config,
    ...(own === undefined ? {} : { architectures: [own] }),
    ...(states || classes === undefined ? {} : { num_labels: classes }),
  };
}

/** Number of classes of the head that an adapter stores whole; undefined where it stores none. */
export function classesOf(tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>): number | undefined {
  const head = /(^|\.)(classifier|score)(\.out_proj)?(\.modules_to_save(\.default)?)?\.weight$/;
  const [rows] = [...tensors].filter(([name]) => head.test(name)).map(([, { shape }]) => shape[0]);
  return rows;
}

/** Whether a tensor belongs to a module that adapters store whole. */
export const isStoredWhole = (name: string, { modulesToSave }: LoraSettings): boolean =>
  [...HEADS, ...modulesToSave].some((module) => `.${name}.`.includes(`.${module}.`));
