"""The reader (tests only): says what a frame shows. Trained on renders alone, it never sees a painted frame.

It starts from the image network of tower A, since a CPU budget does not pay for another one from scratch.
"""
from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F

from .canvas import CONTROLS
from .latent import ONE_HOT
from .towers import EMBEDDING, ConvImage, Tower

MOVES = [c for c in CONTROLS if c != "phase"]


class Reader(nn.Module):
    """A convolutional network, and a short path from coarse colours; linear heads for attributes and controls."""

    def __init__(self):
        super().__init__()
        self.image = ConvImage()
        self.attributes, self.controls = nn.Linear(EMBEDDING, ONE_HOT), nn.Linear(384, len(MOVES))
        self.colours = nn.Sequential(nn.Linear(384, 192), nn.ReLU(), nn.Linear(192, ONE_HOT + len(MOVES)))

    def start_from(self, tower: Tower) -> None:
        """Take over the image network of a tower and its attribute head."""
        self.image.load_state_dict(tower.image.state_dict())
        self.attributes.load_state_dict(tower.attributes.state_dict())

    def forward(self, views: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        hidden = self.image.hidden(views)
        a, c = self.colours(2 * F.avg_pool2d(views, 8).flatten(1)).split([ONE_HOT, len(MOVES)], 1)
        return self.attributes(self.image.linear[2](hidden)) + a, self.controls(hidden) + c


def pack_weights(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weights for a small file: large matrices as bytes with a scale per row, the rest as halves."""
    out = {}
    for k, v in state.items():
        if v.dim() == 2 and v.numel() > 40000:
            scale = (v.abs().amax(1, keepdim=True) / 127).clamp(min=1e-9)
            out[k], out[k + ".scale"] = (v / scale).round().char(), scale
        else:
            out[k] = v.half() if v.is_floating_point() else v
    return out


def unpack_weights(packed: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The weights of such a file."""
    out = {}
    for k, v in packed.items():
        if not k.endswith(".scale"):
            out[k] = v.float() * packed[k + ".scale"] if v.dtype == torch.int8 else v.float() if v.dtype == torch.half else v
    return out
