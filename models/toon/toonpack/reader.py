"""The independent reader (tests only): says what a frame shows. Trained on renders alone, it never sees a painted frame."""
from __future__ import annotations

import torch
import torch.nn as nn

from .canvas import CONTROLS
from .latent import ONE_HOT

MOVES = [c for c in CONTROLS if c != "phase"]


def branch(channels) -> nn.Sequential:
    """Strided convolutions with batch norm."""
    steps = []
    for a, b in zip(channels, channels[1:]):
        steps += [nn.Conv2d(a, b, 3, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU(True)]
    return nn.Sequential(*steps)


class Reader(nn.Module):
    """Two branches of convolutions, one for the whole frame and one for the middle; linear heads for attributes and controls."""

    def __init__(self):
        super().__init__()
        self.whole, self.middle = branch((3, 24, 48, 80, 96)), branch((3, 32, 56, 80, 96))
        self.linear = nn.Sequential(nn.Linear(192 * 16, 192), nn.ReLU(True), nn.Dropout(0.1))
        self.attributes, self.controls = nn.Linear(192, ONE_HOT), nn.Linear(192, len(MOVES))

    def forward(self, views: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = self.linear(torch.cat([self.whole(views[:, :3]), self.middle(views[:, 3:])], 1).flatten(1))
        return self.attributes(x), self.controls(x)
