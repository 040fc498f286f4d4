/** @file What calig needs of an engine that runs ONNX programs. The adapters beside this file are the only ones that know onnxruntime. */

import type { Tensor } from "../tensor/tensor.ts";

/** Tensors that a program is given, by the names of its inputs. */
export type Feeds = Readonly<Record<string, Tensor>>;
/** Tensors that a program answers, by the names of its outputs. */
export type Fetches = Readonly<Record<string, Tensor>>;

/** A compiled program. `run` calls on one session are executed one after the other. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Runs the program. @throws {ExecutionError} When the engine fails; the message names the program. */
  run(feeds: Feeds, outputs?: readonly string[]): Promise<Fetches>;
  dispose(): Promise<void>;
}

/** How to compile a program. */
export interface SessionOptions {
  /** Name of the program for error messages: "forward", "sweep". */
  readonly name: string;
  /** Folder that external weights are relative to; undefined when the program has none. */
  readonly weightsFolder?: string;
  /** Weights given as bytes instead of files (browsers), by location. */
  readonly weights?: Readonly<Record<string, Uint8Array>>;
  /**
   * Lay the weights out for fast products when compiling. 10 to 25 % faster, but every program gets a private copy of
   * all weights instead of sharing what is mapped from the file. Default: false.
   */
  readonly prepack?: boolean;
  /** Threads of one operator. Default: the engine decides (one per physical core). */
  readonly threads?: number;
  /**
   * Products of 8-bit numbers by kernels that do not saturate, where the engine has others on this processor: slower, the
   * numbers that the operators are defined to give. Programs without such products are the same. Default: false.
   */
  readonly exactProducts?: boolean;
}

/** An engine. */
export interface Runtime {
  /** For reports: "onnxruntime-node 1.30.0 (cpu)". */
  readonly description: string;
  /** Whether the engine has no kernel for com.microsoft FusedMatMul; programs are then written without. */
  readonly lacksFusedMatMul?: boolean;
  /** Whether the device may not read weights of half precision; they are then given as float32. */
  readonly lacksHalfPrecision?: boolean;
  /** Whether the engine reads no files: weights are then given as bytes. */
  readonly lacksFiles?: boolean;
  /** Most bytes that all programs may take together with their weights, of which each has a copy. Default: no limit. */
  readonly mostBytes?: number;
  /** Compiles an encoded ONNX model. @throws {ExecutionError} */
  compile(model: Uint8Array, options: SessionOptions): Promise<Session>;
}
