"""Caption to code: a bag of hashed n-grams and a rectified flow over the 85 numbers of the code."""
from __future__ import annotations

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from .latent import CODE
from .text import BUCKETS

TEXT = 256


class TextBag(nn.Module):
    """Sum of feature embeddings -> text vector."""

    def __init__(self, out: int = TEXT, width: int = 192, hidden: int = 384):
        super().__init__()
        self.embedding = nn.Embedding(BUCKETS, width, padding_idx=0)
        self.mlp = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, hidden), nn.SiLU(), nn.Linear(hidden, out))
        nn.init.normal_(self.embedding.weight, 0, 0.1)
        self.embedding.weight.data[0] = 0
        self.register_buffer("seen", torch.zeros(BUCKETS))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        if torch.onnx.is_in_onnx_export():
            return self.mlp(self.embedding(ids).sum(1))
        return self.mlp(F.embedding_bag(ids, self.embedding.weight, mode="sum", padding_idx=0))

    def count(self, ids: torch.Tensor) -> None:
        """Remember which buckets were trained."""
        self.seen[ids.flatten().unique()] = 1

    def forget_unseen(self) -> None:
        """Buckets that no caption of the training used say nothing."""
        self.embedding.weight.data *= self.seen[:, None]


class Flow(nn.Module):
    """Velocity field of the rectified flow from noise to a normalised code."""

    def __init__(self, width: int = 320, blocks: int = 3):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(64, TEXT), nn.SiLU(), nn.Linear(TEXT, TEXT))
        self.enter = nn.Linear(CODE, width)
        self.modulate = nn.ModuleList([nn.Linear(TEXT, 3 * width) for _ in range(blocks)])
        self.up = nn.ModuleList([nn.Linear(width, 2 * width) for _ in range(blocks)])
        self.down = nn.ModuleList([nn.Linear(2 * width, width) for _ in range(blocks)])
        self.leave = nn.Linear(width, CODE)
        for m in self.modulate:
            nn.init.zeros_(m.weight)
            nn.init.zeros_(m.bias)
        nn.init.zeros_(self.leave.weight)
        self.register_buffer("frequencies", torch.exp(torch.arange(32) * -(math.log(1000.0) / 32)) * 100)

    def forward(self, x: torch.Tensor, t: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        angle = t[:, None] * self.frequencies
        c = F.silu(text + self.time(torch.cat([angle.sin(), angle.cos()], 1)))
        h = self.enter(x)
        for modulate, up, down in zip(self.modulate, self.up, self.down):
            shift, scale, gate = modulate(c).chunk(3, 1)
            h = h + (1 + gate) * down(F.silu(up(F.layer_norm(h, h.shape[1:]) * (1 + scale) + shift)))
        return self.leave(h)


class Prior(nn.Module):
    """Text encoder, flow, and the mean and spread that normalise codes."""

    def __init__(self):
        super().__init__()
        self.text = TextBag()
        self.flow = Flow()
        self.null = nn.Parameter(torch.zeros(TEXT))
        self.register_buffer("mean", torch.zeros(CODE))
        self.register_buffer("spread", torch.ones(CODE))

    def step(self, x: torch.Tensor, t: torch.Tensor, dt: torch.Tensor, text: torch.Tensor, negative: torch.Tensor,
             guidance: torch.Tensor) -> torch.Tensor:
        """One guided Euler step of size dt."""
        v = self.flow(torch.cat([x, x]), torch.cat([t, t]), torch.cat([text, negative]))
        with_text, without = v.chunk(2)
        return x + dt[:, None] * (without + guidance[:, None] * (with_text - without))

    def sample(self, ids: torch.Tensor, noise: torch.Tensor, steps: int = 16, guidance: float = 1.5) -> torch.Tensor:
        """Codes (not snapped) of captions, from unit normal noise [n, 85]."""
        text = self.text(ids)
        one = torch.ones(len(noise))
        x = noise
        for i in range(steps):
            x = self.step(x, one * (i / steps), one / steps, text, self.null.expand_as(text), one * guidance)
        return x * self.spread + self.mean
