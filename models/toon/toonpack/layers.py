"""The layers of a picture: what each shows, in which rectangle of its own coordinates, and how many slots it has."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import torch

from . import palette, person
from .canvas import CONTROLS, Canvas, grid
from .ground import draw_ground


@dataclass(frozen=True)
class Layer:
    """A layer: drawing, slots, rectangle (x0, y0, x1, y1)."""

    name: str
    draw: Callable[[Canvas], None]
    slots: int
    rect: tuple[float, float, float, float]


HEAD_RECT = (-0.78, -1.0, 0.78, 0.56)
LAYERS = {
    "ground": Layer("ground", draw_ground, palette.GROUND_SLOTS, (-1.0, -1.0, 1.0, 1.0)),
    "back": Layer("back", person.draw_back, palette.BACK_SLOTS, HEAD_RECT),
    "body": Layer("body", person.draw_body, palette.BODY_SLOTS, (-0.66, 0.22, 0.66, 1.10)),
    "head": Layer("head", person.draw_head, palette.HEAD_SLOTS, HEAD_RECT),
    "face": Layer("face", person.draw_face, palette.FACE_SLOTS, (-0.42, -0.45, 0.42, 0.39)),
    "top": Layer("top", person.draw_top, palette.TOP_SLOTS, HEAD_RECT),
}
ORDER = ["ground", "back", "body", "head", "face", "top"]


def draw_masks(name: str, code: torch.Tensor, controls: torch.Tensor, width: int, height: int) -> torch.Tensor:
    """The exact masks [b, slots, h, w] of a layer over its rectangle."""
    layer = LAYERS[name]
    x, y = grid(layer.rect, width, height)
    c = Canvas(x, y, (layer.rect[2] - layer.rect[0]) / width, code, controls)
    layer.draw(c)
    return c.masks(layer.slots)


def sample_controls(count: int, generator: torch.Generator | None = None) -> torch.Tensor:
    """Random controls [count, 13] as a clip might use them."""
    u = torch.rand(count, len(CONTROLS), generator=generator)
    c = u * 2 - 1
    i = CONTROLS.index
    c[:, i("open")] = (u[:, i("open")] * 1.4 - 0.4).clamp(0, 1)
    c[:, i("blink")] = ((u[:, i("blink")] - 0.75) * 6).clamp(0, 1)
    c[:, i("zoom")] = u[:, i("zoom")]
    c[:, i("phase")] = u[:, i("phase")]
    return c


def neutral(count: int, **changes: float) -> torch.Tensor:
    """Still controls [count, 13] with some changed."""
    c = torch.zeros(count, len(CONTROLS))
    c[:, CONTROLS.index("zoom")] = 0.4
    for name, value in changes.items():
        c[:, CONTROLS.index(name)] = value
    return c
