"""The two verification towers, of different architecture: pictures and captions to unit vectors of 256 numbers.

A: convolutions, and a bag of hashed n-grams. B: patches and mixer blocks, and a convolution over the word sequence.
Both look at a frame of 128x128 twice: the whole at half size, and the middle at full size. A has a network for each view, B one for both.
"""
from __future__ import annotations

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from .latent import ONE_HOT
from .prior import TextBag
from .text import WORD_BUCKETS

EMBEDDING = 256
FRAME = 128
SHARE_A, SHARE_B = 0.4, 0.6


def views(frame: torch.Tensor) -> torch.Tensor:
    """A frame [b, 3, 128, 128] in 0..1 as [b, 6, 64, 64], centred on 0: half size, and the middle where the face is."""
    return torch.cat([F.avg_pool2d(frame, 2), frame[:, :, 26:90, 32:96]], 1) - 0.5


def convolutions(channels: tuple[int, ...], strides: tuple[int, ...]) -> nn.Sequential:
    """3x3 convolutions with batch norm."""
    steps: list[nn.Module] = []
    for a, b, stride in zip(channels, channels[1:], strides):
        steps += [nn.Conv2d(a, b, 3, stride, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU(True)]
    return nn.Sequential(*steps)


class ConvImage(nn.Module):
    """Convolutions on 2x2 cells, one network for each view, and two linear layers over the 4x4 places of both."""

    def __init__(self, out: int = EMBEDDING):
        super().__init__()
        self.whole = convolutions((12, 24, 48, 96, 96), (1, 2, 2, 2))
        self.close = convolutions((12, 32, 64, 64, 128, 128), (1, 2, 1, 2, 2))
        self.linear = nn.Sequential(nn.Linear(224 * 16, 384), nn.ReLU(), nn.Linear(384, out))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        seen = []
        for network, view in ((self.whole, x[:, :3]), (self.close, x[:, 3:])):
            cells = F.pixel_unshuffle(view, 2)
            if not torch.onnx.is_in_onnx_export():
                cells = cells.contiguous(memory_format=torch.channels_last)
            seen.append(network(cells).flatten(1))
        return self.linear(torch.cat(seen, 1))


class MixerBlock(nn.Module):
    """One MLP across the patches, one across the channels."""

    def __init__(self, tokens: int, width: int):
        super().__init__()
        self.norm_tokens, self.norm_channels = nn.LayerNorm(width), nn.LayerNorm(width)
        self.tokens = nn.Sequential(nn.Linear(tokens, 2 * tokens), nn.ReLU(), nn.Linear(2 * tokens, tokens))
        self.channels = nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.tokens(self.norm_tokens(x).transpose(1, 2)).transpose(1, 2)
        return x + self.channels(self.norm_channels(x))


class MixerImage(nn.Module):
    """Patch convolutions to 64 tokens, mixer blocks, tokens projected and joined."""

    def __init__(self, out: int = EMBEDDING, width: int = 128, blocks: int = 2):
        super().__init__()
        self.patches = nn.Conv2d(6, 48, 4, 4)
        self.merge = nn.Conv2d(48, width, 3, 2, 1)
        self.blocks = nn.ModuleList([MixerBlock(64, width) for _ in range(blocks)])
        self.norm, self.narrow, self.linear = nn.LayerNorm(width), nn.Linear(width, 24), nn.Linear(24 * 64, out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.merge(F.relu(self.patches(x))).flatten(2).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        return self.linear(F.relu(self.narrow(self.norm(x))).flatten(1))


class SequenceText(nn.Module):
    """Two convolutions over the words, maximum and mean over time."""

    def __init__(self, out: int = EMBEDDING, width: int = 96):
        super().__init__()
        self.embedding = nn.Embedding(WORD_BUCKETS, width, padding_idx=0)
        nn.init.normal_(self.embedding.weight, 0, 0.3)
        self.embedding.weight.data[0] = 0
        self.c1, self.c2 = nn.Conv1d(width, 160, 3, padding=1), nn.Conv1d(160, 192, 3, padding=1)
        self.out = nn.Sequential(nn.Linear(384, 384), nn.SiLU(), nn.Linear(384, out))
        self.register_buffer("seen", torch.zeros(WORD_BUCKETS))

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        there = (words > 0).float()[:, None]
        x = self.embedding(words).transpose(1, 2) * there
        x = F.relu(self.c1(x)) * there
        x = F.relu(self.c2(x)) * there
        return self.out(torch.cat([x.max(2)[0], x.sum(2) / there.sum(2).clamp(min=1)], 1))

    def count(self, words: torch.Tensor) -> None:
        """Remember which buckets were trained."""
        self.seen[words.flatten().unique()] = 1

    def forget_unseen(self) -> None:
        """Buckets that no caption of the training used say nothing."""
        self.embedding.weight.data *= self.seen[:, None]


class Tower(nn.Module):
    """Picture and text encoder of one tower, its temperature, and (training only) a head that names the attributes."""

    def __init__(self, kind: str):
        super().__init__()
        self.kind = kind
        self.image = ConvImage() if kind == "a" else MixerImage()
        self.caption = TextBag(EMBEDDING, 128, 384) if kind == "a" else SequenceText()
        self.scale = nn.Parameter(torch.tensor(math.log(12.0)))
        self.attributes = nn.Linear(EMBEDDING, ONE_HOT)

    def see(self, frame: torch.Tensor) -> torch.Tensor:
        """Unit vectors of frames [b, 3, 128, 128]."""
        return F.normalize(self.image(views(frame)), dim=1)

    def read(self, ids: torch.Tensor) -> torch.Tensor:
        """Unit vectors of captions (feature ids for A, word ids for B)."""
        return F.normalize(self.caption(ids), dim=1)
