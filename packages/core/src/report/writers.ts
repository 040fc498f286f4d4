/**
 * @file What writes which report in which format: one table. To add a format to a report, a line here; to add a report,
 * its data and its row.
 */

import type { Explanation } from "../attribution/explanation.ts";
import type { Evaluation } from "../evaluation/evaluation.ts";
import type { ImageComparison, MethodComparison } from "../evaluation/method-comparison.ts";
import type { Tuning } from "../evaluation/tune.ts";
import { jsonText } from "../render/json.ts";
import type { ShortcutReport } from "../shortcuts/shortcut-report.ts";
import type { Verification } from "../verification/verification.ts";
import type { CaseReport } from "./case/case-report.ts";
import { type CaseHtmlOptions, caseHtml } from "./case/html.ts";
import { caseMarkdown } from "./case/markdown.ts";
import { classesHtml, classesMarkdown, type SideBySideOptions } from "./classes/side-by-side.ts";
import { comparisonHtml, comparisonMarkdown } from "./comparison/comparison.ts";
import { type ComparisonPictureOptions, comparisonSvg } from "./comparison/svg.ts";
import { decisionHtml } from "./decision/html.ts";
import { decisionMarkdown } from "./decision/markdown.ts";
import type { DecisionSheet } from "./decision/sheet-data.ts";
import { evaluationHtml } from "./evaluation/html.ts";
import { evaluationMarkdown } from "./evaluation/markdown.ts";
import type { EvidenceReport } from "./evidence/evidence-report.ts";
import { type ReportHtmlOptions, renderReportHtml } from "./evidence/html.ts";
import { renderReportMarkdown } from "./evidence/markdown.ts";
import { type ShortcutHtmlOptions, shortcutsHtml } from "./shortcuts/html.ts";
import { shortcutsMarkdown } from "./shortcuts/markdown.ts";
import { tuningHtml, tuningMarkdown } from "./tuning.ts";
import { verificationHtml } from "./verification/html.ts";
import { verificationMarkdown } from "./verification/markdown.ts";

/** What each report is made from. */
export interface ReportData {
  readonly evaluation: Evaluation;
  readonly textComparison: MethodComparison;
  readonly imageComparison: MethodComparison;
  readonly tuning: Tuning;
  readonly verification: Verification;
  readonly shortcuts: ShortcutReport;
  readonly evidence: EvidenceReport;
  /** One input, class by class. */
  readonly classes: readonly Explanation[];
  /** One explanation, for the person that it is about; JSON is the report alone. */
  readonly case: { readonly report: CaseReport; readonly explanation: Explanation };
  /** One decision, tested. */
  readonly decision: DecisionSheet;
}

export type ReportKind = keyof ReportData;

/** How reports look: each writer takes what concerns it and ignores the rest. */
export interface ReportLook extends ComparisonPictureOptions, ReportHtmlOptions, CaseHtmlOptions, SideBySideOptions {
  /** Pictures of examples, as data URIs by line. */
  readonly shortcutPictures?: ShortcutHtmlOptions["pictures"];
}

/** Makes the contents of a file. */
export type ReportWriter<T> = (data: T, look: ReportLook) => string | Promise<string>;

/** Formats of reports, and the endings of files that mean them, the usual one first. */
export const REPORT_ENDINGS = {
  json: [".json"],
  markdown: [".md", ".markdown"],
  html: [".html", ".htm"],
  svg: [".svg"],
  png: [".png"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ReportFormat = keyof typeof REPORT_ENDINGS;

/** JSON for people and programs. */
export const reportJson = (data: unknown): string => `${JSON.stringify(data, null, 2)}\n`;

const comparison = {
  json: reportJson,
  markdown: comparisonMarkdown,
  html: (data: MethodComparison, { theme: _, ...look }: ReportLook) => comparisonHtml(data, look),
};

/** Every report in every format that needs nothing of a platform. */
export const REPORT_WRITERS = {
  evaluation: { json: reportJson, markdown: evaluationMarkdown, html: evaluationHtml },
  textComparison: comparison,
  imageComparison: {
    ...comparison,
    svg: (data, look) => comparisonSvg(data as ImageComparison, look),
  },
  tuning: { json: reportJson, markdown: tuningMarkdown, html: tuningHtml },
  verification: { json: reportJson, markdown: verificationMarkdown, html: verificationHtml },
  shortcuts: {
    json: reportJson,
    markdown: shortcutsMarkdown,
    html: (data, { shortcutPictures: pictures }) => shortcutsHtml(data, pictures === undefined ? {} : { pictures }),
  },
  evidence: { json: jsonText, markdown: renderReportMarkdown, html: renderReportHtml },
  classes: { json: reportJson, markdown: classesMarkdown, html: classesHtml },
  case: {
    json: ({ report }) => reportJson(report),
    markdown: ({ report }) => caseMarkdown(report),
    html: ({ report, explanation }, look) => caseHtml(report, explanation, look),
  },
  decision: {
    json: reportJson,
    markdown: decisionMarkdown,
    html: (sheet, { picture }) => decisionHtml(sheet, picture === undefined ? {} : { picture }),
  },
} as const satisfies {
  readonly [Kind in ReportKind]: Readonly<Partial<Record<ReportFormat, ReportWriter<ReportData[Kind]>>>>;
};
