/** @file Names of methods and baselines as people write them. */

const METHODS: Readonly<Record<string, string>> = {
  "ca-lig": "CA-LIG",
  "integrated-gradients": "Integrated Gradients",
  "gradient-x-input": "Gradient × input",
  "grad-cam": "Grad-CAM",
};

const sentence = (name: string): string => {
  const words = name.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** "attention-rollout" as "Attention rollout"; names of methods keep the spelling of their papers. */
export const methodTitle = (name: string): string => METHODS[name] ?? sentence(name);

export const baselineTitle = (name: string): string => sentence(name);
