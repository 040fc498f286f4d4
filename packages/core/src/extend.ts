/** @file What extensions of calig are made with: their types, the functions that define and combine them, and test kits. */

export { propagated, zeroStates } from "./attribution/baseline/baseline-states.ts";
export type { BaselineContext } from "./attribution/baseline/state-baseline.ts";
export type { BlockMethod } from "./attribution/block-method.ts";
export { measureCompleteness } from "./attribution/completeness.ts";
export type {
  BaselineStates,
  Baselines,
  Example,
  ExplainableModel,
  FileForm,
  FileTools,
  GivenFile,
  InputDescription,
  Modality,
  PreparedWhole,
  Replacement,
  ReplacementContext,
  Replacements,
  WrittenForm,
} from "./attribution/explainable-model.ts";
export { attentionEvidence, type BlockEvidence } from "./attribution/fusion.ts";
export { dot, type GradientAtInput, gradientAtInput, overWidth } from "./attribution/hidden-gradient.ts";
export {
  type AttributionMethod,
  type MethodContext,
  type MethodResult,
  methodTitle,
} from "./attribution/method.ts";
export { METHODS, methodOf } from "./attribution/methods.ts";
export { bySign, describeNamed, type NamedFeature, nameLine } from "./attribution/modality.ts";
export { type NoiseOptions, noisyContexts } from "./attribution/noise.ts";
export { oneBlock } from "./attribution/one-block.ts";
export {
  BLOCK_OPTIONS,
  FUSION_OPTIONS,
  GENERAL_OPTIONS,
  HEAD_OPTIONS,
  INTEGRAL_OPTIONS,
  METHOD_OPTIONS,
} from "./attribution/options.ts";
export type {
  EvaluationFeature,
  Perturbable,
  PerturbOptions,
  VariantPart,
  Variants,
} from "./attribution/perturbable.ts";
export { onlyPart, type Part, type PreparedInput } from "./attribution/prepared-input.ts";
export type { OwnQuestion, QuestionChoice, QuestionSituation } from "./attribution/question-object.ts";
export {
  type InputPool,
  type OpenReplacement,
  openReplacement,
  type ReplacementRequest,
  replacementOf,
} from "./attribution/replacement.ts";
export type { GradientRule, RuleContext, RuleEntry } from "./autodiff/rule.ts";
export type { Draft, Pass, PassResult } from "./canonical/pass.ts";
export type { CheckpointConfig } from "./checkpoint/config.ts";
export {
  CheckpointError,
  ExecutionError,
  ExtensionError,
  InputError,
  InvalidOptionError,
  UnsupportedModelError,
} from "./errors.ts";
export type { DatasetItem } from "./evaluation/dataset.ts";
export {
  type DatasetFile,
  type DatasetLayout,
  type DatasetRow,
  type DatasetRows,
  firstLine,
} from "./evaluation/dataset-layout.ts";
export { type Kept, ranked, without } from "./evaluation/features.ts";
export {
  type Change,
  type ChangedExplanation,
  type Figure,
  type Metric,
  meanFigure,
  type Subject,
} from "./evaluation/metric.ts";
export { METRICS, metricOf } from "./evaluation/metrics.ts";
export { averagedOverBaselines, averagedOverNoise } from "./extend/averaged.ts";
export {
  defineBaseline,
  defineBlockMethod,
  defineCheck,
  defineCue,
  defineDatasetLayout,
  defineFamily,
  defineLanguage,
  defineMethod,
  defineMetric,
  defineModality,
  definePass,
  defineQuestion,
  defineRenderer,
  defineReplacement,
  defineRule,
  defineRuntime,
  type OwnBaseline,
} from "./extend/define.ts";
export type { ExtensionKind, ExtensionKinds, Extensions } from "./extend/extension.ts";
export { gatherExtensions } from "./extend/extensions.ts";
export { type CheckCueOptions, checkCue } from "./extend/kit/check-cue.ts";
export { checkDatasetLayout, type LayoutExample } from "./extend/kit/check-dataset-layout.ts";
export { type CheckFamilyOptions, checkFamily, type FamilyReference } from "./extend/kit/check-family.ts";
export { checkLanguage } from "./extend/kit/check-language.ts";
export { type CheckMethodOptions, checkMethod } from "./extend/kit/check-method.ts";
export { checkMetric, type MetricExample } from "./extend/kit/check-metric.ts";
export { type CheckQuestionOptions, checkQuestion } from "./extend/kit/check-question.ts";
export { checkRenderer } from "./extend/kit/check-renderer.ts";
export { type CheckReplacementOptions, checkReplacement } from "./extend/kit/check-replacement.ts";
export { type CheckRuleOptions, checkRule, type RuleCase } from "./extend/kit/check-rule.ts";
export { checkRuntime } from "./extend/kit/check-runtime.ts";
export type { KitCheck } from "./extend/kit/report.ts";
export { SAMPLE_EXPLANATIONS } from "./extend/kit/sample-explanations.ts";
export type { RuntimeDefinition } from "./extend/runtime-definition.ts";
export { GraphBuilder } from "./graph/builder.ts";
export { patchesInstead } from "./modality/image/patches.ts";
export type { PreparedImage } from "./modality/image/prepare.ts";
export { MODALITIES } from "./modality/modalities.ts";
export type { PreparedText, WholeText } from "./modality/text/prepare.ts";
export { tokensInstead } from "./modality/text/tokens-instead.ts";
export type { Attribute, Graph, Node, StoredTensor } from "./onnx/model.ts";
export {
  defineOption,
  type OptionDeclaration,
  type OptionTable,
  type OptionType,
  onlyOptions,
  withoutOptions,
} from "./options/option.ts";
export {
  byteSize,
  flag,
  number,
  numbersOr,
  oneOf,
  oneOrMoreOf,
  path,
  someOf,
  text,
  textThat,
  wholeNumber,
  wholeNumberOr,
  wholeNumbers,
} from "./options/types.ts";
export {
  type Activation,
  emitLogProbabilities,
  emitProbabilities,
  logProbabilities,
  probabilities,
} from "./program/activation.ts";
export type { ForwardResult, ModelPrograms } from "./program/model-programs.ts";
export { type Asked, pickFrom, type QuestionGraph, refuseRegression } from "./program/question.ts";
export { evaluateScore, logitsRow, type ScoreSpec } from "./program/score.ts";
export type { Words } from "./reading/words/words.ts";
export type { BinaryRenderer, Renderer, RenderOptions, Result, TextRenderer } from "./render/renderer.ts";
export type { Feeds, Fetches, Runtime, Session, SessionOptions } from "./runtime/runtime.ts";
export type { CueContext, CueExample, CueKind, CueSubject, Occurrence, OpenCues } from "./shortcuts/cue.ts";
export { drawnPlace, withoutSpans, withPiece } from "./shortcuts/cues/text-changes.ts";
export { CUE_KINDS } from "./shortcuts/cues.ts";
export { type FloatTensor, floatTensor, type Tensor } from "./tensor/tensor.ts";
export {
  type Anatomy,
  classifierAnatomy,
  type LogitsOutput,
  logitsOf,
  type PatchGrid,
  type Readout,
  type Stream,
  streamOf,
  type TransformerGraph,
} from "./transformer/anatomy.ts";
export type { BuildOptions, ModelFamily } from "./transformer/family.ts";
export { layerNorm, linear } from "./transformer/layers.ts";
export { Parameters, type WeightSource } from "./transformer/parameters.ts";
export { type PreNormLayers, perceptron, preNormBlocks, type QkvBias } from "./transformer/pre-norm.ts";
export {
  buildVisionModel,
  patchMean,
  type VisionHead,
  type VisionModel,
  type VisionParts,
} from "./transformer/vision-model.ts";
export { blocksOf, positions } from "./transformer/vit-tensors.ts";
export { createRandom, type Random } from "./util/random.ts";
export type { Check, CheckContext, Finding } from "./verification/check.ts";
