"""The reader (tests only): says what a frame shows. It shares no weights with the pack and never sees a painted frame in training."""
from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F

from .canvas import CONTROLS
from .latent import ONE_HOT
from .towers import convolutions

MOVES = [c for c in CONTROLS if c != "phase"]
# Mean and spread of the controls as clips use them (`layers.sample_controls`), so that the read-out learns in units of one spread.
MEANS = {"open": 0.36, "blink": 0.11, "zoom": 0.5}
SPREADS = {"open": 0.35, "blink": 0.27, "zoom": 0.289}


class Reader(nn.Module):
    """One convolutional network for the whole frame and a finer one for the middle; both keep 4x4 cells, so that place is not lost.

    Attributes and controls have a hidden layer each over the cells of both.
    """

    def __init__(self):
        super().__init__()
        self.whole = convolutions((12, 24, 48, 96, 96), (1, 2, 2, 2))
        self.close = convolutions((12, 32, 64, 64, 128, 128), (1, 2, 1, 2, 2))
        self.attributes = nn.Sequential(nn.Linear(3584, 384), nn.ReLU(), nn.Dropout(0.1), nn.Linear(384, ONE_HOT))
        self.controls = nn.Sequential(nn.Linear(3584, 192), nn.ReLU(), nn.Linear(192, len(MOVES)))
        self.register_buffer("mean", torch.tensor([MEANS.get(n, 0.0) for n in MOVES]), persistent=False)
        self.register_buffer("spread", torch.tensor([SPREADS.get(n, 0.577) for n in MOVES]), persistent=False)

    def forward(self, views: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of the attributes [b, 75] and the controls [b, 12] of views [b, 6, 64, 64]."""
        cells = [F.pixel_unshuffle(v, 2).contiguous(memory_format=torch.channels_last) for v in views.split(3, 1)]
        seen = torch.cat([self.whole(cells[0]).flatten(1), self.close(cells[1]).flatten(1)], 1)
        return self.attributes(seen), self.controls(seen) * self.spread + self.mean


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
