/** @file calig without a platform: the explanation of a loaded model, its options and its renderers. */

export { testCounterfactuals } from "./attribution/counterfactual/counterfactuals.ts";
export { explain } from "./attribution/explain.ts";
export { type ExplainClassesOptions, explainClasses } from "./attribution/explain-classes.ts";
export type {
  ExplainableModel,
  InputDescription,
  Modality,
  Platform,
  Replacement,
} from "./attribution/explainable-model.ts";
export type {
  AttentionLink,
  BlockCompleteness,
  BlockExplanation,
  Completeness,
  Cost,
  Counterfactual,
  CounterfactualFeature,
  CounterfactualPrediction,
  Counterfactuals,
  Explanation,
  ImageExplanation,
  ModelFacts,
  NamedExplanation,
  PatchAttribution,
  PatchFeature,
  Prediction,
  ScoreKind,
  Target,
  TextExplanation,
  TokenFeature,
  Warning,
  WordAttribution,
} from "./attribution/explanation.ts";
export type { ChatMessage, ImageInput, PromptInput, PromptPart, TextInput } from "./attribution/input.ts";
export { METHODS } from "./attribution/methods.ts";
export {
  BASELINES,
  type Baseline,
  type BaselineName,
  type BaselineObject,
  type CounterfactualOptions,
  type CustomBaseline,
  DEFAULTS,
  type ExplainOptions,
  FUSIONS,
  type Fusion,
  IMAGE_BASELINES,
  LAYER_WEIGHTS,
  type LayerWeightsName,
  LONG_TEXTS,
  type LongText,
  type MethodObject,
  QUADRATURES,
  type Quadrature,
  type ReplacementObject,
  SCORE_KINDS,
  TEXT_BASELINES,
} from "./attribution/options.ts";
export { parseExplanation } from "./attribution/parse-explanation.ts";
export type { EvaluationFeature, Kept, Perturbable, PerturbOptions } from "./attribution/perturbable.ts";
export {
  createProbe,
  type ModelProbe,
  type PredictedOutput,
  type Probe,
  type ProbeOptions,
  type VariantOutput,
} from "./attribution/probe.ts";
export { type OpenReplacement, openReplacement, replacementOf } from "./attribution/replacement.ts";
export { optionsTakenBy } from "./attribution/resolve-run.ts";
export {
  AnatomyError,
  CheckpointError,
  DifferenceError,
  ExecutionError,
  ExtensionError,
  InputError,
  InternalError,
  InvalidOptionError,
  isCaligError,
  OnnxParseError,
  ShapeError,
  UnsupportedModelError,
  UsageError,
} from "./errors.ts";
export type { Dataset, DatasetItem, DatasetProblem, PolaritySpan, Span } from "./evaluation/dataset.ts";
export type { BaselineAgreement } from "./evaluation/decision/baseline-agreement.ts";
export type { DecisionChange, DecisionTests, TestedElement } from "./evaluation/decision/decision-tests.ts";
export type { OrderPercentile } from "./evaluation/decision/random-orders.ts";
export type { SearchedSize } from "./evaluation/decision/smallest-change.ts";
export { type EvaluateOptions, evaluate, sampleDataset } from "./evaluation/evaluate.ts";
export type {
  Comparison,
  EvaluatedFigure,
  EvaluatedInput,
  EvaluatedMethod,
  Evaluation,
  EvaluationFailure,
  EvaluationSettings,
  FigureResult,
  Measurements,
} from "./evaluation/evaluation.ts";
export type { MeasurementStore, StoredMeasurement } from "./evaluation/kept-measurements.ts";
export {
  type ComparedMethod,
  type CompareOptions,
  compareMethods,
  type ImageComparison,
  type MethodComparison,
  type TextComparison,
} from "./evaluation/method-comparison.ts";
export type { Figure, Metric, Subject } from "./evaluation/metric.ts";
export { METRICS } from "./evaluation/metrics.ts";
export type { NamedMethod } from "./evaluation/named-methods.ts";
export type { OutlinedObject, Place } from "./evaluation/outlines.ts";
export { type RgbImage, rgbImage } from "./input/image/rgb-image.ts";
export { MODALITIES, REPLACEMENTS } from "./modality/modalities.ts";
export { FEATURE_KINDS, type FeatureKind, textFeatures } from "./modality/text/features.ts";
export { LANGUAGES } from "./reading/languages.ts";
export { strength, strengthBound } from "./reading/strength.ts";
export { type SummariseOptions, summarise } from "./reading/summarise.ts";
export type {
  Certainty,
  CertaintyLevel,
  Statement,
  StatementKind,
  StrengthLevel,
  Summary,
  SummaryItem,
} from "./reading/summary.ts";
export {
  type Waterfall,
  type WaterfallOptions,
  type WaterfallStep,
  type WaterfallStepKind,
  waterfall,
} from "./reading/waterfall.ts";
export type { Words } from "./reading/words/words.ts";
export { renderHtml } from "./render/html.ts";
export { renderJson } from "./render/json.ts";
export { renderMarkdown } from "./render/markdown.ts";
export { OVERLAYS, type OverlayName } from "./render/overlay.ts";
export { regionsInWords } from "./render/regions.ts";
export { type WaterfallSvgOptions, waterfallSvg } from "./render/svg/waterfall.ts";
export { renderSvg, type SvgOptions } from "./render/svg.ts";
export { renderTerminal } from "./render/terminal.ts";
export { comparisonHtml, comparisonMarkdown } from "./report/comparison/comparison.ts";
export { comparisonSvg } from "./report/comparison/svg.ts";
export { checkSheet, type SheetCheck } from "./report/decision/check-sheet.ts";
export {
  type ContextSection,
  type DecisionContext,
  emptyContext,
  type GivenDecisionContext,
} from "./report/decision/context.ts";
export { type DecisionSheetOptions, decisionSheet, type SheetCircumstances } from "./report/decision/decision-sheet.ts";
export { type DecisionHtmlOptions, decisionHtml } from "./report/decision/html.ts";
export { decisionMarkdown } from "./report/decision/markdown.ts";
export type { DecisionSheet, SheetFile } from "./report/decision/sheet-data.ts";
export { evaluationHtml } from "./report/evaluation/html.ts";
export { evaluationMarkdown } from "./report/evaluation/markdown.ts";
export { buildReport, type ReportOptions } from "./report/evidence/build-report.ts";
export type {
  BlockEvidence,
  ClassEvidence,
  EvidenceReport,
  ReportEntry,
  ReportSource,
  ReportSummary,
  WordEvidence,
} from "./report/evidence/evidence-report.ts";
export { type ReportHtmlOptions, renderReportHtml } from "./report/evidence/html.ts";
export { type ReportMarkdownOptions, renderReportMarkdown } from "./report/evidence/markdown.ts";
export { type ShortcutHtmlOptions, shortcutsHtml } from "./report/shortcuts/html.ts";
export { shortcutsMarkdown } from "./report/shortcuts/markdown.ts";
export { verificationHtml } from "./report/verification/html.ts";
export { verificationMarkdown } from "./report/verification/markdown.ts";
export type { CueContext, CueExample, CueKind, CueSubject, Occurrence, OpenCues } from "./shortcuts/cue.ts";
export { CUE_KINDS } from "./shortcuts/cues.ts";
export { type FindShortcutsOptions, findShortcuts } from "./shortcuts/find-shortcuts.ts";
export type { CueReport, CueStatus, Intervention, ShortcutReport } from "./shortcuts/shortcut-report.ts";
export { type FloatTensor, floatTensor } from "./tensor/tensor.ts";
export { type CheckResult, type Verification, verdict } from "./verification/verification.ts";
export { type VerifyOptions, verify } from "./verification/verify.ts";
