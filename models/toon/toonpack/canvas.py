"""Signed-distance drawing. A canvas collects strokes (slot, coverage); they become exact soft masks, one per palette slot."""
from __future__ import annotations

import math

import torch

from .latent import ONE_HOT, part, values
from .vocabulary import NAMES

CONTROLS = ["open", "wide", "blink", "gaze_x", "gaze_y", "brow", "yaw", "nod", "tilt", "zoom", "pan_x", "pan_y", "phase"]


def grid(rect: tuple[float, float, float, float], width: int, height: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Coordinates [1, h, w] of the pixel centres of a rectangle (x0, y0, x1, y1); x to the right, y down."""
    x0, y0, x1, y1 = rect
    x = x0 + (torch.arange(width) + 0.5) * ((x1 - x0) / width)
    y = y0 + (torch.arange(height) + 0.5) * ((y1 - y0) / height)
    return x.view(1, 1, -1).expand(1, height, width), y.view(1, -1, 1).expand(1, height, width)


class Canvas:
    """A batch of pictures being drawn. `where` gives the same canvas for the rows of which a condition holds."""

    def __init__(self, x, y, pixel, code, controls, rows=None, strokes=None):
        self.rows, self.strokes = rows, [] if strokes is None else strokes
        count = len(code)
        self.x, self.y = x.expand(count, *x.shape[1:]), y.expand(count, *y.shape[1:])
        self.pixel, self.code, self.controls = pixel, code, controls
        v = values(code)
        self.value = {name: v[:, i] for i, name in enumerate(NAMES)}

    def __len__(self):
        return len(self.code)

    def layout(self, i: int) -> torch.Tensor:
        """Layout number i as [b, 1, 1]."""
        return self.code[:, ONE_HOT + i].view(-1, 1, 1)

    def control(self, name: str) -> torch.Tensor:
        """A control as [b, 1, 1]."""
        return self.controls[:, CONTROLS.index(name)].view(-1, 1, 1)

    def mood(self, *weights: float) -> torch.Tensor:
        """A number per mood, mixed by the (possibly soft) mood group."""
        return (part(self.code, "mood") @ torch.tensor(weights)).view(-1, 1, 1)

    def where(self, mask: torch.Tensor) -> list["Canvas"]:
        """The canvas of the rows where the mask holds: a list of one, or of none."""
        ix = mask.nonzero().squeeze(1)
        if len(ix) == 0:
            return []
        pixel = self.pixel[ix] if torch.is_tensor(self.pixel) else self.pixel
        rows = ix if self.rows is None else self.rows[ix]
        return [Canvas(self.x[ix], self.y[ix], pixel, self.code[ix], self.controls[ix], rows, self.strokes)]

    def paint(self, slot: int, distance: torch.Tensor, alpha=1.0, soft: float = 1.0) -> None:
        """Paint where the distance is negative, anti-aliased over one pixel."""
        cover = (0.5 - distance / (self.pixel * soft)).clamp_(0, 1)
        if not (isinstance(alpha, float) and alpha == 1.0):
            cover = cover * alpha
        self.strokes.append((self.rows, slot, cover))

    def masks(self, slots: int) -> torch.Tensor:
        """Coverage per slot [b, slots, h, w], summing to 1; slot 0 is what nothing was painted over."""
        shape = self.x.shape
        left = torch.ones(shape)
        out = torch.zeros(shape[0], slots, *shape[1:])
        for rows, slot, cover in reversed(self.strokes):
            if rows is None:
                out[:, slot] += cover * left
                left = left * (1 - cover)
            else:
                rest = left[rows]
                out[rows, slot] += cover * rest
                left[rows] = rest * (1 - cover)
        out[:, 0] += left
        return out


def circle(x, y, cx, cy, r):
    """Distance to a disc."""
    return ((x - cx) ** 2 + (y - cy) ** 2).sqrt() - r


def ellipse(x, y, cx, cy, rx, ry):
    """Approximate distance to an ellipse."""
    u, v = (x - cx) / rx, (y - cy) / ry
    k = (u * u + v * v).sqrt()
    return k * (k - 1) / (((u / rx) ** 2 + (v / ry) ** 2).sqrt() + 1e-4)


def box(x, y, cx, cy, w, h, r=0.0):
    """Distance to a box of half sizes w, h with corner radius r."""
    qx, qy = (x - cx).abs() - (w - r), (y - cy).abs() - (h - r)
    return (qx.clamp(min=0) ** 2 + qy.clamp(min=0) ** 2).sqrt() + torch.maximum(qx, qy).clamp(max=0) - r


def segment(x, y, ax, ay, bx, by, r):
    """Distance to a line of half thickness r."""
    dx, dy = bx - ax, by - ay
    h = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy + 1e-9)).clamp(0, 1)
    return ((x - ax - dx * h) ** 2 + (y - ay - dy * h) ** 2).sqrt() - r


def triangle(x, y, cx, top, bottom, w):
    """Distance to an isosceles triangle with its apex up (down if bottom < top)."""
    s = w / (bottom - top)
    norm = math.sqrt(1 + s * s) if isinstance(s, float) else (1 + s * s).sqrt()
    return torch.maximum(((x - cx).abs() - (y - top) * s) / norm, y - bottom)


def both(*distances):
    """Intersection of shapes."""
    d = distances[0]
    for e in distances[1:]:
        d = torch.maximum(d, e)
    return d
