"""The painters: small networks that draw the soft masks of the layers. Colours come from the chart, so a painter only learns shapes."""
from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

from .canvas import CONTROLS
from .latent import ONE_HOT, part
from .layers import LAYERS


@dataclass(frozen=True)
class Task:
    """What a painter draws and what it looks at: layers, one-hot groups, layout numbers, controls, start grid (h, w)."""

    layers: tuple[str, ...]
    groups: tuple[str, ...]
    layout: tuple[int, ...]
    controls: tuple[str, ...]
    start: tuple[int, int] = (12, 12)
    phase: bool = False


TASKS = {
    "ground": Task(("ground",), ("place", "time"), (0, 1, 2), (), phase=True),
    "head": Task(("back", "head", "top"), ("kind", "hairstyle", "beard", "hat"), (3, 4, 5), ()),
    "body": Task(("body",), ("kind",), (6,), (), start=(8, 12)),
    "face": Task(("face",), ("kind", "glasses", "beard", "mood"), (7, 8, 9), ("open", "wide", "blink", "gaze_x", "gaze_y", "brow")),
}


def inputs(task: Task, code: torch.Tensor, controls: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The one-hot numbers and the continuous numbers a painter looks at."""
    discrete = torch.cat([part(code, g) for g in task.groups], 1)
    numbers = [code[:, ONE_HOT + i:ONE_HOT + i + 1] for i in task.layout]
    numbers += [controls[:, CONTROLS.index(c):CONTROLS.index(c) + 1] for c in task.controls]
    if task.phase:
        turn = controls[:, CONTROLS.index("phase"):CONTROLS.index("phase") + 1] * (2 * math.pi)
        numbers += [turn.cos(), turn.sin()]
    return discrete, torch.cat(numbers, 1)


class Block(nn.Module):
    """Convolution, group norm, scale and shift from the style vector, leaky ReLU."""

    def __init__(self, i: int, o: int, style: int, norm: bool = True):
        super().__init__()
        self.conv = nn.Conv2d(i, o, 3, padding=1)
        self.norm = nn.GroupNorm(8, o) if norm else nn.Identity()
        self.film = nn.Linear(style, 2 * o)
        nn.init.normal_(self.film.weight, 0, 0.03)
        nn.init.zeros_(self.film.bias)

    def forward(self, x: torch.Tensor, style: torch.Tensor) -> torch.Tensor:
        scale, shift = self.film(style)[:, :, None, None].chunk(2, 1)
        return F.leaky_relu(self.norm(self.conv(x)) * (1 + scale) + shift, 0.1)


class Painter(nn.Module):
    """One-hot groups choose learned pictures (tables) at three sizes; convolutions steered by a style vector turn them into logits."""

    def __init__(self, name: str, style: int = 128):
        super().__init__()
        self.task = task = TASKS[name]
        self.slots = [LAYERS[n].slots for n in task.layers]
        discrete, numbers = (t.shape[1] for t in inputs(task, torch.zeros(1, 85), torch.zeros(1, len(CONTROLS))))
        h, w = task.start
        self.style = nn.Sequential(nn.Linear(discrete + numbers, 128), nn.SiLU(), nn.Linear(128, 128), nn.SiLU(), nn.Linear(128, style), nn.SiLU())
        self.enter = nn.Linear(style, 32 * h * w)
        self.tables = nn.ModuleList([nn.Linear(discrete, c * h * w * s * s, bias=False) for s, c in ((1, 48), (2, 32), (4, 16))])
        for t in self.tables:
            nn.init.normal_(t.weight, 0, 0.1)
        self.b1, self.b2 = Block(80, 96, style), Block(96 + 32, 64, style)
        self.b3, self.b4 = Block(64 + 16, 48, style), Block(48, 48, style, norm=False)
        self.leave = nn.Conv2d(48, 4 * sum(self.slots), 3, padding=1)

    def logits(self, code: torch.Tensor, controls: torch.Tensor) -> torch.Tensor:
        """Mask logits [b, sum of slots, 8h, 8w]."""
        discrete, numbers = inputs(self.task, code, controls)
        style = self.style(torch.cat([discrete, numbers], 1))
        h, w = self.task.start
        t = [table(discrete).view(-1, c, h * s, w * s) for table, s, c in zip(self.tables, (1, 2, 4), (48, 32, 16))]
        x = torch.cat([self.enter(style).view(-1, 32, h, w), t[0]], 1)
        if not torch.onnx.is_in_onnx_export():
            x = x.contiguous(memory_format=torch.channels_last)
        x = F.interpolate(self.b1(x, style), scale_factor=2.0, mode="nearest")
        x = F.interpolate(self.b2(torch.cat([x, t[1]], 1), style), scale_factor=2.0, mode="nearest")
        x = self.b4(self.b3(torch.cat([x, t[2]], 1), style), style)
        return F.pixel_shuffle(self.leave(x), 2)

    def upsampled(self, code: torch.Tensor, controls: torch.Tensor, factor: float) -> list[torch.Tensor]:
        """Logits of each layer, enlarged: edges stay sharp since it is the logits that are interpolated."""
        x = self.logits(code, controls)
        x = F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)
        return list(x.split(self.slots, 1))

    def masks(self, code: torch.Tensor, controls: torch.Tensor, factor: float, sharpen: float = 1.0) -> list[torch.Tensor]:
        """Masks of each layer, summing to 1."""
        return [(t * sharpen).softmax(1) for t in self.upsampled(code, controls, factor)]
