/**
 * @file Text classifiers of every family against transformers in float64: logits, hidden states, attention, gradients.
 *
 * The reference is test/golden/parity-text.json, made by tools/make_parity_reference.py.
 */

import { describeParity } from "../support/parity-suite.ts";

describeParity("text");
