"""Weights that Python and TypeScript make alike: every element is a hash of its tensor's name and its place.

The twin is test/support/hashed-weights.ts. Elements are uniform in (-amplitude, amplitude) around an offset.
"""

import numpy

FNV_OFFSET, FNV_PRIME, MASK = 0x811C9DC5, 0x01000193, 0xFFFFFFFF
MATRIX = 0.07  # unit gain at width 768


def fnv1a(text):
    value = FNV_OFFSET
    for byte in text.encode():
        value = ((value ^ byte) * FNV_PRIME) & MASK
    return value


def uniform(name, count):
    """`count` numbers in [-1, 1), float64."""
    x = (numpy.arange(count, dtype=numpy.uint64) * 0x9E3779B1 + fnv1a(name)) & MASK
    x ^= x >> numpy.uint64(16)
    x = (x * 0x85EBCA6B) & MASK
    x ^= x >> numpy.uint64(13)
    x = (x * 0xC2B2AE35) & MASK
    x ^= x >> numpy.uint64(16)
    return x.astype(numpy.float64) / 2.0**31 - 1.0


def amplitude(name, shape):
    """(offset, amplitude) of a parameter: normalisation weights around 1, biases small, matrices kept at unit gain."""
    if ("norm" in name.lower() or ".ln_" in name) and name.endswith("weight"):
        return 1.0, 0.1
    if len(shape) == 1:
        return 0.0, 0.05
    if "embeddings" in name and "projection" not in name:
        return 0.0, 0.5
    return 0.0, MATRIX


def hashed(name, shape, gain=1.0):
    """A parameter; `gain` multiplies the elements of matrices that are not embeddings."""
    offset, scale = amplitude(name, shape)
    if scale == MATRIX:
        scale *= gain
    return (offset + scale * uniform(name, int(numpy.prod(shape)))).astype(numpy.float32).reshape(shape)
