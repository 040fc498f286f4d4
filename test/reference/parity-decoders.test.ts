/**
 * @file Decoders of every family against transformers in float64: logits, hidden states, attention, gradients, and the
 * relevance of every block.
 *
 * The reference is test/golden/parity-decoders.json, made by tools/make_decoder_reference.py with transformers 5, of which
 * those of transformers 4.57 are no more than 1e-5 apart.
 */

import { describeParity } from "../support/parity-suite.ts";

describeParity("decoders");
