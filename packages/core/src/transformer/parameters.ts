/** @file Access to the weights of a checkpoint while a family builds its graph; collects everything that is missing or misshapen. */

import { CheckpointError } from "../errors.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import { int, type StoredTensor } from "../onnx/model.ts";
import { dtypeCode, isFloating } from "../tensor/dtype.ts";

/** The tensors of a checkpoint by name. */
export interface WeightSource {
  /** File names for error messages. */
  readonly description: string;
  readonly names: ReadonlySet<string>;
  /** @throws {CheckpointError} When there is no such tensor. */
  get(name: string): StoredTensor;
}

/** A source of tensors that are all known. @param description - File names for error messages. */
export const weightSource = (description: string, tensors: ReadonlyMap<string, StoredTensor>): WeightSource => ({
  description,
  names: new Set(tensors.keys()),
  get(name) {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new CheckpointError(`Cannot find tensor "${name}" in "${description}"`);
    return tensor;
  },
});

/** A few names out of many, evenly spread, for messages. */
export function exampleNames(names: ReadonlySet<string>): string {
  const all = [...names];
  const picked = [0, 1 / 3, 2 / 3, 1].map((share) => all[Math.round(share * (all.length - 1))] as string);
  return all.length === 0 ? "none" : [...new Set(picked)].map((name) => `"${name}"`).join(", ");
}

/**
 * Parameters under a prefix ("bert.encoder.layer.0"). `get` adds the tensor to the graph where it is first used and
 * returns a float32 value; half-precision weights get a Cast, which the engine folds when it compiles the program.
 */
export class Parameters {
  readonly #builder: GraphBuilder;
  readonly #source: WeightSource;
  readonly #prefix: string;
  readonly #problems: string[];

  constructor(builder: GraphBuilder, source: WeightSource, prefix = "", problems: string[] = []) {
    this.#builder = builder;
    this.#source = source;
    this.#prefix = prefix;
    this.#problems = problems;
  }

  /** Parameters one level down. */
  at(name: string): Parameters {
    return new Parameters(this.#builder, this.#source, this.#full(name), this.#problems);
  }

  /** Parameters of the encoder: below `prefix`, or here where the checkpoint names them without it, as transformers allows. */
  base(prefix: string): Parameters {
    const bare = [...this.#source.names].some((name) => name.startsWith("embeddings."));
    return bare ? this : this.at(prefix);
  }

  /** Names of all tensors of the checkpoint, not only of those here. */
  get names(): ReadonlySet<string> {
    return this.#source.names;
  }

  has(name: string): boolean {
    return this.#source.names.has(this.#full(name));
  }

  /** A parameter as a float32 value of the graph; its shape must be `shape`. */
  get(name: string, shape: readonly number[]): string {
    return this.#toFloat(this.stored(name, shape));
  }

  /** A parameter in the type it is stored in: for tables that are looked up before they are converted. */
  stored(name: string, shape: readonly number[]): { readonly value: string; readonly tensor: StoredTensor } {
    const full = this.#full(name);
    if (!this.#source.names.has(full)) {
      this.#problems.push(`tensor "${full}" is missing (wanted shape [${shape.join(", ")}])`);
      return {
        value: full,
        tensor: { name: full, dtype: "float32", shape, storage: { kind: "bytes", bytes: new Uint8Array() } },
      };
    }
    const tensor = this.#source.get(full);
    if (tensor.shape.length !== shape.length || tensor.shape.some((size, axis) => size !== shape[axis])) {
      this.#problems.push(`tensor "${full}" has shape [${tensor.shape.join(", ")}], wanted [${shape.join(", ")}]`);
    }
    if (!isFloating(tensor.dtype)) {
      this.#problems.push(
        `tensor "${full}" is stored as ${tensor.dtype}, wanted floating-point weights (numbers of other types are no weights without their scales)`,
      );
    }
    return { value: this.#builder.has(full) ? full : this.#builder.initializer(tensor), tensor };
  }

  /** A looked-up or stored value in float32. */
  toFloat(value: string, tensor: StoredTensor, output?: string): string {
    if (tensor.dtype === "float32") return value;
    const options = output === undefined ? {} : { output };
    return this.#builder.emit("Cast", [value], { attributes: { to: int(dtypeCode("float32")) }, ...options });
  }

  /** @throws {CheckpointError} When any parameter asked for was missing or misshapen; names all of them. */
  check(): void {
    if (this.#problems.length === 0) return;
    const shown = this.#problems.slice(0, 8);
    const rest = this.#problems.length - shown.length;
    const missing = this.#problems.some((problem) => problem.includes(" is missing "));
    const there = missing
      ? `. The file has ${this.#source.names.size} tensors, such as ${exampleNames(this.#source.names)}`
      : "";
    throw new CheckpointError(
      `Cannot build the model from ${this.#source.description}: ${shown.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}${there}. Check that config.json belongs to these weights`,
    );
  }

  #toFloat({ value, tensor }: { readonly value: string; readonly tensor: StoredTensor }): string {
    if (tensor.dtype === "float32") return value;
    const cast = `${value}__float32`;
    return this.#builder.has(cast) ? cast : this.toFloat(value, tensor, cast);
  }

  #full(name: string): string {
    return this.#prefix === "" ? name : `${this.#prefix}.${name}`;
  }
}
