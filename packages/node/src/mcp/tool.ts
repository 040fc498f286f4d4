/** @file What a tool for assistants is: its description, and what it does with the HTTP API. */

import type { JsonSchema } from "../server/json-schema.ts";
import type { Api, CallHooks, Fields } from "./api.ts";

/** What a tool answers. */
export interface ToolAnswer {
  /** For whoever reads: plain words. */
  readonly text: string;
  /** The same and more for programs. */
  readonly data: Fields;
}

export interface ToolContext extends CallHooks {
  readonly api: Api;
  /** Folder that paths are relative to. */
  readonly folder: string;
}

/** A tool. To add one: a file in tools/ and a line in tools.ts. */
export interface Tool {
  readonly name: string;
  /** What people see. */
  readonly title: string;
  /** What assistants choose by. */
  readonly description: string;
  /** What its arguments are: an object, described by what the server's description says of its fields. */
  readonly input: JsonSchema;
  /** Whether it may write a file. */
  readonly writes: boolean;
  /** @throws {InputError} What cannot be done, in words for whoever asked. */
  call(args: Fields, context: ToolContext): Promise<ToolAnswer>;
}
