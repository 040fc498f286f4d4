/** @file The menu: every page of docs/ once. test/site.test.ts holds it to the folder. */

export interface MenuPart {
  readonly text: string;
  /** Names of files without their ending, and what the menu calls them. */
  readonly pages: readonly (readonly [page: string, title: string])[];
}

export const MENU: readonly MenuPart[] = [
  {
    text: "Start",
    pages: [
      ["tutorial", "Ten minutes"],
      ["commands", "Everything in one look"],
      ["coming-from", "Coming from Captum, SHAP"],
      ["limits", "Limits"],
      ["faq", "Frequently asked"],
      ["glossary", "Glossary"],
    ],
  },
  {
    text: "Guides",
    pages: [
      ["models", "Your model"],
      ["reading", "Reading an explanation"],
      ["counterfactuals", "What would change it"],
      ["decisions", "The evidence sheet of one decision"],
      ["shortcuts", "Shortcuts"],
      ["images", "Pictures"],
      ["decoders", "Language models"],
      ["questions", "Similarity, labels, relevance"],
      ["multilingual", "Languages"],
      ["many", "Many explanations"],
      ["scale", "Data sets of any size"],
      ["verify", "Proof for your model"],
      ["server", "The server"],
      ["transformers-js", "transformers.js"],
      ["browser", "The browser"],
      ["frameworks", "React, Vue, Svelte, Next.js"],
      ["notebooks", "Notebooks"],
      ["tensorboard", "TensorBoard"],
      ["assistants", "Assistants"],
      ["extend", "Extensions"],
    ],
  },
  {
    text: "Reference",
    pages: [
      ["api/", "API"],
      ["cli", "Command line"],
      ["options", "Options"],
      ["methods", "Methods"],
      ["weights", "Weights"],
      ["tokenizers", "Tokenizers"],
      ["onnx-variants", "ONNX files"],
      ["packages", "Packages"],
      ["bundlers", "Bundlers"],
      ["dependencies", "Dependencies"],
      ["releases", "Releases"],
    ],
  },
  {
    text: "Measured",
    pages: [
      ["faithfulness", "Faithfulness"],
      ["completeness", "Completeness"],
      ["study", "The study"],
      ["ablations", "What was tried"],
      ["robustness", "Robustness"],
      ["randomisation", "Randomised weights"],
      ["parity", "Parity with PyTorch"],
      ["performance", "Speed and memory"],
    ],
  },
];
