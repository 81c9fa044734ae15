"""Text to numbers: hashed words, word pairs and character trigrams. No vocabulary file; unknown words still count by their trigrams."""
from __future__ import annotations

import functools
import re

import numpy as np
import torch

WORD_BUCKETS = 4096
TRIGRAM_BUCKETS = 2048
BUCKETS = WORD_BUCKETS + TRIGRAM_BUCKETS
MAX_FEATURES = 192
MAX_WORDS = 40
STOP_WORDS = frozenset("a an the with in at of on and is are to by inside wearing from".split())
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def fnv1a(data: bytes) -> int:
    """FNV-1a, 32 bits."""
    h = 0x811C9DC5
    for b in data:
        h = ((h ^ b) * 0x01000193) & 0xFFFFFFFF
    return h


def words(text: str) -> list[str]:
    """Lower-case words without stop words, in order."""
    return [w for w in _WORD.findall(text.lower()) if w not in STOP_WORDS]


@functools.lru_cache(maxsize=1 << 16)
def word_bucket(word: str) -> int:
    """Bucket of a word or of a pair "left right": 1 .. 4095."""
    return 1 + fnv1a(word.encode()) % (WORD_BUCKETS - 1)


@functools.lru_cache(maxsize=1 << 16)
def trigram_buckets(word: str) -> tuple[int, ...]:
    """Buckets 4096 .. 6143 of the trigrams of ^word$."""
    padded = "^" + word + "$"
    return tuple(WORD_BUCKETS + fnv1a(padded[i:i + 3].encode()) % TRIGRAM_BUCKETS for i in range(len(padded) - 2))


def features(texts: list[str], rng=None, dropout: float = 0.0) -> torch.Tensor:
    """Feature ids [n, 192] padded with 0: words, then pairs, then trigrams. `dropout` forgets words and pairs (training only)."""
    out = np.zeros((len(texts), MAX_FEATURES), np.int64)
    for row, text in zip(out, texts):
        w = words(text)
        ids = [word_bucket(x) for x in w] + [word_bucket(p + " " + q) for p, q in zip(w, w[1:])]
        if dropout:
            ids = [i for i in ids if rng.random() > dropout]
        for x in w:
            ids.extend(trigram_buckets(x))
        ids = ids[:MAX_FEATURES]
        row[:len(ids)] = ids
    return torch.from_numpy(out)


def sequence(texts: list[str]) -> torch.Tensor:
    """Word buckets in order, [n, 40], padded with 0."""
    out = np.zeros((len(texts), MAX_WORDS), np.int64)
    for row, text in zip(out, texts):
        ids = [word_bucket(x) for x in words(text)][:MAX_WORDS]
        row[:len(ids)] = ids
    return torch.from_numpy(out)
