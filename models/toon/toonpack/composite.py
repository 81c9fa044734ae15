"""Reference compositor: where each layer goes for given controls, bilinear sampling, blending. Vortex does the same with SIMD."""
from __future__ import annotations

import math

import torch

from .canvas import CONTROLS, Canvas, grid
from .layers import LAYERS, ORDER
from .palette import GroundPalette, PersonPalette, fade_amount


def placements(controls: torch.Tensor) -> dict[str, torch.Tensor]:
    """Affine maps [b, 2, 3] from the frame, [-1, 1] x [-1, 1] with y down, to the coordinates of each layer."""
    v = {name: controls[:, i].double() for i, name in enumerate(CONTROLS)}
    zero = torch.zeros_like(v["zoom"])

    def affine(a, b, c, d, e, f):
        return torch.stack([torch.stack([a, b, c], 1), torch.stack([d, e, f], 1)], 1)

    zg = 1 / (1.06 + 0.30 * v["zoom"])
    ground = affine(zg, zero, 0.10 * v["pan_x"] * zg, zero, zg, 0.10 * v["pan_y"] * zg + 0.1 - 0.1 * zg)
    zb = 1 / (1 + 0.55 * v["zoom"])
    bx = 0.13 * v["pan_x"] * zb
    by = 0.13 * v["pan_y"] * zb + 0.1 - 0.1 * zb - 0.012 * torch.cos(2 * math.pi * v["phase"])
    body = affine(zb, zero, bx, zero, zb, by)
    c, s = torch.cos(0.22 * v["tilt"]), torch.sin(0.22 * v["tilt"])
    hx = c * bx + s * (by - 0.42) - 0.02 * v["yaw"]
    hy = -s * bx + c * (by - 0.42) + 0.42 - 0.03 * v["nod"]

    def head(dx, dy):
        return affine(c * zb, s * zb, hx + dx, -s * zb, c * zb, hy + dy)

    return {"ground": ground, "body": body, "back": head(0.05 * v["yaw"], zero), "head": head(zero, zero),
            "face": head(-0.11 * v["yaw"], -0.035 * v["nod"]), "top": head(-0.015 * v["yaw"], zero)}


def coordinates(place: torch.Tensor, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Layer coordinates [b, size, size] of the pixel centres of the frame."""
    x, y = grid((-1, -1, 1, 1), size, size)
    m = place.float()
    return tuple(m[:, r, 0].view(-1, 1, 1) * x + m[:, r, 1].view(-1, 1, 1) * y + m[:, r, 2].view(-1, 1, 1) for r in (0, 1))


def sample(layer: torch.Tensor, rect, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Bilinear samples of a layer [b, c, h, w] that covers rect, clamped at its edge."""
    u = (x - rect[0]) / (rect[2] - rect[0]) * 2 - 1
    v = (y - rect[1]) / (rect[3] - rect[1]) * 2 - 1
    return torch.nn.functional.grid_sample(layer.contiguous(), torch.stack([u, v], 3), padding_mode="border", align_corners=False)


def compose(painted: dict[str, torch.Tensor], controls: torch.Tensor, size: int) -> torch.Tensor:
    """Frames [b, 3, size, size] from painted layers: ground [b, 3, h, w], the others premultiplied [b, 4, h, w]."""
    place = placements(controls)
    frame = None
    for name in ORDER:
        pixels = sample(painted[name], LAYERS[name].rect, *coordinates(place[name], size))
        frame = pixels if frame is None else frame * (1 - pixels[:, 3:4]) + pixels[:, :3]
    return frame.clamp(0, 1)


class Renderer:
    """The exact picture: every shape evaluated at the pixels of the frame. The networks are measured against it."""

    def __init__(self):
        self.ground, self.person = GroundPalette(), PersonPalette()

    def __call__(self, code: torch.Tensor, controls: torch.Tensor, size: int) -> torch.Tensor:
        place = placements(controls)
        frame = None
        for name in ORDER:
            x, y = coordinates(place[name], size)
            if name == "ground":
                x, y = x.clamp(-1, 1), y.clamp(-1, 1)
            scale = place[name][:, 0, 0] ** 2 + place[name][:, 0, 1] ** 2
            c = Canvas(x, y, (scale.sqrt() * 2 / size).float().view(-1, 1, 1), code, controls)
            LAYERS[name].draw(c)
            masks = c.masks(LAYERS[name].slots)
            if name == "ground":
                colours, fade, horizon = self.ground(code)
                frame = torch.einsum("bkhw,bkc->bchw", masks, colours)
                frame = frame + fade[:, :, None, None] * (masks[:, 0] * fade_amount(y, horizon))[:, None]
            else:
                pixels = torch.einsum("bkhw,bkc->bchw", masks, getattr(self.person, name)(code))
                frame = frame * (1 - pixels[:, 3:4]) + pixels[:, :3]
        return frame.clamp(0, 1)
