/** @file The model families that calig builds from checkpoints: one line each. The code of one is loaded when a model needs it. */

import type { FamilyOnDemand } from "./family.ts";

// biome-ignore format: one line each
export const FAMILIES: readonly FamilyOnDemand[] = [
  { name: "bert", modelTypes: ["bert"], load: async () => (await import("./families/bert.ts")).bert },
  { name: "roberta", modelTypes: ["roberta", "xlm-roberta", "camembert"], load: async () => (await import("./families/roberta.ts")).roberta },
  { name: "distilbert", modelTypes: ["distilbert"], load: async () => (await import("./families/distilbert.ts")).distilbert },
  { name: "electra", modelTypes: ["electra"], load: async () => (await import("./families/electra.ts")).electra },
  { name: "albert", modelTypes: ["albert"], load: async () => (await import("./families/albert.ts")).albert },
  { name: "mpnet", modelTypes: ["mpnet"], load: async () => (await import("./families/mpnet.ts")).mpnet },
  { name: "deberta-v2", modelTypes: ["deberta-v2"], load: async () => (await import("./families/deberta-v2.ts")).debertaV2 },
  { name: "modernbert", modelTypes: ["modernbert"], load: async () => (await import("./families/modernbert.ts")).modernbert },
  { name: "llama", modelTypes: ["llama"], load: async () => (await import("./families/llama.ts")).llama },
  { name: "mistral", modelTypes: ["mistral"], load: async () => (await import("./families/mistral.ts")).mistral },
  { name: "qwen2", modelTypes: ["qwen2"], load: async () => (await import("./families/qwen2.ts")).qwen2 },
  { name: "qwen3", modelTypes: ["qwen3"], load: async () => (await import("./families/qwen3.ts")).qwen3 },
  { name: "gemma", modelTypes: ["gemma"], load: async () => (await import("./families/gemma.ts")).gemma },
  { name: "gemma2", modelTypes: ["gemma2"], load: async () => (await import("./families/gemma2.ts")).gemma2 },
  { name: "gemma3", modelTypes: ["gemma3_text"], load: async () => (await import("./families/gemma3.ts")).gemma3 },
  { name: "phi3", modelTypes: ["phi3"], load: async () => (await import("./families/phi3.ts")).phi3 },
  { name: "smollm3", modelTypes: ["smollm3"], load: async () => (await import("./families/smollm3.ts")).smollm3 },
  { name: "olmo2", modelTypes: ["olmo2"], load: async () => (await import("./families/olmo2.ts")).olmo2 },
  { name: "gpt2", modelTypes: ["gpt2"], load: async () => (await import("./families/gpt2.ts")).gpt2 },
  { name: "vit", modelTypes: ["vit", "vit_mae"], load: async () => (await import("./families/vit.ts")).vit },
  { name: "deit", modelTypes: ["deit"], load: async () => (await import("./families/deit.ts")).deit },
  { name: "beit", modelTypes: ["beit"], load: async () => (await import("./families/beit.ts")).beit },
  { name: "dinov2", modelTypes: ["dinov2", "dinov2_with_registers"], load: async () => (await import("./families/dinov2.ts")).dinov2 },
];
