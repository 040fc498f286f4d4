/**
 * @file Image classifiers of every family against transformers in float64: logits, hidden states, attention, gradients.
 *
 * The reference is test/golden/parity-vision.json, made by tools/make_vision_reference.py.
 */

import { describeParity } from "../support/parity-suite.ts";

describeParity("vision");
